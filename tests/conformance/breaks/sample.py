"""A fast sample of the project's own checks: what a broken compiler emits, held against the interpreter on the engines.

The programs are compiled one after another, and of those whose output is another than the compiler's own the engine is
asked, until an answer is not what the interpreter says. An exception, and an output that its engine refuses, are noticed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

from conformance.breaks.asks import Ask
from conformance.breaks.engines import Asked, running
from conformance.breaks.hunt import batches_for
from conformance.breaks.meaning import Meaning, meaning_of
from conformance.breaks.outputs import applied, emitted
from conformance.breaks.patching import unbroken
from conformance.breaks.programs import SUBJECTS, Subject
from conformance.jsonl import EngineError


@dataclass(slots=True)
class _Held:
    """What an output of a subject has to do, and the requests, those that noticed the last break first."""

    meaning: Meaning
    batches: list[list[Ask]]
    order: list[int]
    sound: dict[int, bool] = field(default_factory=dict)


class Sample:
    """The engines of some outputs, and what they are held to. Use it as a context manager."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._engines: dict[tuple[str, bool], Asked] = {}
        self._held: dict[tuple[str, str], _Held] = {}
        self._last: dict[str, str] = {}

    def __enter__(self) -> Sample:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def notices(self, outputs: tuple[str, ...]) -> str:
        """What notices that the compiler, as it is now, is broken in one of ``outputs``; empty where nothing does."""
        changed = False
        for output in outputs:
            for subject in self._in_turn(output):
                try:
                    output_now = applied(subject, output)
                except Exception as error:
                    return f"{type(error).__name__}"
                if output_now == emitted(subject, output):
                    continue
                changed = True
                if difference := self._asked(subject, output):
                    self._last[output] = subject.name
                    return difference
        return "" if changed else UNCHANGED

    def _in_turn(self, output: str) -> Iterator[Subject]:
        """The subjects, the one that noticed the last break of this output first."""
        yield from (
            subject for subject in SUBJECTS if subject.name == self._last.get(output) and output in subject.outputs
        )
        yield from (
            subject for subject in SUBJECTS if subject.name != self._last.get(output) and output in subject.outputs
        )

    def _asked(self, subject: Subject, output: str) -> str:
        engine = self._engine(output, subject)
        with unbroken():
            held = self._held.get((subject.name, output)) or _held(subject, output)
        self._held[subject.name, output] = held
        try:
            engine.load(applied(subject, output))
            for place, number in enumerate(held.order):
                answers = engine.answers(held.batches[number])
                with unbroken():
                    difference = held.meaning.differences(held.batches[number], answers)
                if difference and self._is_sound(subject, output, number):
                    held.order.insert(0, held.order.pop(place))
                    return difference
        except EngineError as error:
            return f"refused: {error}"
        return ""

    def _is_sound(self, subject: Subject, output: str, number: int) -> bool:
        """Whether nothing is said of the unbroken output where the batch ``number`` is asked; it is loaded for that once."""
        held = self._held[subject.name, output]
        if number not in held.sound:
            engine = self._engine(output, subject)
            engine.load(emitted(subject, output))
            answers = engine.answers(held.batches[number])
            with unbroken():
                held.sound[number] = not held.meaning.differences(held.batches[number], answers)
            engine.load(applied(subject, output))
        return held.sound[number]

    def _engine(self, output: str, subject: Subject) -> Asked:
        key = output, subject.rollout.live
        if key not in self._engines:
            self._engines[key] = self._stack.enter_context(running(output, subject.grants(output)))
        return self._engines[key]


UNCHANGED = "no output is another"
"""Said of a break that changes no output of the programs: they do not have what it breaks."""


def _held(subject: Subject, output: str) -> _Held:
    batches = batches_for(subject, output)
    return _Held(meaning_of(subject, output), batches, list(range(len(batches))))
