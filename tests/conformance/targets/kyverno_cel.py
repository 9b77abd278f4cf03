"""Kyverno's policies in CEL: the webhooks of its admission controller in process, and its command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from conformance.jsonl import Json, Process
from conformance.targets._base import Answer, Request
from conformance.targets._reviews import reviewed
from conformance.targets.kyverno import CommandLine, Kyverno
from pscc.output.contents import Output


@dataclass(frozen=True, slots=True)
class KyvernoCel(Kyverno):
    """The target ``kyverno-cel``, its policies compiled once."""

    name: str = "kyverno-cel"
    share: float = 1.0

    @contextmanager
    def run(self) -> Iterator[Webhooks]:
        """The program ``kyverno-review``."""
        with Process("kyverno-review") as process:
            yield Webhooks(process)


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Kyverno's webhooks, answering."""

    process: Process

    def answers(self, output: Output, requests: list[Request]) -> list[Answer]:
        """What its mutating webhook, then the validating one say."""
        return [_answer(result) for result in reviewed(self.process, output, requests)]


def _answer(result: Json) -> Answer:
    if result.get("error"):
        return Answer(False, (f"error: {result['error']}",))
    messages = tuple(sorted({finding["message"] for finding in result["findings"]}))
    return Answer(result["allowed"], messages, result["pod"], joined=True)


@dataclass(frozen=True, slots=True)
class Apply:
    """``kyverno apply``, which knows no old object in CEL: pods that are created, a few a second."""

    command: CommandLine

    def answers(self, output: Output, requests: list[Request]) -> list[Answer]:
        """What it says of ``requests``, none of them an update."""
        of_pods = tuple(path for path in output.resources if not path.endswith("-ephemeral-containers.yaml"))
        answers = self.command.answers(replace(output, resources=of_pods), requests)
        return [replace(answer, joined=True) for answer in answers]
