"""Compares two programs: the pods that they treat differently, each as small as it can be.

A program admits the pod of a request if every policy that enforces and judges the request accepts the pod, after the defaults,
and if each choice has a policy that may be used and accepts it. The interpreter confirms each pod that is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from pscc import ir
from pscc.ir.once_defaulted import observing
from pscc.ir.passes import specialise
from pscc.reasoning.difference.admitted import Question
from pscc.reasoning.difference.apart import share_a_pod
from pscc.reasoning.difference.changed import Change, Changes
from pscc.reasoning.difference.difference import Difference, Undecided
from pscc.reasoning.difference.reach import Reach
from pscc.reasoning.difference.requests import Classes, RequestClass
from pscc.reasoning.difference.sides import MODES, Side, annotations_read
from pscc.reasoning.difference.space import Space, not_varied, space_of
from pscc.reasoning.difference.witness import Witness, of_creation, of_update

Progress = Callable[[int, int], None]
"""Called with the number of classes of requests that are compared so far, and the number of all."""
NOT_VARIED = "pods are not made with each value that its checks distinguish"
MANY_REQUESTS = "more kinds of requesters and namespaces than are looked through"


def compare(old: ir.Program, new: ir.Program, progress: Progress | None = None) -> Difference:
    """How ``new`` differs from ``old``: in pods that it admits, on creation and update, in warnings, and in defaults."""
    return _Comparison(old, new, any_pod=False, progress=progress).whole()


def compare_admitted(old: ir.Program, new: ir.Program, any_pod: bool = False) -> Difference:
    """How ``new`` differs in the pods whose creation it admits. ``any_pod``: also pods that the API server refuses."""
    return _Comparison(old, new, any_pod).admitted()


@dataclass(slots=True)
class _Direction:
    """The results of a search for pods to which one program objects and the other does not: the old one if ``old_objects``."""

    old_objects: bool
    witnesses: list[Witness] = field(default_factory=list)
    lesser: list[Witness] = field(default_factory=list)
    hidden: dict[str, Witness] = field(default_factory=dict)
    undecided: dict[str, str] = field(default_factory=dict)

    def sides(self, case: RequestClass) -> tuple[Side, Side]:
        """The side that objects, and the other."""
        return (case.old, case.new) if self.old_objects else (case.new, case.old)


class _Comparison:
    """A comparison of two programs, with the results so far."""

    def __init__(self, old: ir.Program, new: ir.Program, any_pod: bool, progress: Progress | None = None) -> None:
        drawn = Classes(comparable(old), comparable(new))
        self.classes = drawn.classes
        self.gave_up = drawn.gave_up
        self.undecided: dict[str, str] = {}
        self.of_defaults: dict[str, str] = {}
        sides = {id(side): side for case in self.classes for side in (case.old, case.new)}
        self.space: Space = space_of(sides.values(), any_pod)
        for case in self.classes if self.space.unvaried else ():
            self.undecided |= dict.fromkeys(not_varied(case.old, case.new), NOT_VARIED)
        self.annotations = annotations_read(tuple(sides.values()))
        self._progress, self._steps = progress, 0

    def admitted(self) -> Difference:
        """The differences in the pods whose creation is admitted."""
        directions = [_Direction(old_objects) for old_objects in (True, False)]
        for direction in directions:
            direction.witnesses += self._created(direction, "enforce", set())
        looser, stricter = (tuple(direction.witnesses) for direction in directions)
        return Difference(looser, stricter, undecided=self._undecided(directions))

    def whole(self) -> Difference:
        """All differences, each with all the requests that it holds for."""
        directions = [_Direction(old_objects) for old_objects in (True, False)]
        for direction in directions:
            known: set[str] = set()
            direction.witnesses += self._created(direction, "enforce", known)
            direction.witnesses += self._updated(direction, "enforce", known)
            direction.witnesses += _not_known(direction.hidden, known)
            for mode in MODES[1:]:
                known = set()
                direction.lesser += self._created(direction, mode, known)
                direction.lesser += self._updated(direction, mode, known)
        changed = self._changed()
        apart = tuple(case.request for case in self.classes if not share_a_pod(self.space, case))
        reach = Reach(self.classes)
        looser, quieter, stricter, louder = (
            tuple(reach.of_witness(witness, direction.sides) for witness in witnesses)
            for direction in directions
            for witnesses in (direction.witnesses, direction.lesser)
        )
        changes = tuple(map(reach.of_change, changed))
        return Difference(looser, stricter, quieter, louder, changes, self._undecided(directions), apart)

    def _undecided(self, directions: list[_Direction]) -> tuple[Undecided, ...]:
        for direction in directions:
            reported = {part for w in direction.witnesses for part in (w.control, *w.control.split(" and "))}
            for control, reason in direction.undecided.items():
                if control not in reported:
                    self.undecided.setdefault(control, reason)
        return (
            *((Undecided("requests", MANY_REQUESTS, "requests"),) if self.gave_up else ()),
            *(Undecided(control, reason) for control, reason in self.undecided.items()),
            *(Undecided(subject, reason, "defaults") for subject, reason in self.of_defaults.items()),
        )

    def _created(self, direction: _Direction, mode: ir.Mode, known: set[str]) -> Iterator[Witness]:
        """The witnesses that are creations. Puts witnesses that a known control refuses as well into ``hidden``."""
        for case in self._each_class():
            objecting, other = direction.sides(case)
            confirm = partial(of_creation, case, objecting, other, mode)
            question = Question(self.space, objecting, other, mode, confirm, known)
            yield from question.witnesses()
            if mode == "enforce":
                direction.hidden = {**question.hidden, **direction.hidden}
            direction.undecided = {**question.undecided, **direction.undecided}

    def _updated(self, direction: _Direction, mode: ir.Mode, known: set[str]) -> Iterator[Witness]:
        """The witnesses that are updates. Without defaults, an update of an image is judged as a creation is."""
        for annotation in (None, *self.annotations):
            for case in self._each_class():
                sides = direction.sides(case)
                if annotation is None and not any(side.has_defaults for side in sides):
                    continue
                objecting, other = (side.of_update(annotation) for side in sides)
                confirm = partial(of_update, case, sides, mode, annotation)
                question = Question(self.space, objecting, other, mode, confirm, known)
                yield from question.witnesses()
                direction.undecided = {**question.undecided, **direction.undecided}

    def _changed(self) -> list[Change]:
        changes: list[Change] = []
        known: set[str] = set()
        impossible: set[object] = set()
        for thorough in (False, True):
            for case in self._each_class():
                question = Changes(self.space, case, known, impossible, thorough)
                changes += question.changes()
                self.of_defaults = {**question.undecided, **self.of_defaults}
        for change in changes:
            self.of_defaults.pop(f"default {change.control}", None)
        return changes

    def _each_class(self) -> Iterator[RequestClass]:
        passes = 2 * len(MODES) * (2 + len(self.annotations)) + 2
        for case in self.classes:
            self._steps += 1
            if self._progress:
                self._progress(self._steps, passes * len(self.classes))
            yield case


def _not_known(hidden: dict[str, Witness], known: set[str]) -> Iterator[Witness]:
    """One witness of ``hidden`` for each control that has no other witness."""
    reported = set(known)
    for control, witness in hidden.items():
        if not reported.issuperset(parts := control.split(" and ")):
            reported.update(parts)
            yield witness


def comparable(program: ir.Program) -> ir.Program:
    """``program`` without parameters, where what only warns or audits has no defaults, and each choice names its concerns."""
    program = observing(program)

    def specialised(policy: ir.Policy) -> ir.Policy:
        return replace(policy, checks=tuple(specialise(check) for check in policy.checks))

    choices = []
    for choice in program.choices:
        concerns = (*choice.concerns, *(check for policy in choice.policies for check in policy.checks))
        choices.append(replace(choice, policies=tuple(map(specialised, choice.policies)), concerns=concerns))
    return ir.Program(tuple(map(specialised, program.policies)), tuple(choices))
