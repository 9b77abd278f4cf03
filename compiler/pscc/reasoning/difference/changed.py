"""Pods that both sides admit and that their defaults leave different."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from itertools import product

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.access import Request
from pscc.reasoning.difference.admitted import SEVERAL, TOO_MANY, UNCONFIRMED
from pscc.reasoning.difference.chosen import being_chosen, several_set_defaults
from pscc.reasoning.difference.copies import pod_with_copies
from pscc.reasoning.difference.domains import Assignment, pod_of
from pscc.reasoning.difference.fields import Place, Reads
from pscc.reasoning.difference.meaning import same_effects
from pscc.reasoning.difference.requests import RequestClass
from pscc.reasoning.difference.search import Constraint, UndecidedError
from pscc.reasoning.difference.sides import RANK, Option, Side, opinion, with_defaults
from pscc.reasoning.difference.space import Clause, Space, concerned
from pscc.reference.interpreter import Json


@frozen
class Change:
    """A pod that both programs admit: ``field`` is where they leave it different, ``old`` and ``new`` how (None: unset).

    ``field`` is a path from the pod: ``spec.containers[0].securityContext.runAsNonRoot``. ``control`` is of the default.
    ``requests`` are those of which the comparison knows that it holds, ``request`` first.
    """

    control: str
    pod: Json
    request: Request
    field: str
    old: object
    new: object
    requests: tuple[Request, ...] = ()


_Taken = tuple[tuple[Side, Option, ir.Policy], ...]


@dataclass(slots=True)
class Changes:
    """Which pods of a class of requests do both sides admit and change differently?

    ``known`` and ``undecided`` are as in `Question`. ``impossible`` remembers what no pod does, for any class. Which policy a
    choice takes is only asked for where the search is ``thorough``: most pods show a difference whichever it is.
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
                    taken = zip((*choosing[0], *choosing[1]), (*before, *after), strict=True)
                    yield from self._of(*makers, tuple((*pair, policy) for pair, policy in taken))
        if self.thorough and not self.known and any(map(several_set_defaults, sides)):
            self.undecided.setdefault("defaults", SEVERAL)

    def _of(self, makers: tuple[ir.Policy, ...], others: tuple[ir.Policy, ...], taken: _Taken) -> Iterator[Change]:
        wanted = [self.space.not_windows(), *self._accepted(self.case.old, makers, taken)]
        wanted += self._accepted(self.case.new, others, taken)
        defaults = {(d.site, d.path): d for maker in (*makers, *others) for d in maker.defaults}
        for default in defaults.values():
            if default.control in self.known:
                continue
            subject = f"default {default.control}"
            try:
                found = self._solution(self._differs(default, makers, others), wanted, taken)
            except UndecidedError:
                self.undecided.setdefault(subject, TOO_MANY)
                continue
            if found is None:
                continue
            change = self._smallest(default, found)
            if change is None:
                if self.thorough:
                    self.undecided.setdefault(subject, UNCONFIRMED)
                continue
            self.undecided.pop(subject, None)
            self.known.add(default.control)
            yield change

    def _solution(self, differs: Constraint, wanted: list[Constraint], taken: _Taken) -> dict[Place, object] | None:
        """An assignment under which all of it holds, and of each choice in ``taken`` that policy is taken."""
        key = (differs.meaning, frozenset(constraint.meaning for constraint in wanted))
        if key in self.impossible:
            return None
        found = self.space.solve((differs,), wanted)
        if found is None:
            self.impossible.add(key)
        if found is None or not taken or not self.thorough:
            return found
        for cases in product(*(being_chosen(self.space, side, option, policy) for side, option, policy in taken)):
            clauses: list[Clause] = [clause for case in cases for clause in case]
            found = self.space.solve_clauses((differs,), wanted, clauses)
            if found is not None:
                return found
        return None

    def _accepted(self, side: Side, makers: tuple[ir.Policy, ...], taken: _Taken) -> Iterator[Constraint]:
        for policy in side.policies:
            if policy.mode == "enforce":
                yield from (constraint for _, constraint in self.space.accepted(makers, policy))
        for owner, _, policy in taken:
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
        def change(one: Assignment) -> Change | None:
            return change_of(self.case, default, pod_with_copies(one))

        if change(assignment) is None:
            return None
        return change(self.space.smallest(assignment, lambda one: change(one) is not None))


def change_of(case: RequestClass, default: ir.Default, pod: Json) -> Change | None:
    """The change of ``pod`` at the field of ``default``, or None: the interpreter decides."""
    before, after = opinion(case.old, pod), opinion(case.new, pod)
    if RANK["enforce"] in (before.rank, after.rank):
        return None
    values = value_at(default, before.pod), value_at(default, after.pod)
    if values[0] == values[1]:
        return None
    return Change(default.control, pod, case.request, _field(default), *values)


def value_at(default: ir.Default, pod: Json) -> object:
    """What ``pod``, or its first container, has where ``default`` sets something; None where it has nothing."""
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
