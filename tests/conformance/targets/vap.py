"""Kubernetes' own admission policies: the API server's mutating and validating plugins in process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import yaml

from conformance.jsonl import Json, Process
from conformance.targets._base import Answer, Request, pinned, resources
from pscc.backends._base import Output


@dataclass(frozen=True, slots=True)
class Vap:
    """The target ``vap``."""

    name: str = "vap"
    share: float = 1.0
    updates: bool = True

    def version(self) -> str:
        """Kubernetes' version."""
        return f"Kubernetes {pinned('KUBERNETES_VERSION').removeprefix('v')}"

    @contextmanager
    def run(self) -> Iterator[Plugins]:
        """The program ``vap-review``."""
        with Process("vap-review") as process:
            yield Plugins(process)


@dataclass(frozen=True, slots=True)
class Plugins:
    """The API server's plugins, answering."""

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
                given = asked["pods"]
                defaulted = self.process.results({"op": "normalize", "pods": given})
                results = zip(given, defaulted, self.process.results(asked), strict=True)
                answers |= zip(chosen, (_answer(pod, plain["pod"], r) for pod, plain, r in results), strict=True)
        return [answers[i] for i in range(len(requests))]


def _answer(given: Json, defaulted: Json, result: Json) -> Answer:
    if result.get("error"):
        return Answer(False, (f"error: {result['error']}",))
    messages = tuple(sorted({f["message"] for f in result["findings"]}))
    pod = _as_given(given, defaulted, result.get("pod", defaulted))
    return Answer(result["allowed"], messages, pod if isinstance(pod, dict) else None)


def _as_given(given: object, defaulted: object, found: object) -> object:
    """``found`` without what the API's own defaults, and nothing else, put into ``given``."""
    match given, defaulted, found:
        case dict(), dict(), dict():
            return {
                key: _as_given(given.get(key, {}), defaulted.get(key), value)
                for key, value in found.items()
                if key in given or value != defaulted.get(key)
            }
        case list(), list(), list() if len(given) == len(found) == len(defaulted):
            return [_as_given(*three) for three in zip(given, defaulted, found, strict=True)]
        case _:
            return found
