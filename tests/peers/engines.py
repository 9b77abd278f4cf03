"""The targets' engines as judges: each is asked about what pscc prints for a program, workloads included."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from conformance.jsonl import EngineError, Process
from conformance.targets._base import documents, pinned
from conformance.targets.vap import as_given
from peers.case import Asked, Json
from peers.judge import Answer, Judge, completed
from pscc.driver import packaged
from pscc.ir import Program
from pscc.output.contents import Output
from pscc.output.options import Options
from pscc.pod.normalising import normalise
from pscc.targets.registry import target_named
from support.engines import run

_API_SERVER = "vap-review"
_INEXACT = {"TGT001", "TGT002"}
"""What a compile says where a target does not set a default, or not just where the policy does."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A target with the language of its templates, the program that answers for it, and what pins its version."""

    name: str
    target: str
    program: str
    version: str
    language: Literal["rego", "cel"] = "rego"


ENGINES = (
    Engine("gatekeeper", "gatekeeper", "gatekeeper-review", "GATEKEEPER_VERSION"),
    Engine("gatekeeper --engine cel", "gatekeeper", "gatekeeper-review", "GATEKEEPER_VERSION", "cel"),
    Engine("opa", "opa", "opa", "OPA_VERSION"),
    Engine("kyverno-cel", "kyverno-cel", "kyverno-review", "KYVERNO_VERSION"),
    Engine("vap", "vap", _API_SERVER, "KUBERNETES_VERSION"),
)


@contextmanager
def running(engines: Sequence[Engine]) -> Iterator[list[Judge]]:
    """These engines as judges, their programs started."""
    with ExitStack() as stack:
        yield [_judge(one, stack) for one in engines]


def _judge(one: Engine, stack: ExitStack) -> Judge:
    options = Options(engine=one.language, workloads="enforce")
    process = None if one.program == "opa" else stack.enter_context(Process(one.program))

    def ask(program: Program, asked: list[Asked]) -> list[Answer] | None:
        output = packaged(target_named(one.target), program, options)
        if any(diagnostic.code in _INEXACT for diagnostic in output.diagnostics):
            return None
        return _opa(output, asked) if process is None else _reviewed(process, output, asked)

    return Judge(one.name, pinned(one.version).removeprefix("v"), ask)


def _seen(found: Json) -> Json:
    """``found`` as a webhook sees it: a pod has had the API server's defaults."""
    return dict(normalise(completed(found))) if found["kind"] == "Pod" else completed(found)


def _reviewed(process: Process, output: Output, asked: list[Asked]) -> list[Answer]:
    """What a program that is loaded with resources says; creations in one batch, updates in another."""
    process.ask({"op": "load", "documents": documents(output)})
    found: dict[int, Json] = {}
    for update in (False, True):
        chosen = [number for number, one in enumerate(asked) if (one.old is not None) is update]
        if chosen:
            review: Json = {"op": "review", "mutate": True, "pods": [_seen(asked[n].object) for n in chosen]}
            if update:
                review |= {"operation": "UPDATE", "oldPods": [_seen(asked[n].old or {}) for n in chosen]}
            found |= zip(chosen, process.results(review), strict=True)
    answers = [_answer(process.name, found[number]) for number in range(len(asked))]
    return _without_api_defaults(process, asked, answers) if process.name == _API_SERVER else answers


_WORDS: dict[str, Callable[[Json], list[str]]] = {
    "gatekeeper-review": lambda result: [violation["message"] for violation in result["violations"]],
    "kyverno-review": lambda result: [finding["message"] for finding in result["findings"]],
    _API_SERVER: lambda result: [finding["message"] for finding in result["findings"]],
}


def _answer(program: str, result: Json) -> Answer:
    if result.get("error"):
        return Answer(False, (f"error: {result['error']}",))
    return Answer(bool(result["allowed"]), tuple(_WORDS[program](result)), result.get("pod"))


def _without_api_defaults(process: Process, asked: list[Asked], answers: list[Answer]) -> list[Answer]:
    """``answers`` whose pods are without what the API server's own defaults have put in."""
    pods = [number for number, one in enumerate(asked) if one.object["kind"] == "Pod"]
    given = [_seen(asked[number].object) for number in pods]
    plain = process.results({"op": "normalize", "pods": given}) if given else []
    for number, before, defaulted in zip(pods, given, plain, strict=True):
        changed = as_given(before, defaulted.get("pod"), answers[number].changed)
        answers[number] = replace(answers[number], changed=changed if isinstance(changed, dict) else None)
    return answers


_QUERY = "answers := [messages | some request in input.requests; messages := data.main.deny with input as request]"


def _opa(output: Output, asked: list[Asked]) -> list[Answer]:
    """OPA's command line, all objects in one evaluation."""
    with TemporaryDirectory() as folder:
        for file in output.files:
            if file.path.endswith(".rego"):
                path = Path(folder) / file.path
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(file.text, encoding="utf-8")
        given = json.dumps({"requests": [_input(one) for one in asked]})
        done = run("opa", "eval", "--format", "json", "--stdin-input", f"--data={folder}", _QUERY, stdin=given)
    if done.returncode != 0:
        raise EngineError(f"opa: {done.stdout}{done.stderr}")
    found: list[list[str]] = json.loads(done.stdout)["result"][0]["bindings"]["answers"]
    return [Answer(not messages, tuple(messages)) for messages in found]


def _input(asked: Asked) -> Json:
    if asked.old is None:
        return _seen(asked.object)
    request = {"operation": "UPDATE", "object": _seen(asked.object), "oldObject": _seen(asked.old)}
    return {"kind": "AdmissionReview", "request": request}
