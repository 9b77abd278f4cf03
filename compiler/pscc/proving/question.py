"""The question that a proof asks: on which pod do a source and an output differ; and its answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Literal

from pscc.base.frozen import frozen
from pscc.proving.logic.bound import bounds, capped, in_all
from pscc.proving.logic.slots import THERE, Slots
from pscc.proving.logic.smt import Script
from pscc.proving.logic.terms import TRUE, Place, Term, and_, not_
from pscc.proving.pieces import possible
from pscc.proving.scripts import Scripts, scripts
from pscc.proving.solver import Model, Unsolved, solve
from pscc.proving.validity import AT_LEAST

_SHORT = 1
"""As many elements each list has at first."""
_LARGE = 100
"""A pod with more elements is looked for piece by piece alone."""
_AT_ONCE = 10.0
"""After so many seconds, a question is asked piece by piece."""
Direction = Literal["lets in", "shuts out"]
"""What the output does with the pod: it admits one that the source refuses, or the other way."""


@frozen
class Question:
    """Is there a pod for which ``formula`` holds? Then the output ``does`` so.

    ``lengths`` are the elements that each list needs at most.
    """

    does: Direction
    formula: Term
    lengths: Mapping[str, int]

    @property
    def script(self) -> Script:
        """The question, made easier: it leaves claims about parts of strings open. If it is unsatisfiable, ``exact`` is, too."""
        return self._scripts.easier

    @property
    def exact(self) -> Script:
        """The question for a solver."""
        return self._scripts.exact

    @property
    def slots(self) -> Slots:
        """What the symbols of the scripts are."""
        return self._scripts.slots

    @property
    def places(self) -> int:
        """How many elements a pod has whose lists are full."""
        return sum(in_all(name, self.lengths) for name in self.lengths)

    @property
    def _scripts(self) -> Scripts:
        about = f"Is there a pod that the output {self.does.replace('s ', ' ', 1)}? `unsat` means that there is none."
        return _written(self.formula, tuple(sorted(self.lengths.items())), about)


@lru_cache(maxsize=8)
def _written(formula: Term, lengths: tuple[tuple[str, int], ...], about: str) -> Scripts:
    return scripts(formula, dict(lengths), about)


@frozen
class Equal:
    """No valid pod, with lists of any length, is treated differently."""


@frozen
class Differs:
    """``model`` is a pod, by its fields, with which ``question`` is answered by yes."""

    question: Question
    model: Model


@frozen
class Undecided:
    """Nobody knows, for ``reason``."""

    reason: str


Answer = Equal | Differs | Undecided


def questions(source: Term, output: Term, known: Term = TRUE) -> Iterator[Question]:
    """The two questions whether ``output`` admits the pods that ``source`` admits, where ``known`` holds. Raises `NoBoundError`."""
    yield question("lets in", and_(not_(source), output, known))
    yield question("shuts out", and_(source, not_(output), known))


def question(does: Direction, formula: Term, most: int | None = None) -> Question:
    """Whether there is a pod for which ``formula`` holds, which the output ``does``: one with lists of any length.

    With ``most``, one with lists of at most so many elements. Raises `NoBoundError` where no number is enough for any length.
    """
    return Question(does, formula, bounds(formula, AT_LEAST) if most is None else capped(formula, AT_LEAST, most))


def answer(asked: Iterable[Question], seconds: float, patience: float | None = None) -> Answer:
    """The answer to all of ``asked``: the first difference, else that one is not decided, else that there is none.

    The solver gives up each after ``seconds``, and looks for a smaller pod for ``patience`` seconds (`solve`).
    Differences are looked for in pods with short lists first: most show there, and a solver finds them sooner. A question that
    is large, or that the solver does not answer soon, is asked piece by piece (`pieces`).
    """
    listed = list(asked)
    undecided: Undecided | None = None
    for each in listed:
        if max(each.lengths.values(), default=0) > _SHORT and each.places <= _LARGE:
            short = question(each.does, each.formula, _SHORT)
            model = _solved(short, min(seconds, _AT_ONCE), patience)
            if model is not None and not isinstance(model, Unsolved):
                return Differs(short, model)
    for each in listed:
        given = _answered(each, seconds, patience)
        if isinstance(given, Undecided):
            undecided = undecided or given
        elif isinstance(given, Differs):
            return given
    return undecided or Equal()


def _answered(asked: Question, seconds: float, patience: float | None) -> Answer:
    if asked.places <= _LARGE:
        model = _solved(asked, min(seconds, _AT_ONCE), patience)
        if not isinstance(model, Unsolved):
            return Equal() if model is None else Differs(asked, model)
    choice = possible(asked.formula, seconds)
    if choice is None:
        return Equal()
    if isinstance(choice, Unsolved):
        return Undecided(f"the solver gave up: {choice.reason}")
    chosen = question(asked.does, and_(*choice))
    model = _solved(chosen, seconds, patience)
    if isinstance(model, Unsolved):
        return Undecided(f"the solver gave up: {model.reason}")
    assert model is not None, "the solver has found a pod before"
    return Differs(chosen, model)


def _solved(asked: Question, seconds: float, patience: float | None) -> Model | Unsolved | None:
    eased = asked.script != asked.exact
    model = solve(asked.script, seconds, () if eased else _optional(asked), patience)
    return solve(asked.exact, seconds, _optional(asked), patience) if model is not None and eased else model


def _optional(question: Question) -> list[Term]:
    """What a smallest pod has none of, where it can: elements first, those at the end of a list before the others."""
    slots = sorted(question.slots.by_base.values(), key=lambda slot: (slot.base.count("["), -slot.index, slot.base))
    fields = [leaf for _, leaf in question.script.symbols if leaf.op == "present"]
    elements = [slot.there for slot in slots]
    others = [leaf for leaf in fields if _place(leaf).fields[:1] != (THERE,)]
    return [*elements, *sorted(others, key=lambda leaf: (len(_place(leaf).fields), _place(leaf)))]


def _place(leaf: Term) -> Place:
    place = leaf.args[0]
    assert isinstance(place, Place)
    return place
