"""Two programs compared: the pods by which they can be told apart, each a smallest one.

A program admits a pod of a request when every policy that enforces and judges it accepts the pod, its defaults set
first, and of each choice some policy that may be used does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.access import Request
from pscc.ir.once_defaulted import observing
from pscc.ir.passes import specialise
from pscc.reasoning.difference.admitted import Question, Witness
from pscc.reasoning.difference.changed import Change, Changes
from pscc.reasoning.difference.requests import requests
from pscc.reasoning.difference.search import UndecidedError
from pscc.reasoning.difference.sides import Side, side
from pscc.reasoning.difference.space import Space, same_effects, space_of


@frozen
class Difference:
    """``looser``: what the new program admits and the old one refuses, a witness a control; ``stricter``: the other way.

    Of the pods that both admit, ``quieter`` are those of which the new program no longer warns, or reports, and
    ``louder`` the other way; ``changed`` are those which their defaults leave different. ``undecided`` names controls for
    which the search was given up; ``apart`` are requests of which no pod passes both, so that there is nothing more to compare.
    """

    looser: tuple[Witness, ...] = ()
    stricter: tuple[Witness, ...] = ()
    quieter: tuple[Witness, ...] = ()
    louder: tuple[Witness, ...] = ()
    changed: tuple[Change, ...] = ()
    undecided: tuple[str, ...] = ()
    apart: tuple[Request, ...] = ()

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
        hidden: dict[str, Witness] = {}
        found = _asked(cases, forth, "enforce", undecided, hidden=hidden)
        found += _asked(cases, forth, "enforce", undecided, update=True, told=_controls(found))
        found += _not_told(hidden, _controls(found))
        ways.append((tuple(found), tuple(m for mode in _MODES for m in _asked(cases, forth, mode, undecided))))
    (looser, quieter), (stricter, louder) = ways
    changed: list[Change] = []
    for case in cases:
        question = Changes(case.space, case.old, case.new, case.request, {one.control for one in changed})
        changed += question.found()
        undecided |= question.undecided
    apart = tuple(case.request for case in cases if not _share_a_pod(case))
    return Difference(looser, stricter, quieter, louder, tuple(changed), tuple(undecided), apart)


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
    hidden: dict[str, Witness] | None = None,
) -> list[Witness]:
    """The witnesses to which the old program objects, or the new one where ``forth`` is false, and the other does not.

    ``hidden`` gets those that no pod shows without a control that is told.
    """
    found: list[Witness] = []
    answered = set(told)
    for case in cases:
        sides = (case.old, case.new) if forth else (case.new, case.old)
        if update and same_effects(sides[0].all_policies, ()) and same_effects(sides[1].all_policies, ()):
            continue
        question = Question(case.space, *sides, case.request, mode, update, answered)
        found += question.witnesses()
        if hidden is not None:
            hidden |= {control: witness for control, witness in question.hidden.items() if control not in hidden}
        undecided |= question.undecided
    return found


def _not_told(hidden: dict[str, Witness], told: frozenset[str]) -> Iterator[Witness]:
    """Those of ``hidden`` that are about some control of which nothing is told, one for each."""
    seen = set(told)
    for control, witness in hidden.items():
        if not seen.issuperset(parts := control.split(" and ")):
            seen.update(parts)
            yield witness


def _share_a_pod(case: _Case) -> bool:
    """Whether both sides admit some pod; taken to be so where the search is given up."""
    sides = (case.old, case.new)
    outside = [
        constraint
        for side in sides
        for policy in side.policies
        if policy.mode == "enforce"
        for _, constraint in case.space.accepted(side.policies, policy)
    ]
    options = (option for side in sides for option in side.options if option.mode == "enforce")
    try:
        for chosen in product(*(option.policies for option in options)):
            inside = [constraint for policy in chosen for _, constraint in case.space.accepted((policy,), policy)]
            if case.space.solve((), [*outside, *inside]) is not None:
                return True
    except UndecidedError:
        return True
    return False


def _controls(witnesses: list[Witness]) -> frozenset[str]:
    return frozenset(part for one in witnesses for part in (one.control, *one.control.split(" and ")))


def _cases(old: ir.Program, new: ir.Program, any_pod: bool) -> Iterator[_Case]:
    old, new = _specialised(observing(old)), _specialised(observing(new))
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
