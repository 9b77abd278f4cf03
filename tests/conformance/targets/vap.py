"""Kubernetes' own admission policies: the API server's mutating and validating plugins in process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from conformance.jsonl import Json, Process
from conformance.targets._base import Answer, Request, pinned
from conformance.targets._reviews import reviewed
from pscc.output.contents import Output


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
        """What the plugins say of the pods as the API server defaults them."""
        results = reviewed(self.process, output, requests)
        defaulted = self.process.results({"op": "normalize", "pods": [request.pod for request in requests]})
        return [
            _answer(request.pod, plain["pod"], result)
            for request, plain, result in zip(requests, defaulted, results, strict=True)
        ]


def _answer(given: Json, defaulted: Json, result: Json) -> Answer:
    if result.get("error"):
        return Answer(False, (f"error: {result['error']}",))
    messages = tuple(sorted({f["message"] for f in result["findings"]}))
    pod = as_given(given, defaulted, result.get("pod", defaulted))
    return Answer(result["allowed"], messages, pod if isinstance(pod, dict) else None, joined=True)


def as_given(given: object, defaulted: object, now: object) -> object:
    """``now`` without what the API's own defaults, and nothing else, put into ``given``."""
    match given, defaulted, now:
        case dict(), dict(), dict():
            return {
                key: as_given(given.get(key, {}), defaulted.get(key), value)
                for key, value in now.items()
                if key in given or value != defaulted.get(key)
            }
        case list(), list(), list() if len(given) == len(now) == len(defaulted):
            return [as_given(*three) for three in zip(given, defaulted, now, strict=True)]
        case _:
            return now
