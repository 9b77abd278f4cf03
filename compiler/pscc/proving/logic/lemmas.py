"""Facts about strings that help a solver. They hold of every string, so they change no answer.

The output reads the level of ``seLinuxOptions`` by its beginning, the number of its parts, and the parts. Together these leave
a few strings, but solvers are slow to see that. The facts list the strings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import permutations

from pscc.proving.logic.judging import holds_of
from pscc.proving.logic.rewriting import nodes
from pscc.proving.logic.terms import Term, and_, equal, not_, or_, starts_with, text

_MOST_PARTS = 6
"""As many parts are put in each order."""


def lemmas(formula: Iterable[Term]) -> Iterator[Term]:
    """Facts about the strings in ``formula`` of which it counts the parts, or reads the end."""
    about: dict[Term, list[Term]] = {}
    for node in nodes(formula):
        if node.op in ("parts", "part", "starts", "length", "equal", "contains"):
            whole = node.args[0]
            assert isinstance(whole, Term)
            of = whole.args[0] if whole.op == "tail" else whole
            if isinstance(of, Term) and of.op == "string":
                about.setdefault(of, []).append(node)
    for whole, claims in about.items():
        decided = [claim for claim in claims if _is_about_constants(claim)]
        ends = [claim for claim in decided if claim.args[0] is not whole]
        own = [claim for claim in decided if claim.args[0] is whole]
        for count in own:
            if count.op == "parts":
                yield from _orders(whole, count, own)
        yield from _of_ends(whole, ends, own)


def _of_ends(whole: Term, ends: list[Term], own: list[Term]) -> Iterator[Term]:
    """What ``ends``, claims about the end of ``whole``, say of all of it where its beginning is known."""
    spelled: dict[str, None] = {}
    for end in ends:
        tail, constant = end.args[0], _start(end)
        assert isinstance(tail, Term)
        for start in own:
            known = _start(start)
            if start.op != "starts" or len(known) != tail.args[1] or end.op not in ("equal", "starts"):
                continue
            if end.op == "equal":
                spelled[known + constant] = None
            says = (
                equal(whole, text(known + constant))
                if end.op == "equal"
                else starts_with(whole, text(known + constant))
            )
            yield or_(not_(start), and_(or_(not_(end), says), or_(end, not_(says))))
        for count in own:
            if count.op == "parts" and count.args[1] == tail.args[1]:
                separator, number = str(count.args[2]), count.args[3]
                assert isinstance(number, int)
                if end.op == "contains" and constant == separator and number > 1:
                    yield or_(not_(count), end)
                if end.op == "starts" and constant.count(separator) >= number:
                    yield or_(not_(count), not_(end))
    for value in spelled:
        for claim in own:
            yield or_(not_(equal(whole, text(value))), claim if holds_of(claim, whole, value) else not_(claim))


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


def _is_about_constants(claim: Term) -> bool:
    """Whether ``claim`` is decided by its string: one that compares two strings of the pod is not."""
    return all(arg.op == "text" for arg in claim.args[1:] if isinstance(arg, Term))


def _start(claim: Term) -> str:
    start = claim.args[1]
    return str(start.args[0]) if isinstance(start, Term) and start.op == "text" else ""
