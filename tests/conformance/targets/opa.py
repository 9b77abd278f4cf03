"""OPA itself: every request of a policy in one evaluation."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from conformance.jsonl import EngineError, Json
from conformance.targets._base import Answer, Request, pinned
from pscc.output.contents import Output
from support.engines import engine

QUERY = "answers := [messages | some request in input.requests; messages := data.main.deny with input as request]"


@dataclass(frozen=True, slots=True)
class Opa:
    """The target ``opa``."""

    name: str = "opa"
    share: float = 1.0
    updates: bool = True

    def version(self) -> str:
        """OPA's version."""
        return f"OPA {pinned('OPA_VERSION').removeprefix('v')}"

    @contextmanager
    def run(self) -> Iterator[Evaluator]:
        """The program ``opa``, once for each policy."""
        yield Evaluator(engine("opa"))


@dataclass(frozen=True, slots=True)
class Evaluator:
    """OPA's command line, answering."""

    program: str

    def answers(self, output: Output, requests: list[Request]) -> list[Answer]:
        """``data.main.deny`` of each request: pods as they are, updates as AdmissionReviews."""
        with TemporaryDirectory() as folder:
            paths = [_written(Path(folder), f.path, f.text) for f in output.files if f.path.endswith(".rego")]
            command = [
                self.program,
                "eval",
                "--format",
                "json",
                "--stdin-input",
                *(f"--data={p}" for p in paths),
                QUERY,
            ]
            asked = json.dumps({"requests": [_input(r) for r in requests]})
            done = subprocess.run(command, input=asked, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise EngineError(f"opa: {done.stdout}{done.stderr}")
        answers = json.loads(done.stdout)["result"][0]["bindings"]["answers"]
        return [Answer(not messages, tuple(sorted(messages))) for messages in answers]


def _written(folder: Path, name: str, text: str) -> Path:
    path = folder / name.replace("/", "-")
    path.write_text(text, encoding="utf-8")
    return path


def _input(request: Request) -> Json:
    if request.old_pod is None:
        return request.pod
    return {
        "kind": "AdmissionReview",
        "request": {"operation": "UPDATE", "object": request.pod, "oldObject": request.old_pod},
    }
