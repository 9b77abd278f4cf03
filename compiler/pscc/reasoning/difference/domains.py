"""Values of a pod's fields, one for each case that the constants of two programs distinguish, and pods of such values.

A `Variable` is a field of a pod with one container. Its first value is always "unset", so that the search finds small pods
first. Values that the API server refuses, or replaces, are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from pscc.base.frozen import frozen
from pscc.pod.fields import complete, described, example, within
from pscc.pod.kinds import Boolean, Enumeration, Field, Integer, Kind, ListOf, Text
from pscc.pod.schema import CONTAINER, POD
from pscc.reasoning.difference.fields import Constants, Place

Json = dict[str, object]
NAME = "main"
"""The container's name where no check reads it: the example of the schema."""
VOLUMES, MOUNTS = "pod/spec.volumes", "container/volumeMounts"
SOURCES = f"{VOLUMES}/projected.sources"


@frozen
class Variable:
    """A field of a pod, and the values that it may have; the first is None, for unset."""

    place: Place
    values: tuple[object, ...]


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


def of_kind(kind: Kind, constants: Constants) -> tuple[object, ...]:
    """A value of ``kind`` for each case that ``constants`` distinguish."""
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


def lists(place: Place, constants: Constants) -> Iterator[object]:
    """Lists of scalars: of each value alone, of all words, and of all but one."""
    kind = field_at(place).kind
    of = kind.of if isinstance(kind, ListOf) else kind
    singles = of_kind(of, constants) if not isinstance(of, Text) else texts(constants, "OTHER")
    yield from ([element] for element in singles)
    words = [word for word in constants.words if word]
    if len(words) > 1:
        yield words
        if len(words) > 2:
            yield from ([word for word in words if word != omitted] for omitted in words)


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
            put(target, inner, [value])
        elif place.site in ("annotation", "stray annotation"):
            whose = str(assignment.get(Place("container", ("name",))) or NAME)
            key = place.fields[0] + (whose if place.site == "annotation" else "nobody")
            put(pod, ("metadata", "annotations", key), value)
        elif place.fields == ("*",):
            put(target, inner, value)
        elif inner:
            element = elements.setdefault(place.site, {})
            put(element, place.fields, value)
            put(target, inner, [element])
        else:
            put(target, place.fields, value)
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


def put(target: Json, fields: tuple[str, ...], value: object) -> None:
    """Set the field at ``fields`` in ``target``, with objects on the way where there are none."""
    for field in fields[:-1]:
        inner = target.get(field)
        if not isinstance(inner, dict):
            inner = target[field] = {}
        target = inner
    target[fields[-1]] = dict(value) if isinstance(value, dict) else value
