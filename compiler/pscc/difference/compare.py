"""Two programs compared: the pods by which they can be told apart, each a smallest one.

A program admits a pod of a request when every policy that enforces and judges it accepts the pod, its defaults set
first, and of each choice some policy that may be used does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pscc import ir
from pscc.access import Request
from pscc.difference.admitted import Question, Witness
from pscc.difference.changed import Change, Changes
from pscc.difference.requests import requests
from pscc.difference.sides import Side, side
from pscc.difference.space import Space, same_effects, space_of
from pscc.frozen import frozen
from pscc.passes import specialise


@frozen
class Difference:
    """``looser``: what the new program admits and the old one refuses, a witness a control; ``stricter``: the other way.

    Of the pods that both admit, ``quieter`` are those of which the new program no longer warns, or reports, and
    ``louder`` the other way; ``changed`` are those which their defaults leave different. ``undecided`` names controls for
    which the search was given up.
    """

    looser: tuple[Witness, ...] = ()
    stricter: tuple[Witness, ...] = ()
    quieter: tuple[Witness, ...] = ()
    louder: tuple[Witness, ...] = ()
    changed: tuple[Change, ...] = ()
    undecided: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is, or may be, any."""
        return any((self.looser, self.stricter, self.quieter, self.louder, self.changed, self.undecided))


@frozen
class _Case:
    """A request, what of both programs judges it, and the space of all that they read."""

    request: Request
    old: Side
    new: Side
    space: Space


def compare(old: ir.Program, new: ir.Program) -> Difference:
    """How ``new`` differs from ``old``: in what is admitted when it is created or updated, said of, and made of a pod."""
    cases = tuple(_cases(old, new, any_pod=False))
    undecided: dict[str, None] = {}
    ways = []
    for forth in (True, False):
        found = _asked(cases, forth, "enforce", undecided)
        found += _asked(cases, forth, "enforce", undecided, update=True, told=_controls(found))
        ways.append((tuple(found), tuple(m for mode in _MODES for m in _asked(cases, forth, mode, undecided))))
    (looser, quieter), (stricter, louder) = ways
    changed: list[Change] = []
    for case in cases:
        question = Changes(case.space, case.old, case.new, case.request, {one.control for one in changed})
        changed += question.found()
        undecided |= question.undecided
    return Difference(looser, stricter, quieter, louder, tuple(changed), tuple(undecided))


_MODES: tuple[ir.Mode, ...] = ("warn", "audit")


def compare_admitted(old: ir.Program, new: ir.Program, any_pod: bool = False) -> Difference:
    """How ``new`` differs in the pods whose creation it admits; with ``any_pod``, in those too that cannot be."""
    cases = tuple(_cases(old, new, any_pod))
    undecided: dict[str, None] = {}
    looser, stricter = (tuple(_asked(cases, forth, "enforce", undecided)) for forth in (True, False))
    return Difference(looser, stricter, undecided=tuple(undecided))


def _asked(
    cases: tuple[_Case, ...],
    forth: bool,
    mode: ir.Mode,
    undecided: dict[str, None],
    update: bool = False,
    told: frozenset[str] = frozenset(),
) -> list[Witness]:
    """The witnesses to which the old program objects, or the new one where ``forth`` is false, and the other does not."""
    found: list[Witness] = []
    answered = set(told)
    for case in cases:
        sides = (case.old, case.new) if forth else (case.new, case.old)
        if update and same_effects(sides[0].all_policies, ()) and same_effects(sides[1].all_policies, ()):
            continue
        question = Question(case.space, *sides, case.request, mode, update, answered)
        found += question.witnesses()
        undecided |= question.undecided
    return found


def _controls(witnesses: list[Witness]) -> frozenset[str]:
    return frozenset(part for one in witnesses for part in (one.control, *one.control.split(" and ")))


def _cases(old: ir.Program, new: ir.Program, any_pod: bool) -> Iterator[_Case]:
    old, new = _specialised(old), _specialised(new)
    seen: list[tuple[Side, Side]] = []
    for request in requests(old, new):
        before, after = side(old, request), side(new, request)
        if before != after and (before, after) not in seen:
            seen.append((before, after))
            yield _Case(request, before, after, space_of((before, after), any_pod))


def _specialised(program: ir.Program) -> ir.Program:
    def one(policy: ir.Policy) -> ir.Policy:
        return replace(policy, checks=tuple(specialise(check) for check in policy.checks))

    choices = tuple(replace(choice, policies=tuple(map(one, choice.policies))) for choice in program.choices)
    return ir.Program(tuple(map(one, program.policies)), choices)
