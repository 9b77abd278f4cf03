"""What a comparison comes to: how many pairs agreed, and each difference in full."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations

from conformance.jsonl import Json
from pscc.ir import Policy
from pscc.reference.interpreter import Verdict


@dataclass(frozen=True, slots=True)
class Difference:
    """Two that should agree and do not, over one pod. ``kind`` is what they differ in (``verdict``, ``changed pod``).

    ``policy`` is the PSP, or the text of a policy of the language; ``ours`` is the interpreter's side, ``theirs`` the engine's.
    """

    who: str
    kind: str
    policy: Json | str
    pod: Json
    ours: str
    theirs: str
    old_pod: Json | None = None


@dataclass(slots=True)
class Tally:
    """Counts over (policy, pod) pairs. ``stricter`` are those refused, or not changed, as the compile had announced.

    ``spoken`` counts, by control, the pairs whose policy speaks of it; ``objected`` those in which it objected. Where whole
    programs are drawn, ``features`` counts the programs that make use of each, ``together`` those that make use of two,
    ``discarded`` the errors for which a drawn program was drawn again.
    """

    policies: int = 0
    refused_policies: int = 0
    pairs: int = 0
    agreed: int = 0
    stricter: int = 0
    wrong: int = 0
    admitted: int = 0
    spoken: Counter[str] = field(default_factory=Counter)
    objected: Counter[str] = field(default_factory=Counter)
    features: Counter[str] = field(default_factory=Counter)
    together: Counter[tuple[str, str]] = field(default_factory=Counter)
    discarded: Counter[str] = field(default_factory=Counter)

    def draw(self, features: frozenset[str]) -> None:
        """One more program that was drawn, with what it makes use of."""
        self.policies += 1
        self.features.update(features)
        self.together.update(combinations(sorted(features), 2))

    def count(self, policy: Policy, verdict: Verdict, *, agreed: bool, stricter: bool = False) -> None:
        """One more pair."""
        self.pairs += 1
        self.admitted += verdict.allowed
        self.stricter += agreed and stricter
        self.agreed += agreed and not stricter
        self.wrong += not agreed
        self.spoken.update({c.control for c in policy.checks} | {d.control for d in policy.defaults})
        self.objected.update({r.control for r in verdict.reasons})

    def add(self, other: Tally) -> None:
        """Everything of ``other`` too."""
        for name in ("policies", "refused_policies", "pairs", "agreed", "stricter", "wrong", "admitted"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("spoken", "objected", "features", "together", "discarded"):
            getattr(self, name).update(getattr(other, name))
