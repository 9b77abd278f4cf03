"""Prints a default as a JSON patch in CEL: a list of ``JSONPatch``, empty where there is nothing to set.

JSON patches throughout, since an ApplyConfiguration does nothing to a list that is atomic (capabilities,
supplementalGroups). Names of containers are unique, so ``indexOf`` finds each one's place. Must not import a control.
"""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.defaulting import LISTS, json_value
from pscc.once_defaulted import applies
from pscc.passes import conjunction, disjunction, negation
from pscc.targets.cel import NOTHING, Known, access, all_of, condition, group, guards, literal, negated

CONTAINER = "container"


def patches(default: ir.Default) -> tuple[str, ...]:
    """The patches of ``default`` on the pod that the request creates, an expression for each list of containers."""
    if default.site == "pod":
        return (f"{_wanted(default, ir.POD)} ? [{_patch(default, ir.POD, '')}] : []",)
    return tuple(_for_each(default, kind) for kind, _ in LISTS)


def patches_at_once(defaults: tuple[ir.Default, ...]) -> str:
    """All of ``defaults`` as one list of patches, each about the pod as it came: what they lie in is made first."""
    sites = {site: [d for d in defaults if d.site == site] for site in ("pod", "containers")}
    parts = [f"({wanted} ? [{patch}] : [])" for wanted, patch in _steps(sites["pod"], ir.POD, "")]
    for kind, _ in LISTS if sites["containers"] else ():
        listed, place = _listed(kind)
        steps = _steps(sites["containers"], CONTAINER, place)
        parts += [f"{listed}.filter({CONTAINER}, {wanted}).map({CONTAINER}, {patch})" for wanted, patch in steps]
    return " + ".join(parts)


def _steps(defaults: list[ir.Default], var: str, place: str) -> Iterator[tuple[str, str]]:
    """When to patch, and how: the objects that are not there first, then the fields."""
    inside: dict[tuple[str, ...], list[ir.Default]] = {}
    for default in defaults:
        for depth in range(2 if var == ir.POD else 1, len(default.path)):
            inside.setdefault(default.path[:depth], []).append(default)
    for path in sorted(inside, key=len):
        missing = negated(guards(ir.Path(var, path)))
        needed = condition(disjunction(tuple(applies(default, var) for default in inside[path])))
        yield all_of(missing, needed), _operation(place, path, "{}")
    for default in defaults:
        own = ir.Path(var, default.path)
        value = _json(json_value(default))
        if default.value is None:
            value = f"({guards(own)} ? {access(own)} : []) + {value}.filter(value, !({_present(default, var)}))"
        yield condition(applies(default, var)), _operation(place, default.path, value)


def _operation(place: str, path: tuple[str, ...], value: str) -> str:
    return f'JSONPatch{{op: "add", path: {place}{literal("/" + "/".join(path))}, value: {value}}}'


def _listed(kind: str) -> tuple[str, str]:
    """A list of containers, empty where there is none, and the beginning of the path of ``container`` in it."""
    listed = f"object.spec.{kind}"
    place = f"{literal(f'/spec/{kind}/')} + string({listed}.indexOf({CONTAINER})) + "
    return (listed if kind == "containers" else f"(has({listed}) ? {listed} : [])"), place


def _for_each(default: ir.Default, kind: str) -> str:
    listed, place = _listed(kind)
    wanted, patch = _wanted(default, CONTAINER), _patch(default, CONTAINER, place)
    return f"{listed}.filter({CONTAINER}, {wanted}).map({CONTAINER}, {patch})"


def _wanted(default: ir.Default, var: str) -> str:
    """When the default is set."""
    conditions = [negation(default.unless)]
    if default.value is not None:
        conditions.append(ir.Not(ir.Has(ir.Path(var, default.path))))
    if default.inherits:
        conditions.append(ir.Not(ir.Has(ir.Path(ir.POD, default.inherits))))
    texts = [condition(conjunction(tuple(one for one in conditions if one != ir.TRUE)))]
    if default.value is None:
        texts.append(f"!{literal(default.add)}.all(value, {_present(default, var)})")
    return " && ".join(group(text, " || ", " ? ") for text in texts if text != "true") or "true"


def _present(default: ir.Default, var: str, known: Known = NOTHING) -> str:
    """Whether the list has ``value``, or the one whose elements are left out has it."""
    lists = [path for path in (default.path, default.unless_in) if path]
    return condition(ir.Or(tuple(ir.In(ir.Path("value"), ir.Path(var, path)) for path in lists)), known)


def _patch(default: ir.Default, var: str, place: str) -> str:
    """The patch: where the way to the field is not there as a whole, what is missing of it is set with the value."""
    text = _add(default, var, place, len(default.path))
    for depth in reversed(range(2 if var == ir.POD else 1, len(default.path))):
        parent = access(ir.Path(var, default.path[:depth]))
        text = f"!has({parent}) ? {_add(default, var, place, depth)} : {text}"
    return text


def _add(default: ir.Default, var: str, place: str, depth: int) -> str:
    value = _value(default, var, depth)
    for name in reversed(default.path[depth:]):
        value = f"{{{literal(name)}: {value}}}"
    return _operation(place, default.path[:depth], value)


def _value(default: ir.Default, var: str, depth: int) -> str:
    """The value to set where the first ``depth`` fields of the way are, or are not, there."""
    if default.value is not None:
        return _json(json_value(default))
    lists = [path for path in (default.path, default.unless_in) if path]
    missing = default.path[:depth]
    if depth < len(default.path) and all(path[:depth] == missing for path in lists):
        return literal(default.add)
    own = ir.Path(var, default.path)
    above = frozenset(access(ir.Path(var, missing[:length])) for length in range(1, depth))
    present = f"({guards(own, above)} ? {access(own)} : [])"
    return f"{present} + {literal(default.add)}.filter(value, !({_present(default, var, above)}))"


def _json(value: object) -> str:
    match value:
        case dict():
            return f"{{{', '.join(f'{literal(key)}: {_json(one)}' for key, one in value.items())}}}"
        case list():
            return f"[{', '.join(_json(one) for one in value)}]"
        case _:
            return literal(value)
