"""The objects that an earlier compile of a folder made, and this compile does not. A manifest keeps their names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pscc.output.contents import ObjectName

Row = dict[str, str | bool]


def rows(objects: Iterable[ObjectName]) -> list[Row]:
    """``objects`` as JSON for a manifest, in order."""
    return [
        {
            "apiVersion": stale.api_version,
            "kind": stale.kind,
            "name": stale.name,
            **({"shared": True} if stale.shared else {}),
        }
        for stale in objects
    ]


def objects_of(listed: object) -> tuple[ObjectName, ...]:
    """The objects from which `rows` made ``listed``. Raises `ValueError` where it is something else."""
    if not isinstance(listed, list):
        raise ValueError("objects")
    return tuple(map(_object_of, listed))


def _object_of(row: object) -> ObjectName:
    if not isinstance(row, dict):
        raise ValueError("objects")
    match [row.get(key) for key in ("apiVersion", "kind", "name")], row.get("shared", False):
        case [str() as version, str() as kind, str() as name], bool() as shared:
            return ObjectName(version, kind, name, shared)
    raise ValueError("objects")


def deletions(objects: Iterable[ObjectName]) -> Iterator[str]:
    """The command lines that delete ``objects`` from a cluster: one for each kind, in the opposite of the order of application.

    A kind is spelled ``KIND.GROUP``, as kubectl takes it.
    """
    by_kind: dict[str, list[str]] = {}
    for stale in reversed(tuple(objects)):
        group, _, _ = stale.api_version.rpartition("/")
        by_kind.setdefault(f"{stale.kind.lower()}.{group}", []).append(stale.name)
    for kind, names in by_kind.items():
        yield f"kubectl delete {kind} {' '.join(names)}"
