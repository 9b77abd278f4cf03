"""Decides by the solver what a search for differences has left open; each pod that is found is put to the interpreter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from pscc import ir
from pscc.base.frozen import frozen
from pscc.proving.errors import NoBoundError, NotUnderstoodError
from pscc.proving.logic.terms import FALSE, Term, and_, not_, or_
from pscc.proving.pod import root
from pscc.proving.programs.objections import Change, Objections, Occasion, objections
from pscc.proving.question import Answer, Differs, Equal, Undecided, answer, question
from pscc.proving.updates import facts
from pscc.proving.witness import Json, UnconfirmedError, created
from pscc.reasoning.difference.compare import MANY_REQUESTS, comparable
from pscc.reasoning.difference.difference import Difference
from pscc.reasoning.difference.difference import Undecided as Open
from pscc.reasoning.difference.reach import Reach
from pscc.reasoning.difference.requests import Classes, RequestClass
from pscc.reasoning.difference.sides import MODES, NO_POLICY, RANK, Side, annotations_read, opinion
from pscc.reasoning.difference.witness import Witness, of_creation, of_update

Progress = Callable[[int, int], None]
"""Called with the number of steps that are done so far, and the number of all."""
UNCONFIRMED = "the interpreter does not confirm the pod that the solver found"
UPDATES = "some updates may be treated differently, and no pair of pods was found that shows it"
_PATIENCE = 2.0
"""For how many seconds the solver looks for a smaller pod: a comparison may need one for each control."""
_OCCASIONS: tuple[Occasion, ...] = ("created", "updated")


def decided(
    old: ir.Program, new: ir.Program, difference: Difference, seconds: float, progress: Progress | None = None
) -> Difference:
    """``difference`` of ``old`` and ``new`` with the solver's answer in place of each control that the search has left open.

    The solver gives up each question after ``seconds``: then the control stays undecided, with its reason. What is undecided
    about defaults, or about who asks, stays so.
    """
    left = [each for each in difference.undecided if each.about == "control"]
    if not left:
        return difference
    everything = any(each.control == NO_POLICY for each in left)
    controls = None if everything else frozenset().union(*(_parts(each.control) for each in left))
    more = solved(old, new, seconds, controls, difference, progress)
    still = {each.control for each in more.undecided}
    kept = (each for each in difference.undecided if each.about != "control")
    return replace(
        difference,
        looser=(*difference.looser, *more.looser),
        stricter=(*difference.stricter, *more.stricter),
        quieter=(*difference.quieter, *more.quieter),
        louder=(*difference.louder, *more.louder),
        undecided=tuple(dict.fromkeys((*kept, *more.undecided))),
        solved=tuple(
            each.control for each in left if not still.intersection((*each.control.split(" and "), NO_POLICY))
        ),
    )


def solved(
    old: ir.Program,
    new: ir.Program,
    seconds: float,
    controls: Iterable[str] | None = None,
    beside: Difference | None = None,
    progress: Progress | None = None,
) -> Difference:
    """How ``new`` differs from ``old`` in the pods that both object to, by the solver alone: a witness for each control.

    With ``controls``, it is about these. It looks for no witness of a control that has one in ``beside``. What defaults leave
    different is not asked.
    """
    drawn = Classes(comparable(old), comparable(new))
    solving = _Solving(drawn.classes, seconds, None if controls is None else frozenset(controls))
    steps = [_Step(occasion, mode, who) for occasion in _OCCASIONS for mode in MODES for who in (True, False)]
    for number, step in enumerate(steps):
        if beside is not None and step.occasion == "created":
            solving.known.setdefault((step.old_objects, step.mode), set()).update(_controls_of(beside, step))
        solving.take(step)
        if progress:
            progress(number + 1, len(steps))
    given_up = (Open("requests", MANY_REQUESTS, "requests"),) if drawn.gave_up else ()
    return Difference(
        looser=tuple(w for w in solving.witnesses[True] if w.mode == "enforce"),
        stricter=tuple(w for w in solving.witnesses[False] if w.mode == "enforce"),
        quieter=tuple(w for w in solving.witnesses[True] if w.mode != "enforce"),
        louder=tuple(w for w in solving.witnesses[False] if w.mode != "enforce"),
        undecided=(*given_up, *solving.undecided()),
    )


@frozen
class _Step:
    """Pods to which one program objects in ``mode``, on one ``occasion``, and the other less: the old one if ``old_objects``."""

    occasion: Occasion
    mode: ir.Mode
    old_objects: bool

    def sides(self, case: RequestClass) -> tuple[Side, Side]:
        """The side that objects, and the other."""
        return (case.old, case.new) if self.old_objects else (case.new, case.old)


def _parts(control: str) -> frozenset[str]:
    """``control``, and where it is several, each of them."""
    return frozenset((control, *control.split(" and ")))


def _controls_of(difference: Difference, step: _Step) -> Iterator[str]:
    looser = (*difference.looser, *difference.quieter)
    stricter = (*difference.stricter, *difference.louder)
    for each in looser if step.old_objects else stricter:
        if each.mode == step.mode:
            yield from _parts(each.control)


@dataclass(slots=True)
class _Solving:
    """A comparison of two programs, with the results so far. ``open`` has the reason of what is not decided."""

    classes: tuple[RequestClass, ...]
    seconds: float
    controls: frozenset[str] | None
    known: dict[tuple[bool, ir.Mode], set[str]] = field(default_factory=dict)
    witnesses: dict[bool, list[Witness]] = field(default_factory=lambda: {True: [], False: []})
    open: dict[tuple[bool, ir.Mode, str], str] = field(default_factory=dict)
    _objections: dict[tuple[int, ir.Mode, Occasion], Objections] = field(default_factory=dict)

    def undecided(self) -> Iterator[Open]:
        """Each control that is not decided, and has no witness in its direction and mode."""
        reasons: dict[str, str] = {}
        for (old_objects, mode, control), reason in self.open.items():
            if control not in self.known[old_objects, mode]:
                reasons.setdefault(control, reason)
        yield from (Open(control, reason) for control, reason in reasons.items())

    def take(self, step: _Step) -> None:
        """Find a witness for each control that has one in this step and no other yet."""
        known = self.known.setdefault((step.old_objects, step.mode), set())
        objecting = [step.sides(case)[0] for case in self.classes]
        possible = dict.fromkeys(control for side in objecting for control in sorted(side.controls(step.mode)))
        wanted = tuple(c for c in possible if c not in known and (self.controls is None or c in self.controls))
        groups = [wanted] if wanted else []
        while groups:
            group = groups.pop()
            try:
                groups += self._asked(step, group, known)
            except NotUnderstoodError as error:
                for control in group:
                    self.open.setdefault(
                        (step.old_objects, step.mode, control), f"the solver does not understand {error}"
                    )

    def _asked(self, step: _Step, group: tuple[str, ...], known: set[str]) -> list[tuple[str, ...]]:
        """Ask about the controls of ``group``, and return the groups that are left to ask about."""
        given = self._answer(step, group)
        if isinstance(given, Equal):
            return []
        if step.occasion == "updated":
            witness, reason = self._of_updates(step, group, known), UPDATES
        elif isinstance(given, Differs):
            witness, reason = self._witness(step, group, known, given), UNCONFIRMED
        else:
            witness, reason = None, given.reason
        if witness is not None:
            self.witnesses[step.old_objects].append(witness)
            known |= _parts(witness.control)
            rest = tuple(control for control in group if control not in known)
            return [rest] if rest else []
        if len(group) > 1:
            half = len(group) // 2
            return [group[:half], group[half:]]
        self.open.setdefault((step.old_objects, step.mode, group[0]), reason)
        return []

    def _of_updates(self, step: _Step, group: tuple[str, ...], known: set[str]) -> Witness | None:
        """An update that is treated differently: it changes an image, or an annotation that some check reads."""
        sides = {id(side): side for case in self.classes for side in (case.old, case.new)}
        for change in (Change(), *map(Change, annotations_read(tuple(sides.values())))):
            changed = replace(step, occasion=change)
            given = self._answer(changed, group)
            witness = self._witness(changed, group, known, given) if isinstance(given, Differs) else None
            if witness is not None:
                return witness
        return None

    def _witness(self, step: _Step, group: tuple[str, ...], known: set[str], given: Differs) -> Witness | None:
        """The pod of ``given`` or, where there is one, a pod that no control of ``known`` refuses; None if it is not confirmed."""
        confirmed = self._confirmed(step, group, given)
        also = known & {reason.control for reason in confirmed.reasons} if confirmed is not None else set()
        if confirmed is None or not also:
            return confirmed
        alone = self._answer(step, group, known)
        better = self._confirmed(step, group, alone) if isinstance(alone, Differs) else None
        return better or confirmed.hidden_behind(tuple(sorted(also)))

    def _confirmed(self, step: _Step, group: tuple[str, ...], given: Differs) -> Witness | None:
        """What the solver found, for each class of requests for which the interpreter confirms it."""
        try:
            pod, _ = created(given)
        except UnconfirmedError:
            return None
        for case in self.classes:
            for control in group:
                witness = _judged(step, case, control, pod)
                if witness is not None:
                    named = replace(witness, control=_named(control, witness, step.sides(case)[0]))
                    return Reach(self.classes).of_witness(named, step.sides)
        return None

    def _answer(self, step: _Step, group: tuple[str, ...], without: Iterable[str] = ()) -> Answer:
        """Whether one program objects to some pod by a control of ``group`` and by none of ``without``, and the other less."""
        formula = or_(*(self._formula(step, case, group, without) for case in self.classes))
        if formula is FALSE:
            return Equal()
        if step.occasion == "updated":
            formula = and_(formula, *facts((formula,), root("pod")))
        try:
            return answer((question("lets in" if step.old_objects else "shuts out", formula),), self.seconds, _PATIENCE)
        except NoBoundError as error:
            return Undecided(f"no bound is known: {error}")

    def _formula(self, step: _Step, case: RequestClass, group: tuple[str, ...], without: Iterable[str]) -> Term:
        objecting, other = step.sides(case)
        mine = self._of(objecting, step.mode, step.occasion)
        graver = [mode for mode in MODES if RANK[mode] > RANK[step.mode]]
        others = [self._of(objecting, mode, step.occasion).any for mode in graver]
        others += [self._of(other, mode, step.occasion).any for mode in (step.mode, *graver)]
        others += [mine.by_control[control] for control in without if control in mine.by_control]
        objects = or_(*(mine.by_control[control] for control in group if control in mine.by_control))
        return and_(objects, *map(not_, others))

    def _of(self, side: Side, mode: ir.Mode, occasion: Occasion) -> Objections:
        key = (id(side), mode, occasion)
        if key not in self._objections:
            self._objections[key] = objections(side, mode, occasion)
        return self._objections[key]


def _judged(step: _Step, case: RequestClass, control: str, pod: Json) -> Witness | None:
    """``pod`` as a witness for ``control``, where the interpreter confirms it for this class of requests."""
    sides = step.sides(case)
    if isinstance(step.occasion, Change):
        return of_update(case, sides, step.mode, step.occasion.annotation, control, pod)
    return of_creation(case, *sides, step.mode, control, pod)


def _named(control: str, witness: Witness, objecting: Side) -> str:
    """``control``, with one of each other policy where a choice refuses the pod: it does so by all of them."""
    decision = opinion(objecting, witness.pod, witness.old_pod).decision
    outside = {r.control for p, verdict in decision.judged if p.mode == witness.mode for r in verdict.reasons}
    if control == NO_POLICY or control in outside:
        return control
    names = [control]
    for choice, admission in decision.chosen:
        if choice.mode == witness.mode and not admission.allowed:
            refusing = [[reason.control for reason in each.verdict.reasons] for each in admission.opinions]
            names += [controls[0] for controls in refusing if control not in controls]
    return " and ".join(dict.fromkeys(names))
