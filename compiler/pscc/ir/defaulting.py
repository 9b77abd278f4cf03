"""What targets that set defaults need to know of them."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.ir.passes import looked_at
from pscc.ir.walking import nodes

LISTS = (("containers", "containers"), ("initContainers", "init-containers"))
"""The lists of containers that a pod is created with, and what they are called within a name."""


def in_sequence(defaults: tuple[ir.Default, ...]) -> list[ir.Default]:
    """``defaults`` in an order in which one after another means what all at once mean.

    Each default is about the pod as it came, so one that reads a field comes before the one that sets it. They stay as
    they were where they read in a circle.
    """
    waiting = list(defaults)
    ordered: list[ir.Default] = []
    while waiting:
        free = next((d for d in waiting if not any(reads(other, d) for other in waiting if other is not d)), waiting[0])
        waiting.remove(free)
        ordered.append(free)
    return ordered


def reads(reader: ir.Default, setter: ir.Default) -> bool:
    """Whether ``reader`` looks at the field that ``setter`` sets, above it or below it, other than to set it itself."""
    paths = {("container", reader.unless_in), ("pod", reader.inherits), *_paths(reader.unless)}
    return any(kind == _kind(setter) and overlap(path, setter.path) for kind, path in paths if path)


def sets_the_same(one: ir.Default, other: ir.Default) -> bool:
    """Whether both set one field, or one of them sets a part of what the other sets."""
    return one.site == other.site and overlap(one.path, other.path)


def reads_what(check: ir.Check, default: ir.Default) -> bool:
    """Whether ``check`` reads the field that ``default`` sets, a field above or below it, or the field that it inherits."""
    reads = looked_at(check)
    own = reads.pod if default.site == "pod" else reads.container
    inherited = reads.pod if default.inherits else ()
    return any(overlap(path, default.path) for path in own) or any(
        overlap(path, default.inherits) for path in inherited
    )


def _kind(default: ir.Default) -> str:
    return "pod" if default.site == "pod" else "container"


def overlap(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two paths are of one field, or one of them of a part of the other's."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


_Site = tuple[str, tuple[str, ...]]
"""A field, of the pod or of a container."""


def _paths(node: object) -> set[_Site]:
    """The fields that are read in ``node``."""
    return {_site(path) for path in nodes(node, ir.Path)}


def _site(path: ir.Path) -> _Site:
    return "pod" if path.var == ir.POD else "container", path.fields


def tells_apart(check: ir.Check, default: ir.Default) -> bool:
    """Whether ``check`` sees if ``default`` is set on a container or on the pod that the container inherits it from.

    It does where it looks at the pod's field for its own sake, or at a container's without asking first if it is set.
    """
    own, inherited = ("container", default.path), ("pod", default.inherits)
    for requirement in check.requirements:
        of_containers = any(isinstance(step.items, ir.Containers) for step in requirement.each)
        apart = _read_alone((requirement.when, requirement.must))
        asked = any(_paths(c) == {own} for c in _all_of(requirement.when) if isinstance(c, (ir.Has, ir.Not)))
        if (not of_containers and inherited in apart) or (of_containers and own in apart and not asked):
            return True
    return False


def _all_of(condition: ir.Condition) -> list[ir.Condition]:
    """The conditions that all hold where ``condition`` does."""
    parts = condition.conditions if isinstance(condition, ir.And) else ()
    return [one for part in parts for one in _all_of(part)] if parts else [condition]


def _read_alone(node: object) -> set[_Site]:
    """The fields that are read in ``node`` for their own sake: not of a container, else of its pod."""
    alone: set[_Site] = set()
    values: Iterator[ir.Path | ir.Coalesce] = nodes(node, ir.Path, ir.Coalesce)
    for value in values:
        if isinstance(value, ir.Path) or len(value.options) == 1:
            alone |= _paths(value)
    return alone


def json_value(default: ir.Default) -> object:
    """What ``default`` sets or adds, as JSON."""
    value: object = list(default.add) if default.value is None else default.value
    if isinstance(value, tuple):
        pairs = {item[0]: item[1] for item in value if isinstance(item, tuple)}
        return pairs or list(value)
    return value


def kebab(control: str) -> str:
    """A control's id as a part of the name of an object: ``capabilities.drop`` is ``capabilities-drop``."""
    return "".join(f"-{c.lower()}" if c.isupper() else "-" if c == "." else c for c in control)
