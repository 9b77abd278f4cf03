"""Paths into a pod, as ``pscc eval`` prints them: ``spec.containers[0].securityContext.privileged``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pscc.diagnostics.spelling import did_you_mean
from pscc.pod.fields import element
from pscc.pod.kinds import Kind, Object
from pscc.pod.schema import SPEC

Step = str | int
Json = dict[str, object]
_STEP = re.compile(r"""\.?(?:(?P<name>[A-Za-z_][\w-]*)|\[(?P<index>\d+)\]|\[(?P<quote>["'])(?P<key>.*?)(?P=quote)\])""")


class PathError(ValueError):
    """A path that is none, or that leads nowhere in a pod."""


def steps_of(path: str) -> tuple[Step, ...]:
    """The names and indices in ``path``. A key that is no word is quoted: ``metadata.annotations["a.example/b"]``."""
    steps: list[Step] = []
    position = 0
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None or (position == 0) is path.startswith((".", "["), position):
            raise PathError("write a path like spec.containers[0].image")
        index = match["index"]
        steps.append(int(index) if index is not None else match["name"] or match["key"])
        position = match.end()
    if not steps:
        raise PathError("write a path like spec.containers[0].image")
    return tuple(steps)


def require_known(steps: Sequence[Step], value: object) -> None:
    """Raises `PathError` where ``steps``, or an object ``value`` there, name a field that a pod does not have."""
    if steps[0] == "metadata":
        return
    if steps[0] != "spec":
        raise PathError(f"a pod has `metadata` and `spec`, and no `{steps[0]}`")
    _require_known(_kind_at(SPEC, steps[1:]), value)


def _kind_at(kind: Kind, steps: Sequence[Step]) -> Kind:
    for step in steps:
        kind = element(kind) if isinstance(step, int) else _field(element(kind), step)
    return kind


def _field(kind: Kind, name: str) -> Kind:
    if not isinstance(kind, Object):
        return kind
    field = kind.field(name)
    if field is None:
        if name == "template":
            raise PathError("paths are those of the pod, of a workload's, too: `spec.containers[0].image`")
        suggestion = did_you_mean(name, [known.name for known in kind.fields])
        raise PathError(f"a pod has no `{name}` there" + (f": did you mean `{suggestion}`?" if suggestion else ""))
    return field.kind


def _require_known(kind: Kind, value: object) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _require_known(_field(element(kind), str(name)), inner)
    elif isinstance(value, list):
        for inner in value:
            _require_known(element(kind), inner)


def value_at(pod: object, steps: Sequence[Step]) -> object:
    """What ``pod`` has at ``steps``; None where it has nothing."""
    for step in steps:
        if isinstance(step, int):
            pod = pod[step] if isinstance(pod, list) and step < len(pod) else None
        else:
            pod = pod.get(step) if isinstance(pod, Mapping) else None
    return pod


def changed(pod: Json, steps: Sequence[Step], value: object) -> Json:
    """``pod`` with ``value`` at ``steps``; None removes the field. An element may be added at the end of a list.

    Raises `PathError` where a step leads into something that is no object or list.
    """
    after = _changed(pod, tuple(steps), value)
    return after if isinstance(after, dict) else {}


def _changed(inside: object, steps: tuple[Step, ...], value: object) -> object:
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(step, int):
        return _in_list(inside, step, rest, value)
    if not isinstance(inside, Mapping | None):
        raise PathError(f"there is no object around `{step}`")
    copy = dict(inside or {})
    if value is None and not rest:
        copy.pop(step, None)
    else:
        copy[step] = _changed(copy.get(step), rest, value)
    return copy


def _in_list(inside: object, index: int, rest: tuple[Step, ...], value: object) -> object:
    if not isinstance(inside, list | None):
        raise PathError(f"there is no list around [{index}]")
    listed = list(inside or [])
    if index > len(listed):
        raise PathError(f"there is no element [{index}]: the list has {len(listed)}")
    if value is None and not rest:
        return listed[:index] + listed[index + 1 :]
    element = _changed(listed[index] if index < len(listed) else None, rest, value)
    return [*listed[:index], element, *listed[index + 1 :]]
