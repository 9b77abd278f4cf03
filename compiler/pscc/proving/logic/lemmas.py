"""Facts about strings that help a solver: they hold of every string, so they change no answer.

Solvers are slow to see that a string is one of a few where it is known how it begins, how many parts the rest has, and which
parts these are. That is how the output reads the level of ``seLinuxOptions``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import permutations

from pscc.proving.logic.judging import holds_of
from pscc.proving.logic.rewriting import nodes
from pscc.proving.logic.terms import Term, and_, equal, not_, or_, text

_MOST_PARTS = 6
"""As many parts are put in each order."""


def lemmas(formula: Iterable[Term]) -> Iterator[Term]:
    """Facts about the strings in ``formula`` whose parts it counts."""
    about: dict[Term, list[Term]] = {}
    for node in nodes(formula):
        if node.op in ("parts", "part", "starts", "length", "equal"):
            whole = node.args[0]
            assert isinstance(whole, Term)
            if whole.op == "string":
                about.setdefault(whole, []).append(node)
    for whole, claims in about.items():
        for count in claims:
            if count.op == "parts":
                yield from _orders(whole, count, claims)


def _orders(whole: Term, count: Term, claims: list[Term]) -> Iterator[Term]:
    """With this ``count`` of parts, each of which is known, ``whole`` is one of their orders. Each order decides all ``claims``."""
    _, skipped, separator, number = count.args
    assert isinstance(number, int)
    parts = {
        str(claim.args[3]): claim for claim in claims if claim.op == "part" and claim.args[1:3] == (skipped, separator)
    }
    starts = {_start(claim): claim for claim in claims if claim.op == "starts" and len(_start(claim)) == skipped}
    if not number <= _MOST_PARTS:
        return
    for start, begins in starts.items():
        for chosen in permutations(parts, number):
            spelled = start + str(separator).join(chosen)
            is_this = equal(whole, text(spelled))
            for claim in claims:
                decided = holds_of(claim, whole, spelled)
                yield or_(not_(is_this), claim if decided else not_(claim))
            if sorted(chosen) == list(chosen):
                orders = (equal(whole, text(start + str(separator).join(order))) for order in permutations(chosen))
                known = and_(begins, count, *(parts[part] for part in chosen))
                yield or_(not_(known), *orders)


def _start(claim: Term) -> str:
    start = claim.args[1]
    return str(start.args[0]) if isinstance(start, Term) and start.op == "text" else ""
