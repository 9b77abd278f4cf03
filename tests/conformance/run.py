"""Runs comparisons in pieces over all processors: what there is to compare, and how much of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import groupby

from conformance import apply, engines, set_rows, truth
from conformance.jsonl import Process
from conformance.result import Difference, Tally
from conformance.space import rows as space_rows
from conformance.targets import TARGETS
from conformance.targets.kyverno_cel import KyvernoCel

Outcome = tuple[str, Tally, list[Difference]]


@dataclass(frozen=True, slots=True)
class Size:
    """How much to compare: policies and pods each, for the plugin and for a target whose share is 1.

    ``apply``: the same for Kyverno's command line against its webhooks. ``sets``: for each of `set_rows.ROWS`, how many
    sets of policies, and how many pods for each who asks. ``space``: for each of the rows of whole programs, how many of
    these, and how many requests of each.
    """

    truth: tuple[int, int]
    targets: tuple[int, int]
    apply: tuple[int, int]
    sets: tuple[tuple[int, int], ...]
    space: tuple[int, int]


WHOLE = Size(
    truth=(2150, 100),
    targets=(240, 220),
    apply=(24, 20),
    sets=((1760, 15), (280, 40), (280, 40), (12, 20), (32, 80), (96, 30), (60, 40)),
    space=(72, 320),
)
SAMPLE = Size(
    truth=(24, 40),
    targets=(6, 40),
    apply=(1, 20),
    sets=((4, 15), (2, 20), (2, 20), (1, 20), (2, 20), (2, 20), (2, 20)),
    space=(5, 24),
)
_POLICIES_A_PIECE = 12
_PROGRAMS_A_PIECE = 8
_SLOW = 8
"""How many fewer programs a slow engine is asked about."""
SPACE = tuple(row.name for row in space_rows.ROWS)
"""The rows of whole programs."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One process's work: ``who`` (``psp`` or a target), its seed, its policies and the pods of each."""

    who: str
    seed: int
    policies: int
    pods: int


def thinned(work: Iterable[Piece], one_in: int, offset: int = 0) -> Iterator[Piece]:
    """Of each row's pieces in ``work`` every ``one_in``-th, beginning with number ``offset``.

    A row with fewer pieces gives one of them, so that each offset asks every row. The offsets below ``one_in`` together
    give the whole of ``work``.
    """
    for _, row in groupby(work, key=lambda piece: piece.who):
        row_pieces = list(row)
        step = min(one_in, len(row_pieces))
        yield from row_pieces[offset % step :: step]


def pieces(size: Size, seed: int, only: tuple[str, ...] = ()) -> Iterator[Piece]:
    """The work of a run. Every piece has a seed of its own, the same whatever else is run."""
    sizes = {truth.WHO: size.truth}
    for target in TARGETS:
        policies, pods = size.targets
        sizes[target.name] = (max(1, round(policies * target.share)), pods)
    sizes[apply.WHO] = size.apply
    for who, (left, pods) in sizes.items():
        while left > 0:
            if not only or who in only:
                yield Piece(who, seed, min(left, _POLICIES_A_PIECE), pods)
            left, seed = left - _POLICIES_A_PIECE, seed + 1
    for row, (clusters, pods) in zip(set_rows.ROWS, size.sets, strict=True):
        for begun in range(0, clusters, _POLICIES_A_PIECE):
            if not only or row in only:
                yield Piece(row, seed, min(clusters - begun, _POLICIES_A_PIECE), pods)
            seed += 1
    programs, requests = size.space
    for row in space_rows.ROWS:
        left, pods = (max(1, programs // _SLOW), requests // 2) if row.slow else (programs, requests)
        for begun in range(0, left, _PROGRAMS_A_PIECE):
            if not only or row.name in only:
                yield Piece(row.name, seed, min(left - begun, _PROGRAMS_A_PIECE), pods)
            seed += 1


def compared(piece: Piece) -> Outcome:
    """What ``piece`` comes to."""
    if piece.who == truth.WHO:
        with Process("psp-admission") as process:
            return (piece.who, *truth.compare(process, piece.seed, piece.policies, piece.pods))
    if piece.who == apply.WHO:
        return (piece.who, *apply.compare(piece.seed, piece.policies, piece.pods))
    if piece.who in set_rows.ROWS:
        return (piece.who, *set_rows.compare(piece.who, piece.seed, piece.policies, piece.pods))
    if piece.who in SPACE:
        return (piece.who, *space_rows.compare(piece.who, piece.seed, piece.policies, piece.pods))
    (target,) = [target for target in TARGETS if target.name == piece.who]
    with target.run() as running:
        return (piece.who, *engines.compare(target, running, piece.seed, piece.policies, piece.pods))


def everything(
    work: list[Piece], tell: Callable[[int, int], None] = lambda done, of: None
) -> tuple[dict[str, Tally], list[Difference], float]:
    """Tallies by who, all differences, and the seconds that it took."""
    tallies: dict[str, Tally] = {piece.who: Tally() for piece in work}
    all_differences: list[Difference] = []
    started = time.monotonic()
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        for number, (who, tally, differences) in enumerate(pool.map(compared, work)):
            tallies[who].add(tally)
            all_differences += differences
            tell(number + 1, len(work))
    return tallies, all_differences, time.monotonic() - started


def versions() -> dict[str, str]:
    """The engine behind each row of the table."""
    from conformance.targets._base import pinned

    plugin = f"PodSecurityPolicy of Kubernetes {pinned('PSP_KUBERNETES_VERSION').removeprefix('v')}"
    by_row = {truth.WHO: plugin, **{target.name: target.version() for target in TARGETS}}
    by_row[apply.WHO] = by_row[KyvernoCel().name]
    by_row |= {row: by_row[set_rows.target_of(row)] for row in set_rows.ROWS}
    return {**by_row, **{row: by_row[row.removeprefix("space ")] for row in SPACE}}
