"""Pods that both sides admit and that their defaults leave different."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from itertools import product

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.access import Request
from pscc.reasoning.difference.admitted import SEVERAL, TOO_MANY, UNCONFIRMED, Chosen
from pscc.reasoning.difference.chosen import being_chosen, several_set_defaults
from pscc.reasoning.difference.copies import pod_with_copies
from pscc.reasoning.difference.domains import Assignment, pod_of
from pscc.reasoning.difference.fields import Place, Reads
from pscc.reasoning.difference.meaning import same_effects
from pscc.reasoning.difference.requests import RequestClass
from pscc.reasoning.difference.search import Constraint, UndecidedError
from pscc.reasoning.difference.sides import RANK, Side, opinion, with_defaults
from pscc.reasoning.difference.space import Clause, Space, concerned
from pscc.reference.interpreter import Json


@frozen
class Change:
    """A pod that both programs admit and leave different.

    ``field`` is the path of the difference: ``spec.containers[0].securityContext.runAsNonRoot``. ``old`` and ``new`` are the
    values that the programs leave there (None: unset). ``control`` is the control of the default. ``requests`` are those for
    which the comparison knows of the change, ``request`` first.
    """

    control: str
    pod: Json
    request: Request
    field: str
    old: object
    new: object
    requests: tuple[Request, ...] = ()


@dataclass(slots=True)
class Changes:
    """The search for pods of a class of requests that both sides admit and change differently.

    ``known`` and ``undecided`` are as in `Question`. ``impossible`` remembers, for all classes, what no pod can do. Only a
    ``thorough`` search asks which policy a choice takes: most pods show a difference whichever it is.
    """

    space: Space
    case: RequestClass
    known: set[str]
    impossible: set[Hashable]
    thorough: bool
    undecided: dict[str, str] = field(default_factory=dict)

    def changes(self) -> Iterator[Change]:
        """One for each control whose defaults differ in effect."""
        sides = (self.case.old, self.case.new)
        if {d.control for side in sides for policy in side.all_policies for d in policy.defaults} <= self.known:
            return
        choosing = [[(side, o) for o in side.options if o.mode == "enforce"] for side in sides]
        for before in product(*(option.policies for _, option in choosing[0])):
            for after in product(*(option.policies for _, option in choosing[1])):
                makers = (*sides[0].policies, *before), (*sides[1].policies, *after)
                if not same_effects(*makers):
                    pairs = zip((*choosing[0], *choosing[1]), (*before, *after), strict=True)
                    yield from self._changes_where(*makers, tuple((*pair, policy) for pair, policy in pairs))
        if self.thorough and not self.known and any(map(several_set_defaults, sides)):
            self.undecided.setdefault("defaults", SEVERAL)

    def _changes_where(
        self, makers: tuple[ir.Policy, ...], others: tuple[ir.Policy, ...], chosen: Chosen
    ) -> Iterator[Change]:
        """Changes where the old side sets the defaults of ``makers``, the new one those of ``others``; choices take ``chosen``."""
        wanted = [self.space.not_windows(), *self._accepted(self.case.old, makers, chosen)]
        wanted += self._accepted(self.case.new, others, chosen)
        defaults = {(d.site, d.path): d for maker in (*makers, *others) for d in maker.defaults}
        for default in defaults.values():
            if default.control in self.known:
                continue
            subject = f"default {default.control}"
            try:
                assignment = self._solution(self._differs(default, makers, others), wanted, chosen)
            except UndecidedError:
                self.undecided.setdefault(subject, TOO_MANY)
                continue
            if assignment is None:
                continue
            change = self._smallest(default, assignment)
            if change is None:
                if self.thorough:
                    self.undecided.setdefault(subject, UNCONFIRMED)
                continue
            self.undecided.pop(subject, None)
            self.known.add(default.control)
            yield change

    def _solution(self, differs: Constraint, wanted: list[Constraint], chosen: Chosen) -> dict[Place, object] | None:
        """An assignment under which all of it holds, and each choice takes its policy in ``chosen``."""
        key = (differs.meaning, frozenset(constraint.meaning for constraint in wanted))
        if key in self.impossible:
            return None
        assignment = self.space.solve((differs,), wanted)
        if assignment is None:
            self.impossible.add(key)
        if assignment is None or not chosen or not self.thorough:
            return assignment
        for cases in product(*(being_chosen(self.space, side, option, policy) for side, option, policy in chosen)):
            clauses: list[Clause] = [clause for case in cases for clause in case]
            assignment = self.space.solve_clauses((differs,), wanted, clauses)
            if assignment is not None:
                return assignment
        return None

    def _accepted(self, side: Side, makers: tuple[ir.Policy, ...], chosen: Chosen) -> Iterator[Constraint]:
        for policy in side.policies:
            if policy.mode == "enforce":
                yield from (constraint for _, constraint in self.space.accepted(makers, policy))
        for owner, _, policy in chosen:
            if owner is side:
                yield from (constraint for _, constraint in self.space.accepted((*side.policies, policy), policy))

    def _differs(self, default: ir.Default, makers: tuple[ir.Policy, ...], others: tuple[ir.Policy, ...]) -> Constraint:
        reads = Reads()
        reads.default(default)
        first, second = concerned(makers, reads), concerned(others, reads)

        def differs(assignment: Assignment) -> bool:
            pod = pod_of(assignment)
            return value_at(default, with_defaults(first, pod)) != value_at(default, with_defaults(second, pod))

        meaning = (default.site, default.path, *(tuple(p.defaults for p in part) for part in (first, second)))
        return Constraint(self.space.places(reads), differs, meaning)

    def _smallest(self, default: ir.Default, assignment: dict[Place, object]) -> Change | None:
        def change(candidate: Assignment) -> Change | None:
            return change_of(self.case, default, pod_with_copies(candidate))

        if change(assignment) is None:
            return None
        return change(self.space.smallest(assignment, lambda smaller: change(smaller) is not None))


def change_of(case: RequestClass, default: ir.Default, pod: Json) -> Change | None:
    """The change of ``pod`` at the field of ``default``, or None where the interpreter sees none."""
    before, after = opinion(case.old, pod), opinion(case.new, pod)
    if RANK["enforce"] in (before.rank, after.rank):
        return None
    values = value_at(default, before.pod), value_at(default, after.pod)
    if values[0] == values[1]:
        return None
    return Change(default.control, pod, case.request, _field(default), *values)


def value_at(default: ir.Default, pod: Json) -> object:
    """The value of ``pod``, or its first container, at the field of ``default``; None where it is unset."""
    node: object = pod
    if default.site == "containers":
        spec = pod["spec"]
        assert isinstance(spec, dict)
        node = spec["containers"][0]
    for name in default.path:
        node = node.get(name) if isinstance(node, dict) else None
    return node


def _field(default: ir.Default) -> str:
    return ".".join(("spec.containers[0]", *default.path) if default.site == "containers" else default.path)
