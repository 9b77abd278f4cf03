"""Prints a default as a JSON patch in CEL: a list of ``JSONPatch``, empty where there is nothing to set.

JSON patches throughout, since an ApplyConfiguration does nothing to a list that is atomic (capabilities,
supplementalGroups). Names of containers are unique, so ``indexOf`` finds each one's place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from pscc import ir
from pscc.ir.defaulting import LISTS, json_value
from pscc.ir.once_defaulted import applies
from pscc.ir.passes import disjunction, negation
from pscc.printers.cel.conditions import condition, facts
from pscc.printers.cel.finding import CONTAINER
from pscc.printers.cel.fragments import cel
from pscc.printers.cel.layout import laid_out
from pscc.printers.cel.literals import json_literal, literal
from pscc.printers.cel.logic import all_of, has, negated
from pscc.printers.cel.pending import lacking
from pscc.printers.cel.pod import METADATA
from pscc.printers.cel.reads import access, has_value
from pscc.printers.cel.tree import (
    Call,
    Conditional,
    Expression,
    Listing,
    Mapping,
    Message,
    Name,
    Text,
    infix,
)
from pscc.printers.cel.walks import or_empty

_LINES = 25
"""Of one expression; a longer one has parts."""


def patches(default: ir.Default) -> tuple[Expression, ...]:
    """The patches of ``default`` on the pod that the request creates: an expression for each list of containers.

    For a list that gets elements there are more: one for each field on the way to it that may be the first missing one. An
    expression that would be too long is split in the same way. A variable would be shorter, but Kyverno's command line has
    none in MutatingAdmissionPolicies.
    """
    if default.site == "pod":
        wanted = condition(negation(disjunction(_against(default, ir.POD))), METADATA)
        return (Conditional(wanted, Listing((_patch(default, ir.POD),)), Listing()),)
    if default.value is not None:
        wanted = condition(negation(disjunction(_against(default, CONTAINER))), METADATA)
        whole = tuple(_for_each(kind, wanted, partial(_patch, default, CONTAINER)) for kind, _ in LISTS)
        if all(len(laid_out(patch).splitlines()) <= _LINES for patch in whole):
            return whole
        parts = [_part(default, depth) for depth in range(1, len(default.path) + 1)]
    else:
        lengths = range(1, len(default.path) + 1)
        parts = [*(_addition(default, depth) for depth in lengths), _addition(default, len(default.path), there=True)]
    return tuple(_for_each(kind, wanted, patch) for kind, _ in LISTS for wanted, patch in parts)


def patches_at_once(defaults: tuple[ir.Default, ...]) -> Expression:
    """All of ``defaults`` as one list of patches on the pod as it came. Missing objects are made before the fields in them."""
    sites = {site: [d for d in defaults if d.site == site] for site in ("pod", "containers")}
    parts = [or_empty(wanted, Listing((patch(),))) for wanted, patch in _steps(sites["pod"], ir.POD)]
    for kind, _ in LISTS:
        parts += [_for_each(kind, wanted, patch) for wanted, patch in _steps(sites["containers"], CONTAINER)]
    return infix("+", *parts)


_Place = tuple[Expression, ...]
"""What a patch's path begins with: where the container is, in parts; nothing for the pod."""
_Patch = Callable[..., Expression]
"""The patch, by its place."""


def _steps(defaults: list[ir.Default], var: str) -> Iterator[tuple[Expression, _Patch]]:
    """When to patch, and how: the objects that are not there first, then the fields."""
    inside: dict[tuple[str, ...], list[ir.Default]] = {}
    for default in defaults:
        for depth in range(2 if var == ir.POD else 1, len(default.path)):
            inside.setdefault(default.path[:depth], []).append(default)
    for path in sorted(inside, key=len):
        needed = condition(disjunction(tuple(applies(default, var) for default in inside[path])))
        yield all_of(negated(has_value(ir.Path(var, path))), needed), partial(_add, path, Mapping())
    for default in defaults:
        value = json_literal(json_value(default))
        if default.value is None:
            own = ir.Path(var, default.path)
            value = infix("+", or_empty(has_value(own), access(own)), lacking(var, default))
        yield condition(applies(default, var)), partial(_add, default.path, value)


