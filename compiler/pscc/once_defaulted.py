"""Whether a pod passes a policy once the policy's defaults are set, and whether they change it: conditions on the pod as it came.

A set of policies is decided by both. A read of a field that a default may set becomes two cases: the default is set, and
the constant stands for the read, or it is not. Must not import a control, a target or a backend.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import assert_never

from pscc import ir
from pscc.passes import CONTAINER, conjunction, disjunction, fold, negation, specialise

_UNSET = ir.Const("")
"""Stands for an unset value, told apart by identity: an object that is set lacks the field."""
_OBJECT = ir.Const("object")
"""Stands for an object that is set, of which only its being set can be asked; told apart by identity."""
_Vars = dict[str, str]
"""The site of each variable: ``pod`` or ``containers``."""


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
        case ir.And(conditions=conditions):
            return conjunction(tuple(_after(one, defaults, sites) for one in conditions))
        case ir.Or(conditions=conditions):
            return disjunction(tuple(_after(one, defaults, sites) for one in conditions))
        case ir.Not(condition=inner):
            return negation(_after(inner, defaults, sites))
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
                one = _bound(node.where, node.var, ir.Const(value))
                found = (
                    conjunction((found, disjunction((negation(gets), one))))
                    if every
                    else disjunction((found, conjunction((gets, one))))
                )
        elif isinstance(default.value, tuple):
            ones = tuple(_bound(node.where, node.var, ir.Const(v)) for v in default.value if isinstance(v, int))
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


def _bound(node: ir.Condition, var: str, constant: ir.Const) -> ir.Condition:
    """``node`` with ``constant`` for the element ``var``."""

    def put(value: ir.Value) -> ir.Value:
        return constant if value == ir.Path(var) else value

    match node:
        case ir.And(conditions=conditions):
            return conjunction(tuple(_bound(one, var, constant) for one in conditions))
        case ir.Or(conditions=conditions):
            return disjunction(tuple(_bound(one, var, constant) for one in conditions))
        case ir.Not(condition=inner):
            return negation(_bound(inner, var, constant))
        case ir.Any() | ir.All():
            return replace(node, where=_bound(node.where, var, constant))
        case _:
            return _mapped(node, put)


# --- values ---------------------------------------------------------------------


def _put(atom: ir.Condition, default: ir.Default, sites: _Vars) -> ir.Condition:
    """``atom`` where ``default`` has been set."""
    return _mapped(atom, lambda value: _value(value, default, sites))


def _mapped(atom: ir.Condition, put: Callable[[ir.Value], ir.Value]) -> ir.Condition:
    """``atom`` with ``put`` of its values; false where one of those is then unset."""
    values: tuple[ir.Value, ...]
    made: Callable[..., ir.Condition]
    match atom:
        case ir.Has(value=value):
            new = put(value)
            return ir.FALSE if new is _UNSET else ir.TRUE if isinstance(new, ir.Const) else ir.Has(new)
        case ir.SameLevel(left=left, right=right):
            # an unset level counts as an empty one, which is what stands for it
            return ir.SameLevel(put(left), put(right))
        case ir.Equals(left=left, right=right):
            values, made = (put(left), put(right)), ir.Equals
        case ir.Under(value=left, prefix=right):
            values, made = (put(left), put(right)), ir.Under
        case ir.In(value=value, options=options):
            values, made = (put(value),), partial(ir.In, options=options)
        case ir.InRanges(value=value, ranges=ranges):
            values, made = (put(value),), partial(ir.InRanges, ranges=ranges)
        case ir.StartsWithAny(value=value, patterns=patterns):
            values, made = (put(value),), partial(ir.StartsWithAny, patterns=patterns)
        case ir.And() | ir.Or() | ir.Not() | ir.Any() | ir.All():
            raise TypeError("an atom has no parts")
        case _:
            assert_never(atom)
    if any(value is _UNSET for value in values):
        return ir.FALSE
    if any(value is _OBJECT for value in values):
        raise TypeError(f"{atom} reads an object as a value")
    return fold(made(*values), {})


def _value(value: ir.Value, default: ir.Default, sites: _Vars) -> ir.Value:
    """What ``value`` is where ``default`` has been set."""
    match value:
        case ir.Path():
            return _field(value.fields, default) if _meets(value, default, sites) else value
        case ir.Coalesce(options=options, field=field):
            return _chosen(options, field, default, sites)
        case ir.Concat(prefix=prefix, value=inner):
            new = _value(inner, default, sites)
            if new is _UNSET or (isinstance(new, (ir.Path, ir.Coalesce)) and new == inner):
                return _UNSET if new is _UNSET else value
            return ir.Const(f"{prefix}{new.value}") if isinstance(new, ir.Const) else ir.Concat(prefix, _readable(new))
        case ir.Const() | ir.Param() | ir.Entry():
            return value
        case _:
            assert_never(value)


def _chosen(
    options: tuple[ir.Path | ir.Const, ...], field: tuple[str, ...], default: ir.Default, sites: _Vars
) -> ir.Value:
    """The first of ``options`` that is set, where ``default`` has set one of them or a part of it."""
    kept: list[ir.Path | ir.Const] = []
    for option in options:
        if not isinstance(option, ir.Path) or not _meets(option, default, sites):
            kept.append(option)
            continue
        if len(option.fields) < len(default.path) or (field and option.fields != default.path):
            raise TypeError(f"{option} is a part of what a default sets")
        found = _field((*option.fields, *field), default)
        if found is not _UNSET:
            kept.append(found)
            break
        if field:
            # the object is there, without the field: later options are not looked at
            break
    if not kept:
        return _UNSET
    return kept[0] if isinstance(kept[0], ir.Const) else ir.Coalesce(tuple(kept), field)


def _readable(value: ir.Value) -> ir.Path | ir.Coalesce:
    if not isinstance(value, (ir.Path, ir.Coalesce)):
        raise TypeError(f"{value} is no field")
    return value


def _field(fields: tuple[str, ...], default: ir.Default) -> ir.Const:
    """What is at ``fields`` once ``default`` is set there, above, or below."""
    value = default.value
    if len(fields) < len(default.path):
        return _OBJECT
    pairs = {one[0]: one[1] for one in value if isinstance(one, tuple)} if isinstance(value, tuple) else {}
    below = fields[len(default.path) :]
    if below:
        return ir.Const(pairs[below[0]]) if below[0] in pairs and len(below) == 1 else _UNSET
    return _OBJECT if isinstance(value, tuple) or value is None else ir.Const(value)


# --- which fields ----------------------------------------------------------------


def _reads(atom: ir.Condition, default: ir.Default, sites: _Vars) -> bool:
    return any(_meets(path, default, sites) for path in _paths(atom))


def _var_of(atom: ir.Condition, default: ir.Default, sites: _Vars) -> str:
    return next(path.var for path in _paths(atom) if _meets(path, default, sites))


def _paths(node: object) -> list[ir.Path]:
    from dataclasses import fields, is_dataclass

    if isinstance(node, ir.Path):
        return [node]
    if isinstance(node, tuple):
        return [path for one in node for path in _paths(one)]
    return [p for f in fields(node) for p in _paths(getattr(node, f.name))] if is_dataclass(node) else []


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
