"""What a target's engine is asked and what it answers, whatever it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import yaml

from conformance.jsonl import Json
from pscc.output.contents import Output

VERSIONS = Path(__file__).parents[2] / "engines" / "versions.env"


@dataclass(frozen=True, slots=True)
class Request:
    """A pod to be created; with ``old_pod`` an update, of the subresource ``ephemeralcontainers`` where ``debug``."""

    pod: Json
    old_pod: Json | None = None
    debug: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine says: its messages sorted and without repetition, and the pod after its mutation.

    ``pod`` is None where the target does not change pods at all. ``joined`` says that one message joins the findings of
    a policy.
    """

    allowed: bool
    messages: tuple[str, ...]
    pod: Json | None = None
    joined: bool = False


class Running(Protocol):
    """An engine that runs."""

    def answers(self, output: Output, requests: list[Request]) -> list[Answer]:
        """What the engine says of each request when just the resources of ``output`` are applied.

        Raises `EngineError` where it cannot say.
        """
        ...


class Target(Protocol):
    """A target of the compiler, and the engine that its output is for."""

    @property
    def name(self) -> str:
        """The target as the command line spells it."""
        ...

    @property
    def updates(self) -> bool:
        """Whether this engine can be asked about updates."""
        ...

    @property
    def share(self) -> float:
        """The share of the pairs that this engine is asked about: below 1 where it is slow."""
        ...

    def version(self) -> str:
        """The engine and its version, for people."""
        ...

    def run(self) -> AbstractContextManager[Running]:
        """The engine, started."""
        ...


def pinned(variable: str) -> str:
    """The version that ``versions.env`` pins under this name."""
    for line in VERSIONS.read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        if name.strip() == variable:
            return value.strip()
    raise KeyError(variable)


def resources(output: Output) -> Iterator[tuple[str, str]]:
    """Path and text of each file that is applied, in order."""
    texts = {file.path: file.text for file in output.files}
    yield from ((path, texts[path]) for path in output.resources)


def documents(output: Output) -> list[Json]:
    """The documents that are applied, in order."""
    return [document for _, text in resources(output) for document in yaml.load_all(text, Loader=yaml.CSafeLoader)]
