"""What an update can change of a pod. Templates of workloads can change anywhere."""

from __future__ import annotations

from dataclasses import replace

from pscc.ir.passes import Reads
from pscc.pod.fields import ROOTS, element
from pscc.pod.kinds import Kind, Object


def changeable(reads: Reads) -> Reads:
    """What an update of a pod can change of ``reads``: everything else is as it was when the pod was created."""
    pod = tuple(path for path in reads.pod if can_change("pod", path))
    return replace(reads, pod=pod, container=tuple(path for path in reads.container if can_change("container", path)))


def can_change(root: str, path: tuple[str, ...]) -> bool:
    """Whether an update of a pod can change the value at ``path`` of a ``pod`` or a ``container``, or a part of it."""
    inside: Kind = ROOTS[root]
    for name in path:
        field = inside.field(name) if isinstance(inside, Object) else None
        if field is None:
            return True
        if field.changes:
            return True
        inside = element(field.kind)
    return _part_changes(inside)


def _part_changes(kind: Kind) -> bool:
    inside = element(kind)
    fields = inside.fields if isinstance(inside, Object) else ()
    return any(field.changes or _part_changes(field.kind) for field in fields)
