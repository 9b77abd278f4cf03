"""Paths into a pod, as ``pscc eval`` prints them: ``spec.containers[0].securityContext.privileged``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

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
        found = _STEP.match(path, position)
        if found is None or (position == 0) is path.startswith((".", "["), position):
            raise PathError("write a path like spec.containers[0].image")
        index = found["index"]
        steps.append(int(index) if index is not None else found["name"] or found["key"])
        position = found.end()
    if not steps:
        raise PathError("write a path like spec.containers[0].image")
    return tuple(steps)


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
    made = _changed(pod, tuple(steps), value)
    return made if isinstance(made, dict) else {}


def _changed(inside: object, steps: tuple[Step, ...], value: object) -> object:
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(step, int):
        return _in_list(inside, step, rest, value)
    if not isinstance(inside, Mapping | None):
        raise PathError(f"there is no object around `{step}`")
    made = dict(inside or {})
    if value is None and not rest:
        made.pop(step, None)
    else:
        made[step] = _changed(made.get(step), rest, value)
    return made


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
