"""Which of a user's own workloads two programs treat differently."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from pscc.base.frozen import frozen
from pscc.diagnostics.render import clean

if TYPE_CHECKING:
    from pscc.ir import Program
    from pscc.pod.manifests import Manifest
    from pscc.reference.evaluate import Judgement, Outcome

_GRAVITY: Mapping[Outcome, int] = MappingProxyType(
    {"unjudged": 0, "allowed": 0, "audited": 1, "warned": 2, "denied": 3}
)


@frozen
class WorkloadChange:
    """A workload whose verdict, or whose pod once defaulted, is another. ``reasons`` are of the side that objects more."""

    file: str
    kind: str
    namespace: str
    name: str
    old: Outcome
    new: Outcome
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        """One line."""
        named = clean(f"{self.kind} {'/'.join(filter(None, (self.namespace, self.name)))}")
        if self.old == self.new:
            return f"{named}: {self.old} by both, its pod gets other defaults"
        because = f": {clean('; '.join(self.reasons))}" if self.reasons else ""
        return f"{named}: {self.old} by OLD, {self.new} by NEW{because}"

    def as_json(self) -> dict[str, object]:
        """The change as JSON."""
        return {
            "file": self.file,
            "kind": self.kind,
            "namespace": self.namespace,
            "name": self.name,
            "old": self.old,
            "new": self.new,
            "reasons": list(self.reasons),
        }


def workload_changes(old: Program, new: Program, manifests: Iterable[Manifest]) -> Iterator[WorkloadChange]:
    """Those of ``manifests`` that ``old`` and ``new`` treat differently."""
    from pscc.reference.evaluate import judgements

    for manifest in manifests:
        before, after = judgements(old, manifest), judgements(new, manifest)
        first, second = _gravest(before), _gravest(after)
        same = _GRAVITY[first.verdict] == _GRAVITY[second.verdict]
        if same and (first.verdict == "denied" or before[0].pod == after[0].pod):
            continue
        graver = before if _GRAVITY[first.verdict] > _GRAVITY[second.verdict] else after
        reasons = tuple(text for judgement in graver for text in _reasons(judgement, _gravest(graver).verdict))
        place = first.file, first.kind, first.namespace, first.name
        yield WorkloadChange(*place, first.verdict, second.verdict, reasons)


def _gravest(judged: tuple[Judgement, ...]) -> Judgement:
    return max(judged, key=lambda judgement: _GRAVITY[judgement.verdict])


def _reasons(judgement: Judgement, verdict: Outcome) -> Iterator[str]:
    if judgement.verdict == verdict and _GRAVITY[verdict]:
        yield from (reason.full_message for reason in judgement.reasons)
        if not judgement.reasons:
            yield judgement.message
