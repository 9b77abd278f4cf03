"""Two programs compared: the pods by which they can be told apart, each a smallest one.

A program admits a pod of a request when every policy that enforces and judges it accepts the pod, its defaults set
first, and of each choice some policy that may be used does. The interpreter confirms each pod that is reported.
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
from pscc.reasoning.difference.space import Space, space_of
from pscc.reasoning.difference.witness import Witness, of_creation, of_update

Progress = Callable[[int, int], None]
"""Called with how many classes of requests are compared, and how many there are."""
MANY_REQUESTS = "more kinds of requesters and namespaces than are looked through"


def compare(old: ir.Program, new: ir.Program, progress: Progress | None = None) -> Difference:
    """How ``new`` differs from ``old``: in what is admitted when it is created or updated, warned of, and made of a pod."""
    return _Comparison(old, new, any_pod=False, progress=progress).whole()


def compare_admitted(old: ir.Program, new: ir.Program, any_pod: bool = False) -> Difference:
    """How ``new`` differs in the pods whose creation it admits; with ``any_pod``, in those too that cannot be."""
    return _Comparison(old, new, any_pod).admitted()


@dataclass(slots=True)
class _Way:
    """Looking for what one program objects to and the other does not: the old one where it is ``forth``."""

    forth: bool
    witnesses: list[Witness] = field(default_factory=list)
    lesser: list[Witness] = field(default_factory=list)
    hidden: dict[str, Witness] = field(default_factory=dict)
    undecided: dict[str, str] = field(default_factory=dict)

    def sides(self, case: RequestClass) -> tuple[Side, Side]:
        """The side that objects, and the other."""
        return (case.old, case.new) if self.forth else (case.new, case.old)


class _Comparison:
    """One comparison of two programs on its way."""

    def __init__(self, old: ir.Program, new: ir.Program, any_pod: bool, progress: Progress | None = None) -> None:
        classes = Classes(_specialised(observing(old)), _specialised(observing(new)))
        self.classes = classes.found
        self.undecided = {"requests": MANY_REQUESTS} if classes.gave_up else {}
        sides = {id(side): side for case in self.classes for side in (case.old, case.new)}
        self.space: Space = space_of(sides.values(), any_pod)
        self.annotations = annotations_read(tuple(sides.values()))
        self._progress, self._steps = progress, 0

    def admitted(self) -> Difference:
        """What differs in the pods whose creation is admitted."""
        ways = [_Way(forth) for forth in (True, False)]
        for way in ways:
            way.witnesses += self._created(way, "enforce", set())
        looser, stricter = (tuple(way.witnesses) for way in ways)
        return Difference(looser, stricter, undecided=self._undecided(ways))

    def whole(self) -> Difference:
        """Everything that differs, each difference with all the requests that it holds for."""
        ways = [_Way(forth) for forth in (True, False)]
        for way in ways:
            known: set[str] = set()
            way.witnesses += self._created(way, "enforce", known)
            way.witnesses += self._updated(way, "enforce", known)
            way.witnesses += _not_known(way.hidden, known)
            for mode in MODES[1:]:
                known = set()
                way.lesser += self._created(way, mode, known)
                way.lesser += self._updated(way, mode, known)
        changed = self._changed()
        apart = tuple(case.request for case in self.classes if not share_a_pod(self.space, case))
        reach = Reach(self.classes)
        looser, quieter, stricter, louder = (
            tuple(reach.of_witness(witness, way.sides) for witness in some)
            for way in ways
            for some in (way.witnesses, way.lesser)
        )
        changes = tuple(map(reach.of_change, changed))
        return Difference(looser, stricter, quieter, louder, changes, self._undecided(ways), apart)

    def _undecided(self, ways: list[_Way]) -> tuple[Undecided, ...]:
        for way in ways:
            reported = {part for w in way.witnesses for part in (w.control, *w.control.split(" and "))}
            for control, reason in way.undecided.items():
                if control not in reported:
                    self.undecided.setdefault(control, reason)
        return tuple(Undecided(control, reason) for control, reason in self.undecided.items())

    def _created(self, way: _Way, mode: ir.Mode, known: set[str]) -> Iterator[Witness]:
        """Witnesses that are created; those that only show a control which others hide go to ``hidden``."""
        for case in self._each_class():
            objecting, other = way.sides(case)
            confirm = partial(of_creation, case, objecting, other, mode)
            question = Question(self.space, objecting, other, mode, confirm, known)
            yield from question.witnesses()
            if mode == "enforce":
                way.hidden = {**question.hidden, **way.hidden}
            way.undecided = {**question.undecided, **way.undecided}

    def _updated(self, way: _Way, mode: ir.Mode, known: set[str]) -> Iterator[Witness]:
        """Witnesses that are updates. Where nothing has defaults, an image is judged as a creation is."""
        for annotation in (None, *self.annotations):
            for case in self._each_class():
                sides = way.sides(case)
                if annotation is None and not any(side.has_defaults for side in sides):
                    continue
                objecting, other = (side.of_update(annotation) for side in sides)
                confirm = partial(of_update, case, sides, mode, annotation)
                question = Question(self.space, objecting, other, mode, confirm, known)
                yield from question.witnesses()
                way.undecided = {**question.undecided, **way.undecided}

    def _changed(self) -> list[Change]:
        found: list[Change] = []
        known: set[str] = set()
        impossible: set[object] = set()
        for thorough in (False, True):
            for case in self._each_class():
                question = Changes(self.space, case, known, impossible, thorough)
                found += question.changes()
                self.undecided = {**question.undecided, **self.undecided}
        for change in found:
            self.undecided.pop(f"default {change.control}", None)
        return found

    def _each_class(self) -> Iterator[RequestClass]:
        passes = 2 * len(MODES) * (2 + len(self.annotations)) + 2
        for case in self.classes:
            self._steps += 1
            if self._progress:
                self._progress(self._steps, passes * len(self.classes))
            yield case


def _not_known(hidden: dict[str, Witness], known: set[str]) -> Iterator[Witness]:
    """Those of ``hidden`` that are about some control of which nothing is known, one for each."""
    seen = set(known)
    for control, witness in hidden.items():
        if not seen.issuperset(parts := control.split(" and ")):
            seen.update(parts)
            yield witness


def _specialised(program: ir.Program) -> ir.Program:
    def specialised(policy: ir.Policy) -> ir.Policy:
        return replace(policy, checks=tuple(specialise(check) for check in policy.checks))

    choices = []
    for choice in program.choices:
        concerns = (*choice.concerns, *(check for policy in choice.policies for check in policy.checks))
        choices.append(replace(choice, policies=tuple(map(specialised, choice.policies)), concerns=concerns))
    return ir.Program(tuple(map(specialised, program.policies)), tuple(choices))
