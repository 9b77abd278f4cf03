"""Which fields of a pod the defaults of policies have set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pscc import ir
from pscc.pod.fields import CONTAINER_LISTS
from pscc.pod.templates import Place
from pscc.reference.evaluate import Judgement
from pscc.reference.interpreter import Json
from pscc.reporting.records import Change


def changes_by(
    program: ir.Program, judged: Sequence[Judgement], before: Json, widely: frozenset[str] = frozenset()
) -> tuple[Change, ...]:
    """What the defaults of ``program`` made of the pod ``before``, which ``judged`` are about; ``widely`` is as in `decide`."""
    names = {judgement.policy for judgement in judged if judgement.choice is None} | widely
    chosen = {(judgement.choice, judgement.policy) for judgement in judged if judgement.choice is not None}
    members = (
        member for choice in program.choices for member in choice.policies if (choice.name, member.name) in chosen
    )
    setting = (*(policy for policy in program.policies if policy.name in names), *members)
    return changes(setting, before, judged[0].pod)


def changes(policies: Iterable[ir.Policy], before: Json, after: Json) -> tuple[Change, ...]:
    """The changes from ``before`` to ``after``, which the defaults of ``policies`` have made, in their order.

    Where two policies set one field, they set it to the same value (``LNG068``), and the first is named.
    """
    by_place: dict[Place, Change] = {}
    for policy in policies:
        for default in policy.defaults:
            for place, old, new in _sites(default, before, after):
                if old != new and place not in by_place:
                    about = (policy.name, default.statement, default.span, default.value is None)
                    by_place[place] = Change(default.control, place, old, new, *about)
    return tuple(by_place.values())


def _sites(default: ir.Default, before: Json, after: Json) -> Iterator[tuple[Place, object, object]]:
    """The place of each field that ``default`` may set, and its values."""
    if default.site == "pod":
        yield default.path, _at(before, default.path), _at(after, default.path)
        return
    for kind in CONTAINER_LISTS:
        old, new = _at(before, ("spec", kind)), _at(after, ("spec", kind))
        if isinstance(old, list) and isinstance(new, list):
            for index, (container, changed) in enumerate(zip(old, new, strict=True)):
                place: Place = ("spec", kind, index, *default.path)
                yield place, _at(container, default.path), _at(changed, default.path)


def _at(value: object, path: tuple[str, ...]) -> object:
    for field in path:
        value = value.get(field) if isinstance(value, dict) else None
    return value
