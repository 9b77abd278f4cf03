"""Gatekeeper's own webhooks in process: the mutators, then the review."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from conformance.jsonl import Json, Process
from conformance.targets._base import Answer, Request, pinned
from conformance.targets._reviews import reviewed
from pscc.output.contents import Output

CEL = "gatekeeper --engine cel"


@dataclass(frozen=True, slots=True)
class Gatekeeper:
    """The target ``gatekeeper``, in either of its engines."""

    name: str = "gatekeeper"
    share: float = 1.0
    updates: bool = True

    def version(self) -> str:
        """Gatekeeper's version."""
        return f"Gatekeeper {pinned('GATEKEEPER_VERSION').removeprefix('v')}"

    @contextmanager
    def run(self) -> Iterator[Webhooks]:
        """The program ``gatekeeper-review``."""
        with Process("gatekeeper-review") as process:
            yield Webhooks(process)


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Gatekeeper's webhooks, answering."""

    process: Process

    def answers(self, output: Output, requests: list[Request]) -> list[Answer]:
        """What the mutators, then the constraints say."""
        return [_answer(result) for result in reviewed(self.process, output, requests)]


def _answer(result: Json) -> Answer:
    if result.get("error"):
        return Answer(False, (f"error: {result['error']}",))
    return Answer(result["allowed"], tuple(sorted({v["message"] for v in result["violations"]})), result["pod"])
