"""Values of a pod's fields, one for each case that the constants of two programs distinguish, and pods of such values.

A `Variable` is a field of a pod with one container. Its first value is always "unset", so that the search finds small pods
first. Values that the API server refuses, or replaces, are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import lru_cache

from pscc.base.frozen import frozen
from pscc.pod.fields import complete, described, example, within
from pscc.pod.kinds import Boolean, Enumeration, Field, Integer, Kind, ListOf, Object, Text
from pscc.pod.schema import CONTAINER, MOUNT, POD, VOLUME
from pscc.reasoning.difference.fields import Constants, Place

Json = dict[str, object]
NAME = "main"
"""The container's name where no check reads it: the example of the schema."""
_SOURCES: tuple[Json, ...] = ({"secret": {"name": "data"}}, {"serviceAccountToken": {"path": "token"}})
"""Sources of projected volumes: a plain one, and the one that controls know.

Other checks of a source are not distinguished.
"""
VOLUMES, MOUNTS = "pod/spec.volumes", "container/volumeMounts"


@frozen
class Variable:
    """A field of a pod, and the values that it may have; the first is None, for unset."""

    place: Place
    values: tuple[object, ...]


def variables(reads: Mapping[Place, Constants]) -> dict[Place, Variable]:
    """The variables for the fields in ``reads``, each with the constants that it is compared with."""
    return {
        variable.place: variable
        for place, constants in sorted(reads.items())
        for variable in _variables(place, constants, reads)
    }


def _variables(place: Place, constants: Constants, reads: Mapping[Place, Constants]) -> Iterator[Variable]:
    if place.site.startswith(VOLUMES):
        if place == Place(VOLUMES, ()):
            yield Variable(place, (None, *_volumes(reads)))
        elif "/" in place.site.removeprefix(VOLUMES) and not place.site.startswith(f"{VOLUMES}/projected.sources"):
            raise NotImplementedError(f"{place.site}: pods that differ in a list within a volume are not made")
    elif place.site.startswith(MOUNTS):
        if place == Place(MOUNTS, ()):
            yield Variable(place, (None, *_mounts(reads)))
    elif place.site == "annotation":
        if place.fields != ("",):
            constants = _together(constants, reads.get(Place("annotation", ("",))))
            values = (None, *texts(constants, "other"), *([""] if "" in constants.words else []))
            yield Variable(place, values)
            yield Variable(Place("stray annotation", place.fields), values)
    elif not place.fields:
        if not any(p.site == place.site and p.fields for p in reads):
            yield from _walked(place, constants)
    elif place.fields == ("*",):
        yield Variable(place, (None, *_lists(place, constants)))
    else:
        below = any(p.site == place.site and _within(p.fields, place.fields) for p in reads)
        listed = any(p.site == f"{place.site}/{'.'.join(place.fields)}" for p in reads)
        if not below and not listed:
            yield Variable(place, _values(place, constants))
        elif below and example(field_at(place).kind) == {}:
            yield Variable(place, (None, {}))


def field_at(place: Place) -> Field:
    """The field at ``place``. Raises `UnknownFieldError` where the schema does not have it."""
    return described(*_path(place))[-1]


def systems(place: Place) -> frozenset[str]:
    """The operating systems whose pods may have the field at ``place``; none if all may."""
    fields = () if place.site.endswith("annotation") else described(*_path(place))
    return frozenset(field.system for field in fields if field.system)


@lru_cache(maxsize=4096)
def _path(place: Place) -> tuple[str, tuple[str, ...]]:
    root, *lists = place.site.split("/")
    names = tuple(name for path in lists for name in path.split("."))
    return root, (*names, *(name for name in place.fields if name != "*"))


