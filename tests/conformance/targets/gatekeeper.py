"""Gatekeeper's own webhooks in process: the mutators, then the review."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import yaml

from conformance.jsonl import Json, Process
from conformance.targets._base import Answer, Request, pinned, resources
from pscc.backends._base import Output

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
        """Creations, updates and debug containers, each kind in one batch."""
        texts = (text for _, text in resources(output))
        documents = [d for text in texts for d in yaml.load_all(text, Loader=yaml.CSafeLoader)]
        self.process.ask({"op": "load", "documents": documents})
        answers: dict[int, Answer] = {}
        for update, debug in ((False, False), (True, False), (True, True)):
            chosen = [i for i, r in enumerate(requests) if (r.old_pod is not None, r.debug) == (update, debug)]
            if chosen:
                asked: Json = {"op": "review", "mutate": True, "pods": [requests[i].pod for i in chosen]}
                if update:
                    asked |= {"operation": "UPDATE", "oldPods": [requests[i].old_pod for i in chosen]}
                if debug:
                    asked["subresource"] = "ephemeralcontainers"
                answers |= zip(chosen, map(_answer, self.process.results(asked)), strict=True)
        return [answers[i] for i in range(len(requests))]


def _answer(result: Json) -> Answer:
    if result.get("error"):
        return Answer(False, (f"error: {result['error']}",))
    return Answer(result["allowed"], tuple(sorted({v["message"] for v in result["violations"]})), result["pod"])
