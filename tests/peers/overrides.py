"""What an override is: a case of a peer's suite that is held to something else than the peer expects, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from peers.case import Case, Verdict


@dataclass(frozen=True, slots=True)
class Override:
    """``cases`` by their keys, one by one; ``right`` is what they are held to.

    ``why`` says what the peer means instead, ``source`` where it is written that ``right`` is right.
    """

    peer: str
    right: Verdict
    why: str
    source: str
    cases: tuple[str, ...]


def right_of(case: Case, overrides: Iterable[Override]) -> Override | None:
    """The override that is about ``case``."""
    return next((one for one in overrides if one.peer == case.peer and case.key in one.cases), None)


def stale(cases: list[Case], overrides: Iterable[Override]) -> Iterator[str]:
    """Each entry that is not needed any more: there is no such case, or its peer expects what is right by now.

    Entries of peers that no case is from are not looked at.
    """
    known = {(case.peer, case.key): case for case in cases}
    peers = {case.peer for case in cases}
    for override in overrides:
        for key in override.cases if override.peer in peers else ():
            case = known.get((override.peer, key))
            if case is None:
                yield f"{override.peer}: {key}: there is no such case"
            elif case.why_not:
                yield f"{override.peer}: {key}: it is not expressible"
            elif case.expected == override.right:
                yield f"{override.peer}: {key}: the peer expects that it is {override.right}, too"
