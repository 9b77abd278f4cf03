"""Whether a pod passes a policy once the policy's defaults are set, and whether they change it: conditions on the pod as it came.

A set of policies is decided by both, and what does not enforce is judged so, since it may not change pods. A read of a field
that a default may set becomes two cases: the default is set, and the constant stands for the read, or it is not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from pscc import ir
from pscc.ir.passes import CONTAINER, conjunction, disjunction, negation, specialise, with_parts
from pscc.ir.substitution import UNSET, Field, Object, bound, replaced
from pscc.ir.walking import nodes

_Vars = dict[str, str]
"""The site of each variable: ``pod`` or ``containers``."""


_DIGEST = 8


@lru_cache
def assumed(policy: ir.Policy) -> ir.Policy:
    """``policy`` without defaults, whose checks judge each pod as if they had been set.

    A check on which the defaults have no influence stays as it is, and one that they meet in any case is left out.
    """
    checks = (_assuming(check, policy.defaults) for check in policy.checks)
    return replace(policy, checks=tuple(one for one in checks if one.requirements), defaults=())


def unset(program: ir.Program) -> tuple[ir.Policy | ir.Choice, ...]:
    """The policies and choices of ``program`` that have defaults and, by their mode, change no pod."""
    policies = (p for p in program.policies if p.mode != "enforce" and p.defaults)
    choices = (c for c in program.choices if c.mode != "enforce" and any(p.defaults for p in c.policies))
    return (*policies, *choices)


def observing(program: ir.Program) -> ir.Program:
    """``program`` where nothing that only warns or audits changes a pod: its defaults are assumed, and not set."""
    if not unset(program):
        return program

    def judged(policy: ir.Policy, mode: ir.Mode) -> ir.Policy:
        return policy if mode == "enforce" or not policy.defaults else assumed(policy)

    choices = (replace(c, policies=tuple(judged(p, c.mode) for p in c.policies)) for c in program.choices)
    return ir.Program(tuple(judged(p, p.mode) for p in program.policies), tuple(choices))


def _assuming(check: ir.Check, defaults: tuple[ir.Default, ...]) -> ir.Check:
    written = specialise(check)
    requirements = tuple(_where_defaulted(one, defaults) for one in written.requirements)
    if requirements == written.requirements:
        return check
    left = tuple(one for one in requirements if one.must != ir.TRUE)
    digest = hashlib.sha256(repr(left).encode()).hexdigest()[:_DIGEST]
    return replace(check, shape=f"{check.shape}Once{digest}", requirements=left)


def _where_defaulted(requirement: ir.Requirement, defaults: tuple[ir.Default, ...]) -> ir.Requirement:
    """``requirement`` about the pod with ``defaults`` set, walking what the pod has."""
    sites = {ir.POD: "pod"} | {
        e.var: "containers" if isinstance(e.items, ir.Containers) else "" for e in requirement.each
    }
    when, must = (_after(one, defaults, sites) for one in (requirement.when, requirement.must))
    if (when, must) == (requirement.when, requirement.must):
        return requirement
    return replace(requirement, when=ir.TRUE, must=disjunction((negation(when), must)))


def holds_once_defaulted(check: ir.Check, defaults: tuple[ir.Default, ...]) -> ir.Condition:
    """Whether a pod would pass ``check`` with ``defaults`` set, each decided on the pod as it came."""
    return conjunction(tuple(_requirement(one, defaults) for one in specialise(check).requirements))


def changes(defaults: tuple[ir.Default, ...]) -> ir.Condition:
    """Whether ``defaults`` would change a pod."""
    found = []
    for default in defaults:
        one = applies(default, ir.POD if default.site == "pod" else CONTAINER)
        found.append(one if default.site == "pod" else ir.Any(CONTAINER, ir.Containers(), one))
    return disjunction(tuple(found))


def applies(default: ir.Default, var: str) -> ir.Condition:
    """Whether ``default`` does something to the pod or container ``var``."""
    lacking = ir.TRUE if default.value is not None else disjunction(tuple(_lacks(default, var, v) for v in default.add))
    return conjunction((_open(default, var), lacking))


def _open(default: ir.Default, var: str) -> ir.Condition:
    """Whether nothing stands against ``default`` but what its list may have already."""
    conditions = [negation(default.unless)]
    if default.value is not None:
        conditions.append(ir.Not(ir.Has(ir.Path(var, default.path))))
    if default.inherits:
        conditions.append(ir.Not(ir.Has(ir.Path(ir.POD, default.inherits))))
    return conjunction(tuple(conditions))


def _lacks(default: ir.Default, var: str, value: str) -> ir.Condition:
    """Whether the list lacks ``value`` and is to get it."""
    lists = [path for path in (default.path, default.unless_in) if path]
    return conjunction(tuple(ir.Not(ir.In(ir.Const(value), ir.Path(var, path))) for path in lists))


def _requirement(requirement: ir.Requirement, defaults: tuple[ir.Default, ...]) -> ir.Condition:
    condition = disjunction((negation(requirement.when), requirement.must))
    for step in reversed(requirement.each):
        condition = ir.All(step.var, step.items, condition)
    return _after(condition, defaults, {ir.POD: "pod"})


def _after(node: ir.Condition, defaults: tuple[ir.Default, ...], sites: _Vars) -> ir.Condition:
    match node:
        case ir.And() | ir.Or() | ir.Not():
            return with_parts(node, lambda inner: _after(inner, defaults, sites))
        case ir.Any(var=var, items=items, where=where) | ir.All(var=var, items=items, where=where):
            inside = {**sites, var: "containers" if isinstance(items, ir.Containers) else ""}
            walked = replace(node, where=_after(where, defaults, inside))
            return _walked(walked, defaults, sites)
        case _:
            return _cases(node, [d for d in defaults if _reads(node, d, sites)], sites)


def _cases(atom: ir.Condition, defaults: list[ir.Default], sites: _Vars) -> ir.Condition:
    """``atom`` for each of the defaults that it reads being set or not."""
    if not defaults:
        return atom
    default, rest = defaults[0], defaults[1:]
    var = _var_of(atom, default, sites)
    if default.value is None:
        return _with_added(atom, default, var, lambda one: _cases(one, rest, sites))
    is_set = _cases(_put(atom, default, sites), rest, sites)
    is_not = _cases(atom, rest, sites)
    condition = applies(default, var)
    if is_set == ir.TRUE:
        return disjunction((condition, is_not))
    return disjunction((conjunction((condition, is_set)), conjunction((negation(condition), is_not))))


# --- lists ----------------------------------------------------------------------


def _walked(node: ir.Any | ir.All, defaults: tuple[ir.Default, ...], sites: _Vars) -> ir.Condition:
    """A walk over a list that a default may set, or add to."""
    found: ir.Condition = node
    every = isinstance(node, ir.All)
    for default in defaults:
        if not isinstance(node.items, ir.Path) or not _is_at(node.items, default, sites):
            continue
        var = node.items.var
        if default.value is None:
            for value in default.add:
                gets = conjunction((_open(default, var), _lacks(default, var, value)))
                one = bound(node.where, node.var, value)
                found = (
                    conjunction((found, disjunction((negation(gets), one))))
                    if every
                    else disjunction((found, conjunction((gets, one))))
                )
        elif isinstance(default.value, tuple):
            ones = tuple(bound(node.where, node.var, v) for v in default.value if isinstance(v, int))
            is_set = conjunction(ones) if every else disjunction(ones)
            condition = applies(default, var)
            found = disjunction((conjunction((condition, is_set)), conjunction((negation(condition), found))))
    return found


def _with_added(
    atom: ir.Condition, default: ir.Default, var: str, then: Callable[[ir.Condition], ir.Condition]
) -> ir.Condition:
    """``atom`` that reads a list which ``default`` adds to, or an object that it makes for it."""
    match atom:
        case ir.In(value=value, options=ir.Path(fields=fields)) if fields == default.path:
            added = tuple(
                conjunction((ir.Equals(value, ir.Const(one)), _open(default, var), _lacks(default, var, one)))
                for one in default.add
            )
            return disjunction((then(atom), *added))
        case ir.Has(value=ir.Path()):
            return disjunction((applies(default, var), then(atom)))
        case _:
            raise TypeError(f"{atom} reads a list that a default adds to")


# --- values ---------------------------------------------------------------------


def _put(atom: ir.Condition, default: ir.Default, sites: _Vars) -> ir.Condition:
    """``atom`` where ``default`` has been set."""
    return replaced(atom, lambda path: _field(path.fields, default) if _meets(path, default, sites) else path)


def _field(fields: tuple[str, ...], default: ir.Default) -> Field:
    """What is at ``fields`` once ``default`` is set there, above, or below."""
    value = default.value
    if value is None or len(fields) < len(default.path):
        return Object()
    below = fields[len(default.path) :]
    pairs = {one[0]: one[1] for one in value if isinstance(one, tuple)} if isinstance(value, tuple) else {}
    if below:
        return ir.Const(pairs[below[0]]) if below[0] in pairs and len(below) == 1 else UNSET
    if not isinstance(value, tuple):
        return ir.Const(value)
    return Object() if pairs else ir.Const(tuple(one for one in value if isinstance(one, int)))


# --- which fields ----------------------------------------------------------------


def _reads(atom: ir.Condition, default: ir.Default, sites: _Vars) -> bool:
    return any(_meets(path, default, sites) for path in nodes(atom, ir.Path))


def _var_of(atom: ir.Condition, default: ir.Default, sites: _Vars) -> str:
    return next(path.var for path in nodes(atom, ir.Path) if _meets(path, default, sites))


def _meets(path: ir.Path, default: ir.Default, sites: _Vars) -> bool:
    """Whether the default sets what is at ``path``, above it or below it. The whole of a pod or container is not asked for."""
    shorter = min(len(path.fields), len(default.path))
    return (
        bool(path.fields)
        and sites.get(path.var) == default.site
        and path.fields[:shorter] == default.path[:shorter]
        and path.fields != ("spec",)
    )


def _is_at(path: ir.Path, default: ir.Default, sites: _Vars) -> bool:
    return sites.get(path.var) == default.site and path.fields == default.path