def _walked(place: Place, constants: Constants) -> Iterator[Variable]:
    """The variable of a list, if no field of its elements is read."""
    kind = field_at(place).kind
    if isinstance(kind, ListOf) and isinstance(kind.of, Object):
        needed = [member.name for member in kind.of.fields if member.needs is not None]
        inner = Place(place.site, (needed[0] if needed else kind.of.fields[0].name,))
        yield Variable(inner, _values(inner, constants))
    else:
        listed = Place(place.site, ("*",))
        yield Variable(listed, (None, *_lists(listed, constants)))


def _within(fields: tuple[str, ...], outer: tuple[str, ...]) -> bool:
    return len(fields) > len(outer) and fields[: len(outer)] == outer


def _together(constants: Constants, others: Constants | None) -> Constants:
    if others is None:
        return constants
    return Constants({**constants.words, **others.words}, {**constants.prefixes, **others.prefixes})


def _values(place: Place, constants: Constants) -> tuple[object, ...]:
    """The values of a field inside which nothing is read. A field that every container has is never unset."""
    field = field_at(place)
    if place.site == "container" and len(place.fields) == 1 and field.needs is not None:
        return texts(constants, str(field.needs))
    return (None, *_of_kind(field.kind, constants))


def _of_kind(kind: Kind, constants: Constants) -> tuple[object, ...]:
    match kind:
        case Boolean():
            return (False, True)
        case Integer():
            return _numbers(constants, kind)
        case Enumeration(values=values):
            return tuple(value for value in values if value)
        case Text():
            return texts(constants, "other")
        case _:
            return (example(kind),)


def _numbers(constants: Constants, kind: Integer) -> tuple[int, ...]:
    return tuple(n for n in sorted(constants.numbers) if kind.low <= n <= kind.high) or (within(kind, 1000),)


def texts(constants: Constants, other: str) -> tuple[str, ...]:
    """Each word, one text for each set of prefixes that a text can have, and ``other`` or the like, which has none of them."""
    words, starts = constants.words, constants.prefixes

    def longest(text: str) -> str | None:
        return max((start for start in starts if text.startswith(start)), key=len, default=None)

    distinct = {word: None for word in words if word}
    for start in starts:
        for tail in ("x", "y1", "z22", "w333"):
            if start + tail not in words and longest(start + tail) == start:
                distinct[start + tail] = None
                break
    for text in (other, f"an{other}", f"yet-an{other}", f"q9-{other}"):
        if text not in words and longest(text) is None:
            return (text, *distinct)
    return tuple(distinct)


def _lists(place: Place, constants: Constants) -> Iterator[object]:
    kind = field_at(place).kind
    of = kind.of if isinstance(kind, ListOf) else kind
    singles = _of_kind(of, constants) if not isinstance(of, Text) else texts(constants, "OTHER")
    yield from ([element] for element in singles)
    words = [word for word in constants.words if word]
    if len(words) > 1:
        yield words
        if len(words) > 2:
            yield from ([word for word in words if word != omitted] for omitted in words)


def _volumes(reads: Mapping[Place, Constants]) -> Iterator[Json]:
    """A volume of each type that a check names, and of one that none names, with each distinguished case of its fields."""
    types = dict(reads[Place(VOLUMES, ("?",))].words) if Place(VOLUMES, ("?",)) in reads else {}
    types |= {p.fields[0]: None for p in reads if p.site == VOLUMES and p.fields and p.fields[0] not in ("?", "name")}
    known = [field.name for field in VOLUME.fields if field.name != "name"]
    types |= dict.fromkeys([name for name in known if name not in types][:1])
    types.pop("*", None)
    for name in types:
        known_type = VOLUME.field(name)
        bodies = [_object(example(known_type.kind) if known_type else {})]
        for place, constants in sorted(reads.items()):
            if place.site == VOLUMES and place.fields[:1] == (name,) and len(place.fields) > 1:
                values = _of_volume(field_at(place), constants)
                bodies = [_with(body, place.fields[1:], value) for value in values for body in bodies]
        if name == "projected":
            bodies = [{**body, "sources": [source]} for source in _SOURCES for body in bodies]
        for body in bodies:
            yield {"name": "data", name: body}


