"""Conditions on a pod before its defaults are set: would it pass a policy with them, and would they change it?

A choice needs both answers. A policy that does not enforce may not change pods, so it needs the first. A field that a default
may set is read in two cases. In one of them the default is set, and its constant replaces the read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache

from pscc import ir
from pscc.ir.covering import covering_defaults
from pscc.ir.passes import CONTAINER, conjunction, disjunction, negation, specialise, with_parts
from pscc.ir.substitution import UNSET, Field, Object, bound, replaced
from pscc.ir.walking import nodes

_Sites = dict[str, str]
"""The site of each variable: ``pod`` or ``containers``, empty for elements of other lists."""


_DIGEST_LENGTH = 8


@lru_cache
def assumed(policy: ir.Policy) -> ir.Policy:
    """``policy`` without defaults, whose checks judge each pod as if they had been set.

    A check stays as it is if no default affects it. It is left out if every pod passes it with the defaults.
    """
    checks = (_assuming(check, policy.defaults) for check in policy.checks)
    return replace(policy, checks=tuple(check for check in checks if check.requirements), defaults=())


def with_unset_defaults(program: ir.Program) -> tuple[ir.Policy | ir.Choice, ...]:
    """The policies and choices of ``program`` that have defaults and, by their mode, change no pod."""
    policies = (p for p in program.policies if p.mode != "enforce" and p.defaults)
    choices = (c for c in program.choices if c.mode != "enforce" and any(p.defaults for p in c.policies))
    return (*policies, *choices)


def observing(program: ir.Program) -> ir.Program:
    """``program`` where policies and choices that only warn or audit change no pod: their defaults are assumed, not set.

    Statements with a mode of their own are a policy beside the others of their source, and assume the defaults of these.
    """
    if not with_unset_defaults(program):
        return program
    unset = tuple(policy for policy in program.policies if policy.mode != "enforce" and policy.defaults)

    def judged(policy: ir.Policy) -> ir.Policy:
        defaults = covering_defaults(policy, (other for other in unset if other.span == policy.span))
        return assumed(replace(policy, defaults=defaults)) if defaults else policy

    return ir.Program(
        tuple(p if p.mode == "enforce" else judged(p) for p in program.policies),
        tuple(
            c if c.mode == "enforce" else replace(c, policies=tuple(map(judged, c.policies))) for c in program.choices
        ),
    )


def _assuming(check: ir.Check, defaults: tuple[ir.Default, ...]) -> ir.Check:
    before = specialise(check).requirements
    after = tuple(case for requirement in before for case in _where_defaulted(requirement, defaults))
    if after == before:
        return check
    undecided = tuple(requirement for requirement in after if requirement.must != ir.TRUE)
    digest = hashlib.sha256(repr(undecided).encode()).hexdigest()[:_DIGEST_LENGTH]
    return replace(check, shape=f"{check.shape}Once{digest}", requirements=undecided)


def _where_defaulted(requirement: ir.Requirement, defaults: tuple[ir.Default, ...]) -> tuple[ir.Requirement, ...]:
    """The requirements that mean the same as ``requirement`` with ``defaults`` set, for the pod before they are set.

    There are several if a default sets or extends the list that the requirement walks over. There are several, too, if a
    condition decides whether the message shows the value of a default.
    """
    sites = _sites_of(requirement)
    elements = [case for default in defaults for case in _elements(requirement, default, sites)]
    added = [
        replace(case, when=conjunction((is_added, case.when)))
        for is_added, element in elements
        for case in _where_defaulted(element, defaults)
    ]
    return (*_as_it_came(requirement, defaults, sites), *added)


def _sites_of(requirement: ir.Requirement) -> _Sites:
    walks = {step.var: "containers" if isinstance(step.items, ir.Containers) else "" for step in requirement.each}
    return {ir.POD: "pod", **walks}


def _as_it_came(
    requirement: ir.Requirement, defaults: tuple[ir.Default, ...], sites: _Sites
) -> tuple[ir.Requirement, ...]:
    """The part of `_where_defaulted` about the elements that the pod has before ``defaults`` are set."""
    when, must = (_after(condition, defaults, sites) for condition in (requirement.when, requirement.must))
    if (when, must) == (requirement.when, requirement.must):
        return (requirement,)
    holds = disjunction((negation(requirement.when), requirement.must))
    cases = [replace(requirement, when=ir.TRUE, must=disjunction((negation(when), must)))]
    # the first of several defaults of one field is set, so its constant is put last
    for default in reversed(defaults):
        cases = [showing for case in cases for showing in _showing(case, holds, default, sites)]
    return tuple(cases)


def _elements(
    requirement: ir.Requirement, default: ir.Default, sites: _Sites
) -> Iterator[tuple[ir.Condition, ir.Requirement]]:
    """(condition, requirement) for each element that ``default`` puts into the list that ``requirement`` walks over.

    The condition is true if the element is put there.
    """
    match requirement.each:
        case (*outer, ir.Each(var=var, items=ir.Path() as items)) if _is_at(items, default, sites):
            values = default.value if isinstance(default.value, tuple) else default.add
        case _:
            return
    for value in values:
        is_added = _is_added(default, items.var, str(value)) if default.value is None else applies(default, items.var)
        parts = (
            str(value) if p == ir.Show(ir.Path(var), isinstance(p, ir.Show) and p.number) else p
            for p in requirement.message
        )
        yield (
            is_added,
            replace(
                requirement,
                each=tuple(outer),
                when=bound(requirement.when, var, value),
                must=bound(requirement.must, var, value),
                message=tuple(parts),
                about=items,
            ),
        )


def holds_once_defaulted(check: ir.Check, defaults: tuple[ir.Default, ...]) -> ir.Condition:
    """Whether a pod would pass ``check`` with ``defaults`` set. Whether each is set depends on the pod as it came."""
    return conjunction(tuple(_requirement(requirement, defaults) for requirement in specialise(check).requirements))


def once_set(condition: ir.Condition, defaults: tuple[ir.Default, ...]) -> ir.Condition:
    """``condition``, which is about a pod with ``defaults`` set, as one on the pod as it came. It has no parameters."""
    return _after(condition, defaults, {ir.POD: "pod"})


def changes(defaults: tuple[ir.Default, ...]) -> ir.Condition:
    """Whether ``defaults`` would change a pod."""
    conditions = []
    for default in defaults:
        if default.site == "pod":
            conditions.append(applies(default, ir.POD))
        else:
            conditions.append(ir.Any(CONTAINER, ir.Containers(), applies(default, CONTAINER)))
    return disjunction(tuple(conditions))


def applies(default: ir.Default, var: str) -> ir.Condition:
    """Whether ``default`` changes the pod or container in the variable ``var``."""
    lacking = ir.TRUE if default.value is not None else disjunction(tuple(_lacks(default, var, v) for v in default.add))
    return conjunction((_may_apply(default, var), lacking))


def _may_apply(default: ir.Default, var: str) -> ir.Condition:
    """Whether nothing keeps ``default`` from being set, apart from elements that its list already has."""
    conditions = [negation(default.unless)]
    if default.value is not None:
        conditions.append(ir.Not(ir.Has(ir.Path(var, default.path))))
    if default.inherits:
        conditions.append(ir.Not(ir.Has(ir.Path(ir.POD, default.inherits))))
    return conjunction(tuple(conditions))


def _is_added(default: ir.Default, var: str, value: str) -> ir.Condition:
    """Whether ``default`` adds ``value`` to its list."""
    return conjunction((_may_apply(default, var), _lacks(default, var, value)))


def _lacks(default: ir.Default, var: str, value: str) -> ir.Condition:
    """Whether the list of ``default`` lacks ``value``, which the default adds unless ``unless_in`` has it."""
    lists = [path for path in (default.path, default.unless_in) if path]
    return conjunction(tuple(ir.Not(ir.In(ir.Const(value), ir.Path(var, path))) for path in lists))


def _requirement(requirement: ir.Requirement, defaults: tuple[ir.Default, ...]) -> ir.Condition:
    condition = disjunction((negation(requirement.when), requirement.must))
    for step in reversed(requirement.each):
        condition = ir.All(step.var, step.items, condition)
    return once_set(condition, defaults)


def _after(node: ir.Condition, defaults: tuple[ir.Default, ...], sites: _Sites) -> ir.Condition:
    """``node``, which is about the pod with ``defaults`` set, as a condition on the pod as it came."""
    match node:
        case ir.And() | ir.Or() | ir.Not():
            return with_parts(node, lambda inner: _after(inner, defaults, sites))
        case ir.Any(var=var, items=items, where=where) | ir.All(var=var, items=items, where=where):
            inner_sites = {**sites, var: "containers" if isinstance(items, ir.Containers) else ""}
            return _walk_after(replace(node, where=_after(where, defaults, inner_sites)), defaults, sites)
        case _:
            return _cases(node, defaults, sites)


def _cases(fact: ir.Condition, defaults: tuple[ir.Default, ...], sites: _Sites) -> ir.Condition:
    """``fact`` in two cases for each of ``defaults`` that it reads: the default is set, or it is not.

    Of several defaults of one field the first is set.
    """
    read = tuple(default for default in defaults if _reads(fact, default, sites))
    if not read:
        return fact
    default, others = read[0], read[1:]
    var = _var_of(fact, default, sites)
    if default.value is None:
        return _with_added(fact, default, var, lambda without: _cases(without, others, sites))
    where_set = _cases(_put(fact, default, sites), others, sites)
    where_not = _cases(fact, others, sites)
    is_set = applies(default, var)
    if where_set == ir.TRUE:
        return disjunction((is_set, where_not))
    return disjunction((conjunction((is_set, where_set)), conjunction((negation(is_set), where_not))))


# --- lists ----------------------------------------------------------------------


def _walk_after(node: ir.Any | ir.All, defaults: tuple[ir.Default, ...], sites: _Sites) -> ir.Condition:
    """``node``, whose condition on an element is already about the pod as it came, where a default sets or extends its list."""
    condition: ir.Condition = node
    every = isinstance(node, ir.All)
    for default in defaults:
        if not isinstance(node.items, ir.Path) or not _is_at(node.items, default, sites):
            continue
        var = node.items.var
        if default.value is None:
            for value in default.add:
                is_added = _is_added(default, var, value)
                holds = bound(node.where, node.var, value)
                condition = (
                    conjunction((condition, disjunction((negation(is_added), holds))))
                    if every
                    else disjunction((condition, conjunction((is_added, holds))))
                )
        elif isinstance(default.value, tuple):
            elements = tuple(bound(node.where, node.var, v) for v in default.value if isinstance(v, int))
            holds = conjunction(elements) if every else disjunction(elements)
            is_set = applies(default, var)
            condition = disjunction((conjunction((is_set, holds)), conjunction((negation(is_set), condition))))
    return condition


def _with_added(
    fact: ir.Condition, default: ir.Default, var: str, then: Callable[[ir.Condition], ir.Condition]
) -> ir.Condition:
    """``fact`` once ``default`` is set. ``fact`` reads the list that ``default`` extends, or an object around that list.

    ``then`` treats the fact for the other defaults. Raises `TypeError` for a fact of another kind.
    """
    match fact:
        case ir.In(value=value, options=ir.Path(fields=fields)) if fields == default.path:
            added = tuple(
                conjunction((ir.Equals(value, ir.Const(word)), _is_added(default, var, word))) for word in default.add
            )
            return disjunction((then(fact), *added))
        case ir.Has(value=ir.Path()):
            return disjunction((applies(default, var), then(fact)))
        case _:
            raise TypeError(f"{fact} reads a list that a default adds to")


# --- values ---------------------------------------------------------------------


def _put(fact: ir.Condition, default: ir.Default, sites: _Sites, unset: tuple[ir.Path, ...] = ()) -> ir.Condition:
    """``fact`` where ``default`` is set, and the fields at ``unset`` are not: constants stand in place of what it reads there."""

    def put(path: ir.Path) -> Field:
        if any(path.var == other.var and path.fields[: len(other.fields)] == other.fields for other in unset):
            return UNSET
        return _field(path.fields, default) if _meets(path, default, sites) else path

    return replaced(fact, put)


def _field(fields: tuple[str, ...], default: ir.Default) -> Field:
    """The value at ``fields`` once ``default`` is set there, above or below."""
    value = default.value
    if value is None or len(fields) < len(default.path):
        return Object()
    below = fields[len(default.path) :]
    pairs = {pair[0]: pair[1] for pair in value if isinstance(pair, tuple)} if isinstance(value, tuple) else {}
    if below:
        return ir.Const(pairs[below[0]]) if below[0] in pairs and len(below) == 1 else UNSET
    if not isinstance(value, tuple):
        return ir.Const(value)
    return Object() if pairs else ir.Const(tuple(number for number in value if isinstance(number, int)))


def _showing(
    requirement: ir.Requirement, holds: ir.Condition, default: ir.Default, sites: _Sites
) -> tuple[ir.Requirement, ...]:
    """``requirement``, whose message shows what ``default`` sets if that may break ``holds``.

    There are two requirements if a condition decides whether the default is set.
    """
    parts: list[ir.Part] = []
    for part in requirement.message:
        value = _or_default(part.value, default, sites) if isinstance(part, ir.Show) else None
        if isinstance(part, ir.Show) and value and value != part.value and _may_break(holds, value, default, sites):
            part = replace(part, value=value)
        parts.append(part)
    if tuple(parts) == requirement.message:
        return (requirement,)
    showing = replace(requirement, message=tuple(parts))
    inherited = ir.Path(ir.POD, default.inherits)
    read = {path for part in requirement.message for path in nodes(part, ir.Path)}
    kept = (default.unless, ir.Has(inherited) if default.inherits and inherited not in read else ir.FALSE)
    unset = disjunction(kept)
    if unset == ir.FALSE:
        return (showing,)
    return tuple(
        replace(case, when=conjunction((case.when, condition)))
        for case, condition in ((requirement, unset), (showing, negation(unset)))
    )


def _may_break(holds: ir.Condition, value: ir.Value, default: ir.Default, sites: _Sites) -> bool:
    """Whether ``holds`` may be false where ``value``, of `_or_default`, is what ``default`` sets."""
    before = tuple(path for path in nodes(value, ir.Path) if not _meets(path, default, sites))
    return _put(holds, default, sites, before) != ir.TRUE


def _or_default(value: ir.Value, default: ir.Default, sites: _Sites) -> ir.Value:
    """``value``, or where that is unset the constant that ``default`` sets in its place."""
    match value:
        case ir.Concat(prefix=prefix, value=ir.Path() | ir.Coalesce() as inner):
            return ir.Concat(prefix, _first_or_default(inner, default, sites))
        case ir.Path() | ir.Coalesce():
            return _first_or_default(value, default, sites)
        case _:
            return value


def _first_or_default(value: ir.Path | ir.Coalesce, default: ir.Default, sites: _Sites) -> ir.Path | ir.Coalesce:
    whole = value if isinstance(value, ir.Coalesce) else ir.Coalesce((value,))
    for place, option in enumerate(whole.options):
        if not isinstance(option, ir.Path) or not _meets(option, default, sites):
            continue
        constant = _field((*option.fields, *whole.field), default)
        if isinstance(constant, ir.Const):
            own = replace(option, fields=default.path)
            inherited = [ir.Path(ir.POD, default.inherits)] if default.inherits else []
            below = (*option.fields[len(default.path) :], *whole.field)
            return ir.Coalesce((*whole.options[:place], own, *inherited, constant), below)
    return value


# --- which fields ----------------------------------------------------------------


def _reads(fact: ir.Condition, default: ir.Default, sites: _Sites) -> bool:
    return any(_meets(path, default, sites) for path in nodes(fact, ir.Path))


def _var_of(fact: ir.Condition, default: ir.Default, sites: _Sites) -> str:
    return next(path.var for path in nodes(fact, ir.Path) if _meets(path, default, sites))


def _meets(path: ir.Path, default: ir.Default, sites: _Sites) -> bool:
    """Whether ``path`` leads to the field that ``default`` sets, or to a field above or below it.

    A whole pod, container or ``spec`` does not count.
    """
    shorter = min(len(path.fields), len(default.path))
    return (
        bool(path.fields)
        and sites.get(path.var) == default.site
        and path.fields[:shorter] == default.path[:shorter]
        and path.fields != ("spec",)
    )


def _is_at(path: ir.Path, default: ir.Default, sites: _Sites) -> bool:
    return sites.get(path.var) == default.site and path.fields == default.path
