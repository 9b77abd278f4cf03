"""Which fields of a pod the defaults of policies have set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pscc import ir
from pscc.pod.fields import CONTAINER_LISTS
from pscc.reference.interpreter import Json
from pscc.reporting.records import Change


def changes(policies: Iterable[ir.Policy], before: Json, after: Json) -> tuple[Change, ...]:
    """The changes from ``before`` to ``after``, which the defaults of ``policies`` have made, in their order.

    Where two policies set one field, they set it to the same value (``LNG068``), and the first is named.
    """
    by_path: dict[str, Change] = {}
    for policy in policies:
        for default in policy.defaults:
            for path, old, new in _sites(default, before, after):
                if old != new and path not in by_path:
                    by_path[path] = Change(
                        default.control, path, old, new, policy.name, default.statement, default.span
                    )
    return tuple(by_path.values())


def _sites(default: ir.Default, before: Json, after: Json) -> Iterator[tuple[str, object, object]]:
    """The path of each field that ``default`` may set, and its values."""
    field = ".".join(default.path)
    if default.site == "pod":
        yield field, _at(before, default.path), _at(after, default.path)
        return
    for kind in CONTAINER_LISTS:
        old, new = _at(before, ("spec", kind)), _at(after, ("spec", kind))
        if isinstance(old, list) and isinstance(new, list):
            for index, (container, changed) in enumerate(zip(old, new, strict=True)):
                yield f"spec.{kind}[{index}].{field}", _at(container, default.path), _at(changed, default.path)


def _at(value: object, path: tuple[str, ...]) -> object:
    for field in path:
        value = value.get(field) if isinstance(value, dict) else None
    return value
