"""Tries breaks of outputs on their engines: does any answer to the fixed requests change?"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from conformance.breaks.asks import Ask, asks_of, batches
from conformance.breaks.engines import Answer, Asked, Emitted, running
from conformance.breaks.outputs import MEMBERS, Group, breaks_of, emitted, groups, subject_of
from conformance.breaks.programs import Subject
from conformance.jsonl import EngineError

Outcome = Literal["noticed", "refused", "unnoticed"]
"""``refused``: by the engine, as it is loaded."""
_PIECE = 60
_AT_ONCE = 40
"""Requests of one evaluation by OPA: each is a process."""
_KYVERNO = 12
"""Requests of one run of Kyverno's command line, of two users: it takes seconds."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What becomes of a group of breaks that are alike."""

    group: Group
    outcome: Outcome


@cache
def batches_for(subject: Subject, output: str) -> list[list[Ask]]:
    """The requests for ``subject``, in those lists that the engine of ``output`` takes at once."""
    asked = asks_of(subject.program, subject.rollout)
    if output == "opa":
        return [asked[start : start + _AT_ONCE] for start in range(0, len(asked), _AT_ONCE)]
    asked = [ask for ask in asked if not ask.is_file]
    if output == "kyverno":
        created = [batch for batch in batches(ask for ask in asked if ask.operation == "CREATE")]
        by_user: dict[str, list[Ask]] = {}
        for batch in created:
            by_user.setdefault(batch[0].user, []).extend(batch)
        return [mine[:: max(1, len(mine) // _KYVERNO)] for mine in list(by_user.values())[:2]]
    return batches(asked)


@dataclass(slots=True)
class Hunter:
    """One output of one subject, its engine and what that answers to the unbroken output."""

    engine: Asked
    batches: list[list[Ask]]
    expected: list[list[Answer]] = field(default_factory=list)
    order: list[int] = field(default_factory=list)

    def learn(self, whole: Emitted) -> None:
        """Ask about the unbroken output."""
        self.engine.load(whole)
        self.expected = [self.engine.answers(batch) for batch in self.batches]
        self.order = list(range(len(self.batches)))

    def outcome(self, broken: Emitted) -> Outcome:
        """What becomes of a break. The batch that noticed the last one is asked first."""
        try:
            self.engine.load(broken)
        except EngineError:
            return "refused"
        for place, number in enumerate(self.order):
            try:
                changed = self.engine.answers(self.batches[number]) != self.expected[number]
            except EngineError:
                changed = True
            if changed:
                self.order.insert(0, self.order.pop(place))
                return "noticed"
        return "unnoticed"


Piece = tuple[str, str, tuple[int, ...]]
"""A subject, an output, and the places of breaks in that."""


def outcomes(piece: Piece) -> dict[int, Outcome]:
    """What becomes of each break of ``piece``."""
    name, output, places = piece
    subject = subject_of(name)
    wanted = set(places)
    chosen = [(number, break_) for number, break_ in enumerate(breaks_of(subject, output)) if number in wanted]
    with running(output, subject.grants(output)) as engine:
        hunter = Hunter(engine, batches_for(subject, output))
        hunter.learn(emitted(subject, output))
        return {number: hunter.outcome(break_.make()) for number, break_ in chosen}


def pieces(members: Iterable[tuple[str, str, int]]) -> list[Piece]:
    """The work of trying ``members``, each a subject, an output and a place."""
    by_output: dict[tuple[str, str], list[int]] = {}
    for name, output, place in members:
        by_output.setdefault((name, output), []).append(place)
    return [
        (name, output, tuple(places[start : start + _PIECE]))
        for (name, output), places in by_output.items()
        for start in range(0, len(places), _PIECE)
    ]


def hunted(
    only: str = "", share: float | None = None, seed: int = 0, tell: Callable[[str], None] = lambda text: None
) -> list[Tried]:
    """What becomes of all breaks, or of a ``share`` drawn by ``seed``; of one output alone where that is named."""
    pending = groups(share, only, seed)
    tried: list[Tried] = []
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        for turn in range(MEMBERS):
            work = pieces((group.members[turn][0], group.output, group.members[turn][1]) for group in pending)
            by_member: dict[tuple[str, str, int], Outcome] = {}
            for piece, result in zip(work, pool.map(outcomes, work), strict=True):
                by_member |= {(piece[0], piece[1], place): outcome for place, outcome in result.items()}
                tell(f"{len(by_member)} of {len(pending)} in turn {turn + 1}")
            left = []
            for group in pending:
                name, place = group.members[turn]
                outcome = by_member[name, group.output, place]
                if outcome == "unnoticed" and len(group.members) > turn + 1:
                    left.append(group)
                else:
                    tried.append(Tried(group, outcome))
            pending = left
    return tried
