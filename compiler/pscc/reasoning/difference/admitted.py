"""Pods to which one side objects and the other does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product

from pscc import ir
from pscc.reasoning.difference.chosen import Branch, branches, several_set_defaults
from pscc.reasoning.difference.copies import copied, is_copied, pod_with_copies
from pscc.reasoning.difference.domains import Assignment
from pscc.reasoning.difference.fields import Place
from pscc.reasoning.difference.search import Constraint, UndecidedError
from pscc.reasoning.difference.sides import NO_POLICY, RANK, Option, Side
from pscc.reasoning.difference.space import MOST_WAYS, Controlled, Space
from pscc.reasoning.difference.witness import Witness
from pscc.reference.interpreter import Json

TOO_MANY = "too many combinations to look through"
UNCONFIRMED = "a pod was found that the interpreter does not confirm"
SEVERAL = "several choices set defaults for one request"

Chosen = tuple[tuple[Side, Option, ir.Policy], ...]
"""For choices that have to accept a pod, the policy by which they do."""
_Refusal = tuple[str, tuple[Constraint, ...], int]
"""A way to refuse a pod: the control, the constraints that must hold, and the number of copies of containers that it needs."""


@dataclass(slots=True)
class Question:
    """The search for pods to which ``objecting`` objects in ``mode``, its gravest, and ``other`` in a lesser one or not at all.

    - ``witness_of`` asks the interpreter: it takes a control and a pod, and returns a witness, or None if the pod is none.
    - ``known``: the controls that have a witness already.
    - ``undecided``: the controls for which the search was given up, with the reason.
    - ``hidden``: the controls whose only witnesses are also refused by a known control, with such a witness.
    """

    space: Space
    objecting: Side
    other: Side
    mode: ir.Mode
    witness_of: Callable[[str, Json], Witness | None]
    known: set[str]
    undecided: dict[str, str] = field(default_factory=dict)
    hidden: dict[str, Witness] = field(default_factory=dict)

    def witnesses(self) -> Iterator[Witness]:
        """One witness for each control that refuses such a pod, except for the known ones.

        First come pods that this control alone refuses, then others that no known control refuses. A choice refuses a pod by
        one control of each of its policies: its witness is reported if one of these controls is new.
        """
        if self.objecting.controls(self.mode) <= self.known:
            return
        branches_of_both = [list(branches(self.space, side)) for side in (self.objecting, self.other)]
        for alone in (True, False):
            for mine, theirs in product(*branches_of_both):
                choosing = self._choosing()
                for policies in product(*(option.policies for _, option in choosing)):
                    chosen = tuple((*pair, policy) for pair, policy in zip(choosing, policies, strict=True))
                    if all(branch.agrees(option, policy) for branch in (mine, theirs) for _, option, policy in chosen):
                        yield from self._witnesses_in(mine, theirs, chosen, alone)
        if not self.known and any(map(several_set_defaults, (self.objecting, self.other))):
            self.undecided.setdefault(NO_POLICY, SEVERAL)

    def _witnesses_in(self, mine: Branch, theirs: Branch, chosen: Chosen, alone: bool) -> Iterator[Witness]:
        """Witnesses where the choices decide as in these branches and as ``chosen``; ``alone``: one control refuses each."""
        wanted = [constraint for _, constraint in self._wanted(mine, theirs, chosen)]
        others = [pair for policy in self._refusing() for pair in self.space.accepted(mine.makers, policy)]
        clauses = [*mine.clauses, *theirs.clauses]
        for control, way, copies in self._ways(wanted, mine):
            not_others = [constraint for name, constraint in others if name != control] if alone else []
            try:
                if clauses:
                    assignment = self.space.solve_clauses(way, [*wanted, *not_others], clauses)
                else:
                    assignment = self.space.solve(way, [*wanted, *not_others], copies)
            except UndecidedError:
                self.undecided.setdefault(control, TOO_MANY)
                continue
            if assignment is None:
                continue
            witness = self._smallest(control, assignment)
            if witness is None:
                self.undecided.setdefault(control, UNCONFIRMED)
                continue
            also_refusing = self.known & {reason.control for reason in witness.reasons}
            if also_refusing and not alone:
                self.hidden.setdefault(control, witness.hidden_behind(tuple(sorted(also_refusing))))
            else:
                self.undecided.pop(control, None)
                self.known |= {control, *control.split(" and ")}
                yield witness

    # --- constraints on every pod ---------------------------------------------------------

    def _refusing(self) -> Iterator[ir.Policy]:
        return (policy for policy in self.objecting.policies if policy.mode == self.mode)

    def _choosing(self) -> list[tuple[Side, Option]]:
        """The choices that have to accept the pod.

        They are the choices of ``other`` in this mode or a graver one, and the graver choices of ``objecting``.
        """
        mine, theirs = self.objecting, self.other
        of_other = [(theirs, o) for o in theirs.options if RANK[o.mode] >= RANK[self.mode]]
        return of_other + [(mine, o) for o in mine.options if RANK[o.mode] > RANK[self.mode]]

    def _wanted(self, mine: Branch, theirs: Branch, chosen: Chosen) -> Iterator[Controlled]:
        """What has to hold beside the refusal: ``other`` accepts, and graver policies of ``objecting`` do."""
        for side, branch, least in (
            (self.objecting, mine, RANK[self.mode] + 1),
            (self.other, theirs, RANK[self.mode]),
        ):
            for policy in side.policies:
                if RANK[policy.mode] >= least:
                    yield from self.space.accepted(branch.makers, policy)
        for side, _, policy in chosen:
            yield from self.space.accepted((*side.policies, policy), policy)

    # --- ways to refuse -------------------------------------------------------------

    def _ways(self, wanted: list[Constraint], mine: Branch) -> Iterator[_Refusal]:
        """Each way in which ``objecting`` can refuse by a control that is not known yet."""
        satisfied = {constraint.meaning for constraint in wanted}
        for policy in self._refusing():
            for control, constraint in self.space.accepted(mine.makers, policy, holds=False):
                if control not in self.known and constraint.meaning not in satisfied:
                    yield control, (constraint,), 0
        for option in self.objecting.options:
            if option.mode == self.mode and all(policy is None for o, policy in mine.chosen if o is option):
                yield from self._ways_of(option, wanted, satisfied)

    def _ways_of(self, option: Option, wanted: list[Constraint], satisfied: set[object]) -> Iterator[_Refusal]:
        """The ways in which a choice refuses: one failing requirement of each policy, all of which can fail together."""
        if not option.policies:
            if NO_POLICY not in self.known:
                yield NO_POLICY, (), 0
            return
        failing = []
        for policy in option.policies:
            pairs = self.space.accepted((*self.objecting.policies, policy), policy, holds=False)
            failing.append([(name, c) for name, c in pairs if c.meaning not in satisfied])
        if not all(failing):
            return
        try:
            failing = [[(n, c) for n, c in pairs if self.space.solve((c,), wanted) is not None] for pairs in failing]
            if all(failing):
                yield from self._together(failing, wanted, apart=False)
                if len(failing) > 1:
                    yield from self._together(failing, wanted, apart=True)
        except UndecidedError:
            self.undecided.setdefault(" and ".join(sorted({n for pairs in failing for n, _ in pairs})), TOO_MANY)

    def _together(self, failing: list[list[Controlled]], wanted: list[Constraint], apart: bool) -> Iterator[_Refusal]:
        """The ways to take one of each of ``failing``: all hold of one container or, with ``apart``, each of its own."""
        tried = 0

        def extend(depth: int, way: tuple[Constraint, ...], names: tuple[str, ...], copies: int) -> Iterator[_Refusal]:
            nonlocal tried
            possible = {name for pairs in failing[depth:] for name, _ in pairs}
            if {*names, *possible} <= self.known:
                return
            if depth == len(failing):
                yield " and ".join(dict.fromkeys(names)), way, copies
                return
            if any(constraint in way for _, constraint in failing[depth]):
                yield from extend(depth + 1, way, names, copies)
                return
            for name, constraint in failing[depth]:
                several = apart and depth > 0 and is_copied(constraint)
                longer = (*way, copied(constraint, copies + 1) if several else constraint)
                tried += 1
                if tried > MOST_WAYS:
                    raise UndecidedError
                if self.space.solve(longer, wanted, copies + several) is not None:
                    yield from extend(depth + 1, longer, (*names, name), copies + several)

        yield from extend(0, (), (), 0)

    # --- witnesses ----------------------------------------------------------------

    def _smallest(self, control: str, assignment: dict[Place, object]) -> Witness | None:
        """``assignment`` as a pod, as small as it can be, which the interpreter confirms; None where it does not."""

        def witness(candidate: Assignment) -> Witness | None:
            return self.witness_of(control, pod_with_copies(candidate))

        if witness(assignment) is None:
            return None
        return witness(self.space.smallest(assignment, lambda smaller: witness(smaller) is not None))
