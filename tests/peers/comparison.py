"""Every case on every judge: what agrees with the peer's suite, what is held to something else, and what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from conformance.canonical import canonical
from conformance.jsonl import EngineError
from peers.case import Case, Json, Verdict
from peers.interpreter import JUDGE
from peers.judge import Answer, Judge
from peers.overrides import Override, right_of, stale
from pscc.base.source import SourceFile
from pscc.driver import analyse
from pscc.pod.normalising import normalise

Outcome = Literal["agreed", "overridden", "wrong", "not expressible"]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A judge that does not say what is right: a verdict, with words, or an object as it is left."""

    judge: str
    right: str
    said: str


@dataclass(slots=True)
class Result:
    """What came of a case. ``judges`` are those that answered, by name."""

    case: Case
    override: Override | None = None
    wrong: list[Wrong] = field(default_factory=list)
    judges: list[str] = field(default_factory=list)

    @property
    def right(self) -> Verdict:
        """What the case is held to."""
        return self.override.right if self.override else self.case.expected

    @property
    def outcome(self) -> Outcome:
        """In which column the case is counted."""
        if self.case.why_not:
            return "not expressible"
        if self.wrong:
            return "wrong"
        return "overridden" if self.override else "agreed"


@dataclass(frozen=True, slots=True)
class Comparison:
    """All results in the order of the cases, and the overrides that are not needed."""

    results: tuple[Result, ...]
    stale: tuple[str, ...]

    @property
    def failed(self) -> bool:
        """Whether anything is to be looked at."""
        return bool(self.stale) or any(result.outcome == "wrong" for result in self.results)


def compare(
    cases: Sequence[Case],
    judges: Sequence[Judge],
    overrides: Sequence[Override],
    tell: Callable[[], None] = lambda: None,
) -> Comparison:
    """Asks each of ``judges`` about each case that can be expressed, those of one source together.

    ``tell`` is called after each source.
    """
    results = [Result(case, right_of(case, overrides)) for case in cases]
    sources: dict[str, list[Result]] = {}
    for result in results:
        if not result.case.why_not:
            sources.setdefault(result.case.source, []).append(result)
    for text, group in sources.items():
        _ask(text, group, judges)
        tell()
    return Comparison(tuple(results), tuple(stale(list(cases), overrides)))


def _ask(text: str, results: list[Result], judges: Iterable[Judge]) -> None:
    """Asks about the objects of ``results``, each but once."""
    program = analyse(SourceFile("peer.psp", text))[1]
    objects = {_same(result): result.case.asked for result in results}
    asked = list(objects.values())
    interpreted = JUDGE.ask(program, asked) or []
    for judge in judges:
        try:
            answers = interpreted if judge is JUDGE else judge.ask(program, asked)
        except EngineError as error:
            answers = [Answer(False, (str(error),)) for _ in asked]
        if answers is None:
            continue
        found = dict(zip(objects, zip(answers, interpreted, strict=True), strict=True))
        for result in results:
            answer, reference = found[_same(result)]
            result.judges.append(judge.name)
            result.wrong += _differences(judge.name, result, answer, set(reference.words))


def _same(result: Result) -> str:
    return json.dumps([result.case.asked.object, result.case.asked.old], sort_keys=True, default=str)


def _differences(judge: str, result: Result, answer: Answer, words: set[str]) -> Iterator[Wrong]:
    """What is wrong with a verdict, with a refusal in words that are not the interpreter's (an error, say), or a change."""
    said: Verdict = "admitted" if answer.admitted else "refused"
    if said != result.right:
        yield Wrong(judge, result.right, f"{said}: {'; '.join(answer.words)}" if answer.words else said)
    elif not answer.admitted and not set(answer.words) <= words:
        yield Wrong(judge, f"refused: {'; '.join(sorted(words))}", f"refused: {'; '.join(answer.words)}")
    elif result.case.patched is not None and answer.changed is not None:
        ours, theirs = _comparable(answer.changed), _comparable(result.case.patched)
        if ours != theirs:
            yield Wrong(judge, f"left as {theirs}", f"left as {ours}")


def _comparable(found: Json) -> Json:
    spec = {**found["spec"], "automountServiceAccountToken": False}
    metadata = {"namespace": "default", **found["metadata"]}
    return canonical(dict(normalise({**found, "metadata": metadata, "spec": spec})))
