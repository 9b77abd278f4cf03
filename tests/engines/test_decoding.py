"""A manifest is decoded as the API server decodes it: the lists and maps that it leaves out where they are empty are unset."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.jsonl import Json, Process
from conformance.set_engines import stored_by
from pscc.pod.fields import complete
from pscc.pod.kinds import NOT_YET, Kind, ListOf, Object, Opaque
from pscc.pod.normalising import api_defaults
from pscc.pod.schema import POD

Way = tuple[str | int, ...]


def _empty(kind: Kind, way: Way = ()) -> Iterator[tuple[Way, object]]:
    """The way to each list and map in ``kind``, with its empty value."""
    match kind:
        case Object(fields=fields):
            for field in (field for field in fields if field.since < NOT_YET):
                yield from _empty(field.kind, (*way, field.name))
        case ListOf(of=of):
            yield way, []
            yield from _empty(of, (*way, 0))
        case Opaque(plain=True):
            yield way, {}


def _pod(way: Way, value: object) -> Json:
    """A pod that has ``value`` at ``way``."""
    for step in reversed(way):
        value = [value] if step == 0 else {str(step): value}
    assert isinstance(value, dict)
    complete(value, POD)
    return value


def _at(value: object, way: Way) -> object:
    for step in way:
        if isinstance(value, list) and isinstance(step, int):
            value = value[step]
        else:
            value = value.get(str(step)) if isinstance(value, dict) else None
    return value


def test_what_is_empty_is_left_out_as_the_api_server_does() -> None:
    tried = list(_empty(POD))
    pods = [_pod(way, value) for way, value in tried]
    assert (("spec", "securityContext", "supplementalGroups"), []) in tried and len(tried) > 30
    with Process("vap-review") as process:
        stored = stored_by(process)(pods)
    for (way, value), pod, theirs in zip(tried, pods, stored, strict=True):
        assert _at(pod, way) == value, way
        assert _at(api_defaults(pod), way) == _at(theirs, way), way
