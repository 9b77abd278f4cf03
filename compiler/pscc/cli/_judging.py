"""The judging of ``pscc eval``, batch by batch of manifests, in this process or in several."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from pscc.base.frozen import frozen
from pscc.cli._manifests import Batch, manifest_of

if TYPE_CHECKING:
    from pscc.ir import Program
    from pscc.ir.access import Request
    from pscc.pod.manifests import Labels
    from pscc.reference.evaluate import Judgement, Row


@frozen
class Question:
    """By what pods are judged: ``program``, whoever asks, and the labels of namespaces, as `pscc.reference.evaluate` has them.

    ``changed``: the answers have the pods as the defaults leave them.
    """

    program: Program
    request: Request
    labels: Mapping[str, Labels]
    widely: frozenset[str]
    changed: bool


class Lines(NamedTuple):
    """The judgements on a batch as JSON, one a line, and whether all of its pods are admitted."""

    text: str
    allowed: bool


class _Judge:
    def __init__(self, question: Question) -> None:
        from pscc.reference.compiled import CompiledProgram

        self._question = question
        self._compiled = CompiledProgram(question.program)
        self._requests: dict[str, Request] = {}

    def judgements(self, batch: Batch) -> list[tuple[Judgement, ...]]:
        from pscc.reference.evaluate import judgements, with_labels

        question, results = self._question, []
        for record in batch:
            manifest = manifest_of(record)
            request = self._requests.get(manifest.namespace)
            if request is None:
                request = with_labels(question.request, manifest, question.labels)
                self._requests[manifest.namespace] = request
            results.append(judgements(question.program, manifest, request, question.widely, compiled=self._compiled))
        return results

    def rows(self, batch: Batch) -> list[list[Row]]:
        from pscc.reference.evaluate import row

        rows = [[row(judgement) for judgement in of_one] for of_one in self.judgements(batch)]
        if not self._question.changed:
            for each in (each for of_one in rows for each in of_one):
                del each["pod"]
        return rows


_judge: list[_Judge] = []
"""The one judge of this process. A process that is started for work gets its own."""


def start(question: Question) -> None:
    """Make this process ready to answer ``question`` of batches."""
    _judge[:] = [_Judge(question)]


def judgements_of(batch: Batch) -> list[tuple[Judgement, ...]]:
    """The judgements on each manifest of ``batch``."""
    return _judge[0].judgements(batch)


def rows_of(batch: Batch) -> list[list[Row]]:
    """The rows of each manifest of ``batch``."""
    return _judge[0].rows(batch)


def lines_of(batch: Batch) -> Lines:
    """The rows of ``batch`` as JSON."""
    rows = [row for of_one in _judge[0].rows(batch) for row in of_one]
    return Lines("".join(f"{json.dumps(row)}\n" for row in rows), all(row["allowed"] for row in rows))
