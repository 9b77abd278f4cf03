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
from pscc.printers.cel.expressions import access, all_of, condition, facts, has_value, json_text, literal, negated
from pscc.printers.cel.layout import laid_out
from pscc.printers.cel.pod import METADATA

CONTAINER = "container"
_LINES = 25
"""Of one expression; a longer one has parts."""


def patches(default: ir.Default) -> tuple[str, ...]:
    """The patches of ``default`` on the pod that the request creates, an expression for each list of containers.

    What is added to a list, and what would be a long expression, has one for each length to which the way to the field
    is there. A variable would be shorter, but Kyverno's command line has none in MutatingAdmissionPolicies.
    """
    if default.site == "pod":
        wanted = condition(negation(disjunction(_against(default, ir.POD))), METADATA)
        return (f"{wanted} ? [{_patch(default, ir.POD, '')}] : []",)
    if default.value is not None:
        wanted = condition(negation(disjunction(_against(default, CONTAINER))), METADATA)
        texts = tuple(_for_each(kind, wanted, partial(_patch, default, CONTAINER)) for kind, _ in LISTS)
        if all(len(laid_out(text).splitlines()) <= _LINES for text in texts):
            return texts
        chosen = [_part(default, depth) for depth in range(1, len(default.path) + 1)]
    else:
        lengths = range(1, len(default.path) + 1)
        chosen = [*(_addition(default, depth) for depth in lengths), _addition(default, len(default.path), there=True)]
    return tuple(_for_each(kind, wanted, patch) for kind, _ in LISTS for wanted, patch in chosen)


def patches_at_once(defaults: tuple[ir.Default, ...]) -> str:
    """All of ``defaults`` as one list of patches, each about the pod as it came: what they lie in is made first."""
    sites = {site: [d for d in defaults if d.site == site] for site in ("pod", "containers")}
    parts = [f"({wanted} ? [{patch('')}] : [])" for wanted, patch in _steps(sites["pod"], ir.POD)]
    for kind, _ in LISTS:
        parts += [_for_each(kind, wanted, patch) for wanted, patch in _steps(sites["containers"], CONTAINER)]
    return " + ".join(parts)


def _steps(defaults: list[ir.Default], var: str) -> Iterator[tuple[str, _Patch]]:
    """When to patch, and how: the objects that are not there first, then the fields."""
    inside: dict[tuple[str, ...], list[ir.Default]] = {}
    for default in defaults:
        for depth in range(2 if var == ir.POD else 1, len(default.path)):
            inside.setdefault(default.path[:depth], []).append(default)
    for path in sorted(inside, key=len):
        needed = condition(disjunction(tuple(applies(default, var) for default in inside[path])))
        yield all_of(negated(has_value(ir.Path(var, path))), needed), partial(_add, path, value="{}")
    for default in defaults:
        value = json_text(json_value(default))
        if default.value is None:
            lists = [ir.Path(var, path) for path in (default.path, default.unless_in) if path]
            present = condition(ir.Or(tuple(ir.In(ir.Path("value"), one) for one in lists)))
            value = f"({has_value(lists[0])} ? {access(lists[0])} : []) + {value}.filter(value, !({present}))"
        yield condition(applies(default, var)), partial(_add, default.path, value=value)


_Patch = Callable[[str], str]
"""The text of a patch, by that of where the container is."""


def _for_each(kind: str, wanted: str, patch: _Patch) -> str:
    listed = f"object.spec.{kind}"
    place = f"{literal(f'/spec/{kind}/')} + string({listed}.indexOf({CONTAINER})) + "
    there = has_value(ir.Path(ir.POD, ("spec", kind)))
    return f"({there} ? {listed} : []).filter({CONTAINER}, {wanted}).map({CONTAINER}, {patch(place)})"


