"""Kyverno's policies in CEL: its command line, which has no old object for them, so on creations alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from conformance.targets._base import Answer, Request
from conformance.targets.kyverno import CommandLine, Kyverno
from conftest import engine
from pscc.backends._base import Output


@dataclass(frozen=True, slots=True)
class KyvernoCel(Kyverno):
    """The target ``kyverno-cel``."""

    name: str = "kyverno-cel"
    updates: bool = False

    @contextmanager
    def run(self) -> Iterator[FirstMessages]:
        """The program ``kyverno``, once for each policy."""
        yield FirstMessages(CommandLine(engine("kyverno")))


@dataclass(frozen=True, slots=True)
class FirstMessages:
    """``kyverno apply``, which tells the first failing validation of each ValidatingPolicy."""

    command: CommandLine

    def answers(self, output: Output, requests: list[Request]) -> list[Answer]:
        """What it says of pods that are created."""
        of_pods = tuple(path for path in output.resources if not path.endswith("-ephemeral-containers.yaml"))
        told = self.command.answers(replace(output, resources=of_pods), requests)
        return [replace(answer, first=True) for answer in told]