def _of_volume(field: Field, constants: Constants) -> Iterator[object]:
    """The values of a field of a volume; None, for unset, where the API server does not insist on it."""
    if field.needs is None:
        yield None
    if isinstance(field.kind, Text) and str(field.needs).startswith("/"):
        yield from dict.fromkeys((*_paths(constants), *(word for word in constants.words if word.startswith("/"))))
    else:
        yield from _of_kind(field.kind, constants)


def _mounts(reads: Mapping[Place, Constants]) -> Iterator[Json]:
    """The mount of that volume: plain, read-only, and with each value of other fields of mounts that are read."""
    plain = _object(example(MOUNT))
    yield plain
    yield {**plain, "readOnly": True}
    for place, constants in sorted(reads.items()):
        if place.site == MOUNTS and place.fields not in ((), ("name",), ("readOnly",)):
            yield from (_with(plain, place.fields, value) for value in _values(place, constants) if value is not None)


def _with(body: Json, fields: tuple[str, ...], value: object) -> Json:
    """``body`` with ``value`` at ``fields``; as it is where the value is None, unless the field has to be there."""
    if value is None:
        return body
    changed = deepcopy(body)
    _put(changed, fields, value)
    return changed


def _paths(constants: Constants) -> Iterator[str]:
    """Each prefix, something below it, and a sibling whose name begins alike."""
    paths: dict[str, None] = {"/data-other": None}
    for prefix in constants.paths:
        stem = prefix.removesuffix("/")
        paths.update(dict.fromkeys((stem or "/", f"{stem}/x", f"{stem}x")))
    yield from (path for path in paths if path.startswith("/"))


# --- pods ---------------------------------------------------------------------

Assignment = Mapping[Place, object]


def pod_of(assignment: Assignment) -> Json:
    """The pod whose fields have the assigned values. A field that is None or missing is unset."""
    container = _object(example(CONTAINER))
    pod: Json = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "witness"},
        "spec": {"containers": [container]},
    }
    elements: dict[str, Json] = {}
    for place in sorted(assignment, key=lambda p: (len(p.fields), p)):
        value = assignment[place]
        if value is None:
            continue
        target = container if place.site.startswith("container") else pod
        inner = tuple(place.site.partition("/")[2].split(".")) if "/" in place.site else ()
        if place.site == VOLUMES or place.site == MOUNTS:
            _put(target, inner, [value])
        elif place.site in ("annotation", "stray annotation"):
            whose = str(assignment.get(Place("container", ("name",))) or NAME)
            key = place.fields[0] + (whose if place.site == "annotation" else "nobody")
            _put(pod, ("metadata", "annotations", key), value)
        elif place.fields == ("*",):
            _put(target, inner, value)
        elif inner:
            element = elements.setdefault(place.site, {})
            _put(element, place.fields, value)
            _put(target, inner, [element])
        else:
            _put(target, place.fields, value)
    _complete(pod, assignment)
    return pod


def _complete(pod: Json, assignment: Assignment) -> None:
    """Add the fields that the API server requires. In the host's network the container's port is the host's."""
    containers = _object(pod["spec"])["containers"]
    for container in containers if isinstance(containers, list) else ():
        for port in container.get("ports", ()):
            if "hostPort" in port:
                port.setdefault("containerPort", port["hostPort"])
    chosen = [_path(place) for place in assignment if not place.site.endswith("annotation")]
    above = {"pod": (), "container": ("spec", "containers")}
    complete(pod, POD, {(*above[root], *names) for root, names in chosen})


def _object(value: object) -> Json:
    assert isinstance(value, dict)
    return value


def _put(target: Json, fields: tuple[str, ...], value: object) -> None:
    for field in fields[:-1]:
        inner = target.get(field)
        if not isinstance(inner, dict):
            inner = target[field] = {}
        target = inner
    target[fields[-1]] = dict(value) if isinstance(value, dict) else value
