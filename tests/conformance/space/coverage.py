"""How much of the space was drawn: features, and pairs of features that came together in one program."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from conformance.result import Tally
from conformance.space.features import excludes, possible


@dataclass(frozen=True, slots=True)
class Coverage:
    """Programs drawn, the features that they made use of, and of the pairs that one program can have those that one had."""

    programs: int
    features: int
    pairs: int
    possible_pairs: int


def coverage(tallies: dict[str, Tally]) -> Coverage:
    """The coverage of all rows of whole programs together."""
    rows = [tally for name, tally in tallies.items() if name.startswith("space ")]
    features = {name for tally in rows for name in tally.features}
    together = {pair for tally in rows for pair in tally.together if _can_be(pair)}
    return Coverage(
        sum(tally.policies for tally in rows), len(features), len(together), len(list(_pairs(features | possible())))
    )


def missing(tallies: dict[str, Tally]) -> frozenset[str]:
    """What the registry and the grammar let expect and no program made use of."""
    return possible() - {name for tally in tallies.values() for name in tally.features}


def _pairs(features: Iterable[str]) -> Iterable[tuple[str, str]]:
    return filter(_can_be, combinations(sorted(features), 2))


def _can_be(pair: tuple[str, str]) -> bool:
    return not excludes(*pair)