def _for_each(kind: str, wanted: Expression, patch: _Patch) -> Expression:
    listed = ir.Path(ir.POD, ("spec", kind))
    place = (Text(f"/spec/{kind}/"), cel("string($listed.indexOf(container))", listed=access(listed)))
    changed = Call("filter", (Name(CONTAINER), wanted), or_empty(has_value(listed), access(listed)))
    return Call("map", (Name(CONTAINER), patch(place)), changed)


def _addition(default: ir.Default, depth: int, there: bool = False) -> tuple[Expression, _Patch]:
    """(condition, patch) for adding to the list if the field at ``depth`` is the first that is missing on the way to it.

    With ``there`` the list is not missing: the patch puts the values that it lacks behind its own.
    """
    missing = default.path[:depth]
    way = ir.Path(CONTAINER, missing)
    steps = [access(ir.Path(CONTAINER, missing[:length])) for length in range(1, depth)]
    lists = [default.path] if there else []
    if default.unless_in and (there or default.unless_in[:depth] != missing):
        lists.append(default.unless_in)
    in_lists = ir.Or(tuple(ir.In(ir.Path("value"), ir.Path(CONTAINER, path)) for path in lists))
    known = frozenset(steps)
    present = condition(in_lists, known | facts(ir.Has(way)) if there else known)
    asked = [condition(negation(default.unless)), *map(has, steps)]
    asked.append(has_value(way, known) if there else negated(has_value(way, known)))
    value: Expression = literal(default.add)
    if lists:
        if not there:
            # behind a list that lacks nothing, nothing is put
            asked.append(cel("!$added.all(value, $present)", added=value, present=present))
        value = cel("$added.filter(value, !($present))", added=value, present=present)
    if there:
        value = infix("+", access(ir.Path(CONTAINER, default.path)), value)
    return all_of(*asked), partial(_add, missing, _nested(default.path[depth:], value))


def _part(default: ir.Default, depth: int) -> tuple[Expression, _Patch]:
    """(condition, patch) for setting the value if the field at ``depth`` is the first that is missing on the way to it."""
    missing = ir.Path(CONTAINER, default.path[:depth])
    steps = [access(ir.Path(CONTAINER, default.path[:length])) for length in range(1, depth)]
    known = METADATA | {*steps}
    others = [other for other in _against(default, CONTAINER) if not _is_in(other, missing)]
    asked = [*map(has, steps), negated(has_value(missing, known))]
    wanted = all_of(*asked, condition(negation(disjunction(tuple(others))), known))
    value = _nested(default.path[depth:], json_literal(json_value(default)))
    return wanted, partial(_add, default.path[:depth], value)


def _is_in(node: ir.Condition, missing: ir.Path) -> bool:
    """Whether ``node`` asks for something that is not there without ``missing``."""
    match node:
        case ir.Has(value=ir.Path(var=missing.var, fields=fields)):
            return fields[: len(missing.fields)] == missing.fields
        case _:
            return False


def _against(default: ir.Default, var: str) -> tuple[ir.Condition, ...]:
    """The conditions under which the default is not set: each of them alone is enough."""
    against: list[ir.Condition] = [ir.Has(ir.Path(var, default.path))]
    match default.unless:
        case ir.Has(value=ir.Coalesce(options=options, field=())):
            against += [ir.Has(option) for option in options]
        case unless if unless != ir.FALSE:
            against.append(unless)
    if default.inherits:
        against.append(ir.Has(ir.Path(ir.POD, default.inherits)))
    return tuple(against)


def _patch(default: ir.Default, var: str, place: _Place = ()) -> Expression:
    """The patch. If objects on the way to the field are missing, it sets the first of them, with the value inside."""
    value = json_literal(json_value(default))
    patch = _add(default.path, value, place)
    first = 2 if var == ir.POD else 1
    for depth in reversed(range(first, len(default.path))):
        above = frozenset(access(ir.Path(var, default.path[:length])) for length in range(first, depth))
        missing = negated(has_value(ir.Path(var, default.path[:depth]), above))
        whole = _add(default.path[:depth], _nested(default.path[depth:], value), place)
        patch = Conditional(missing, whole, patch)
    return patch


def _add(path: tuple[str, ...], value: Expression, place: _Place = ()) -> Expression:
    whole = infix("+", *place, Text("/" + "/".join(path)))
    return Message("JSONPatch", (("op", Text("add")), ("path", whole), ("value", value)))


def _nested(fields: tuple[str, ...], value: Expression) -> Expression:
    """``value`` under ``fields``, as an object."""
    for name in reversed(fields):
        value = Mapping(((Text(name), value),))
    return value
