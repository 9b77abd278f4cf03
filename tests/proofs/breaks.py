"""Breaks of outputs, judged by the solver; those that it calls equal are put to the engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from conformance.breaks.asks import Ask
from conformance.breaks.engines import Answer, Asked, Emitted, running
from conformance.breaks.hunt import Hunter, batches_for
from conformance.breaks.outputs import Break, breaks_of, emitted
from conformance.breaks.programs import SUBJECTS, Subject
from pscc.lowering.prepared import prepared
from pscc.proving.errors import NotUnderstoodError
from pscc.targets.registry import target_named
from support.proofs import Proven, answered

_UNREAD = ("messageExpression", "Mutating")
"""What proofs do not read of an output: words, and what sets defaults."""


def judged_breaks(output: str, share: float, seed: int, seconds: float, most: int) -> Iterator[tuple[str, str]]:
    """The name of each break of a ``share``, and what became of it; at ``most`` so many, where that is not 0."""
    tried = 0
    for subject in SUBJECTS:
        if output not in subject.outputs:
            continue
        equal: list[Break] = []
        for each in breaks_of(subject, output):
            if not each.is_sampled(share, seed) or not _is_read(each):
                continue
            outcome = answered(lambda: _proven(subject, output, each), seconds)  # noqa: B023
            tried += 1
            if outcome == "equal":
                equal.append(each)
            else:
                yield each.label, "refuted" if outcome.startswith("differs") else outcome.partition(":")[0]
            if tried == most:
                break
        yield from _of_engine(subject, output, equal)
        if tried == most:
            return


def _is_read(each: Break) -> bool:
    name = each.place.split()[1]
    return not any(word in each.place for word in _UNREAD) and not name.endswith(("-workloads", "-cronjobs"))


def _proven(subject: Subject, output: str, each: Break) -> Proven:
    documents = each.make()
    if not isinstance(documents, tuple):
        raise NotUnderstoodError("an output that is not in documents")
    texts = {f"{number}.yaml": yaml.safe_dump(document) for number, document in enumerate(documents)}
    kind = target_named(output).capabilities(subject.options).proven_from
    return Proven(prepared(subject.program, subject.rollout).written, texts, kind)


@dataclass(frozen=True, slots=True)
class _Verdicts:
    """An engine of whose answers the words are left out: proofs are about verdicts, and what is done with each objection."""

    engine: Asked

    def load(self, emitted: Emitted) -> None:
        self.engine.load(emitted)

    def answers(self, asked: list[Ask]) -> list[Answer]:
        return [
            Answer(answer.allowed, tuple(sorted({(done, "") for done, _ in answer.findings})))
            for answer in self.engine.answers(asked)
        ]


def _of_engine(subject: Subject, output: str, equal: list[Break]) -> Iterator[tuple[str, str]]:
    """What the engine says of the breaks that the solver calls ``equal``: it must not notice them, where it takes them."""
    if not equal:
        return
    with running(output, subject.grants(output)) as engine:
        hunter = Hunter(_Verdicts(engine), batches_for(subject, output))
        hunter.learn(emitted(subject, output))
        for each in equal:
            noticed = hunter.outcome(each.make())
            outcome = {"noticed": "equal, and the engine differs", "refused": "equal, and the engine refuses it"}
            yield each.label, outcome.get(noticed, "equal, as on the engine")