def _addition(default: ir.Default, depth: int, there: bool = False) -> tuple[str, _Patch]:
    """When, and how, to add to the list where of the way to it the first ``depth`` fields are not all there.

    With ``there`` the list itself is: the values that it lacks are put behind its own.
    """
    missing = default.path[:depth]
    way = ir.Path(CONTAINER, missing)
    steps = [access(ir.Path(CONTAINER, missing[:length])) for length in range(1, depth)]
    lists = [default.path] if there else []
    if default.unless_in and (there or default.unless_in[:depth] != missing):
        lists.append(default.unless_in)
    has = ir.Or(tuple(ir.In(ir.Path("value"), ir.Path(CONTAINER, path)) for path in lists))
    known = frozenset(steps)
    present = condition(has, known | facts(ir.Has(way)) if there else known)
    asked = [condition(negation(default.unless)), *(f"has({step})" for step in steps)]
    asked.append(has_value(way, known) if there else negated(has_value(way, known)))
    # behind a list that lacks nothing, nothing is put
    asked += [f"!{literal(default.add)}.all(value, {present})"] if lists and not there else []
    added = f"{literal(default.add)}.filter(value, !({present}))" if lists else literal(default.add)
    value = f"{access(ir.Path(CONTAINER, default.path))} + {added}" if there else added
    return all_of(*asked), lambda place: _add(missing, place, _nested(default.path[depth:], value))


def _part(default: ir.Default, depth: int) -> tuple[str, _Patch]:
    """When, and how, to set the value where of the way to it the first ``depth`` fields are not all there."""
    missing = ir.Path(CONTAINER, default.path[:depth])
    steps = [access(ir.Path(CONTAINER, default.path[:length])) for length in range(1, depth)]
    known = METADATA | {*steps}
    others = [one for one in _against(default, CONTAINER) if not _is_in(one, missing)]
    asked = [*(f"has({step})" for step in steps), negated(has_value(missing, known))]
    wanted = all_of(*asked, condition(negation(disjunction(tuple(others))), known))
    value = _nested(default.path[depth:], json_text(json_value(default)))
    return wanted, lambda place: _add(default.path[:depth], place, value)


def _is_in(node: ir.Condition, missing: ir.Path) -> bool:
    """Whether ``node`` asks for something that is not there without ``missing``."""
    match node:
        case ir.Has(value=ir.Path(var=missing.var, fields=fields)):
            return fields[: len(missing.fields)] == missing.fields
        case _:
            return False


def _against(default: ir.Default, var: str) -> tuple[ir.Condition, ...]:
    """What stands against setting the value of the default."""
    found: list[ir.Condition] = [ir.Has(ir.Path(var, default.path))]
    match default.unless:
        case ir.Has(value=ir.Coalesce(options=options, field=())):
            found += [ir.Has(option) for option in options]
        case unless if unless != ir.FALSE:
            found.append(unless)
    if default.inherits:
        found.append(ir.Has(ir.Path(ir.POD, default.inherits)))
    return tuple(found)


def _patch(default: ir.Default, var: str, place: str) -> str:
    """The patch: where the way to the field is not there as a whole, what is missing of it is set with the value."""
    value = json_text(json_value(default))
    text = _add(default.path, place, value)
    first = 2 if var == ir.POD else 1
    for depth in reversed(range(first, len(default.path))):
        above = frozenset(access(ir.Path(var, default.path[:length])) for length in range(first, depth))
        missing = negated(has_value(ir.Path(var, default.path[:depth]), above))
        text = f"{missing} ? {_add(default.path[:depth], place, _nested(default.path[depth:], value))} : {text}"
    return text


def _add(path: tuple[str, ...], place: str, value: str) -> str:
    return f'JSONPatch{{op: "add", path: {place}{literal("/" + "/".join(path))}, value: {value}}}'


def _nested(fields: tuple[str, ...], value: str) -> str:
    """``value`` under ``fields``, as an object."""
    for name in reversed(fields):
        value = f"{{{literal(name)}: {value}}}"
    return value
