"""The question that a proof asks: on which pod do a source and an output differ; and its answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from pscc.base.frozen import frozen
from pscc.proving.logic.bound import bounds, capped
from pscc.proving.logic.lemmas import lemmas
from pscc.proving.logic.rewriting import unread
from pscc.proving.logic.slots import THERE, Slots
from pscc.proving.logic.smt import Script, script
from pscc.proving.logic.terms import FALSE, TRUE, Place, Term, and_, not_
from pscc.proving.solver import Model, Unsolved, solve
from pscc.proving.validity import AT_LEAST, rules

_OPEN = (
    "`open …` stands for a claim about the parts of a string. Only the facts below are known of it: if this is",
    "unsatisfiable, it is so for the claims themselves.",
)
_SHORT = 1
"""As many elements each list has at first."""
Direction = Literal["lets in", "shuts out"]
"""What the output does with the pod: it admits one that the source refuses, or the other way."""


@frozen
class Question:
    """Is there a pod for which ``formula`` holds? Then the output ``does`` so.

    - ``lengths`` are the elements that each list needs at most. ``slots`` says what the symbols of the scripts are.
    - ``exact`` is the question for a solver. ``script`` is easier: it leaves claims about parts of strings open. If ``script``
      is unsatisfiable, ``exact`` is, too.
    """

    does: Direction
    formula: Term
    lengths: Mapping[str, int]
    script: Script
    exact: Script
    slots: Slots


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
    lengths = bounds(formula, AT_LEAST) if most is None else capped(formula, AT_LEAST, most)
    slots = Slots({**AT_LEAST, **lengths})
    asked = slots.filled_in(formula)
    if asked is FALSE:
        nothing = script([FALSE])
        return Question(does, formula, lengths, nothing, nothing, slots)
    facts = [*rules([asked], slots), *lemmas([asked])]
    comments = [f"{name}: at most {length} elements" for name, length in sorted(lengths.items())]
    about = f"Is there a pod that the output {does.replace('s ', ' ', 1)}? `unsat` means that there is none."
    exact = script([*facts, asked], (about, *comments))
    easier = script([unread(term) for term in (*facts, asked)], (about, *comments, *_OPEN))
    return Question(does, formula, lengths, exact if exact == easier else easier, exact, slots)


def answer(asked: Iterable[Question], seconds: float, patience: float | None = None) -> Answer:
    """The answer to all of ``asked``: the first difference, else that one is not decided, else that there is none.

    The solver gives up each after ``seconds``, and looks for a smaller pod for ``patience`` seconds (`solve`).
    Differences are looked for in pods with short lists first: most show there, and a solver finds them sooner.
    """
    listed = list(asked)
    undecided: Undecided | None = None
    for each in listed:
        if max(each.lengths.values(), default=0) > _SHORT:
            short = question(each.does, each.formula, _SHORT)
            model = _solved(short, seconds, patience)
            if model is not None and not isinstance(model, Unsolved):
                return Differs(short, model)
    for each in listed:
        model = _solved(each, seconds, patience)
        if isinstance(model, Unsolved):
            undecided = undecided or Undecided(f"the solver gave up: {model.reason}")
        elif model is not None:
            return Differs(each, model)
    return undecided or Equal()


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
