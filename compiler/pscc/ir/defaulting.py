"""Facts about defaults for targets that set them: their order, the fields that they set and read, their JSON."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.ir.passes import reads_of
from pscc.ir.walking import nodes

LISTS = (("containers", "containers"), ("initContainers", "init-containers"))
"""The lists of containers that a pod is created with, each with its word in names of objects."""


def in_sequence(defaults: tuple[ir.Default, ...]) -> list[ir.Default]:
    """``defaults`` in an order in which setting one after another gives the same pod as setting all at once.

    Each default is decided on the pod as it came, so a default that reads a field comes before the one that sets it. Where
    defaults read each other's fields in a circle, they keep their order.
    """
    waiting = list(defaults)
    ordered: list[ir.Default] = []
    while waiting:
        free = next((d for d in waiting if not any(reads(other, d) for other in waiting if other is not d)), waiting[0])
        waiting.remove(free)
        ordered.append(free)
    return ordered


def reads(reader: ir.Default, setter: ir.Default) -> bool:
    """Whether ``reader`` depends on the field that ``setter`` sets, or on one above or below, other than by setting it too."""
    paths = {("container", reader.unless_in), ("pod", reader.inherits), *_paths(reader.unless)}
    return any(kind == _kind(setter) and overlap(path, setter.path) for kind, path in paths if path)


def sets_the_same(first: ir.Default, second: ir.Default) -> bool:
    """Whether both set one field, or one of them sets a part of the other's field."""
    return first.site == second.site and overlap(first.path, second.path)


def check_reads(check: ir.Check, default: ir.Default) -> bool:
    """Whether ``check`` reads the field that ``default`` sets, a field above or below it, or the field that it inherits."""
    reads = reads_of(check)
    own = reads.pod if default.site == "pod" else reads.container
    inherited = reads.pod if default.inherits else ()
    return any(overlap(path, default.path) for path in own) or any(
        overlap(path, default.inherits) for path in inherited
    )


def _kind(default: ir.Default) -> str:
    return "pod" if default.site == "pod" else "container"


def overlap(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    """Whether two paths lead to one field, or one of them to a part of the other's field."""
    shorter = min(len(first), len(second))
    return first[:shorter] == second[:shorter]


_Site = tuple[str, tuple[str, ...]]
"""A field, of the pod or of a container."""


def _paths(node: object) -> set[_Site]:
    """The fields that ``node`` reads."""
    return {_site(path) for path in nodes(node, ir.Path)}


def _site(path: ir.Path) -> _Site:
    return "pod" if path.var == ir.POD else "container", path.fields


def distinguishes_sites(check: ir.Check, default: ir.Default) -> bool:
    """Whether ``check`` sees a difference between ``default`` on a container and the same value on its pod.

    It does if it reads the pod's field for itself. It also does if it reads a container's field without testing that it is
    set.
    """
    own, inherited = ("container", default.path), ("pod", default.inherits)
    for requirement in check.requirements:
        of_containers = any(isinstance(step.items, ir.Containers) for step in requirement.each)
        read_alone = _read_alone((requirement.when, requirement.must))
        tested = any(_paths(c) == {own} for c in _all_of(requirement.when) if isinstance(c, (ir.Has, ir.Not)))
        if (not of_containers and inherited in read_alone) or (of_containers and own in read_alone and not tested):
            return True
    return False


def _all_of(condition: ir.Condition) -> list[ir.Condition]:
    """The conditions that all hold where ``condition`` does."""
    parts = condition.conditions if isinstance(condition, ir.And) else ()
    return [leaf for part in parts for leaf in _all_of(part)] if parts else [condition]


def _read_alone(node: object) -> set[_Site]:
    """The fields that ``node`` reads directly, and not as one of several options (a container's field, else its pod's)."""
    alone: set[_Site] = set()
    values: Iterator[ir.Path | ir.Coalesce] = nodes(node, ir.Path, ir.Coalesce)
    for value in values:
        if isinstance(value, ir.Path) or len(value.options) == 1:
            alone |= _paths(value)
    return alone


def json_value(default: ir.Default) -> object:
    """The value that ``default`` sets, or the list of elements that it adds, as JSON."""
    value: object = list(default.add) if default.value is None else default.value
    if isinstance(value, tuple):
        pairs = {item[0]: item[1] for item in value if isinstance(item, tuple)}
        return pairs or list(value)
    return value


def kebab(control: str) -> str:
    """A control's id as a part of the name of an object: ``capabilities.drop`` is ``capabilities-drop``."""
    return "".join(f"-{c.lower()}" if c.isupper() else "-" if c == "." else c for c in control)
