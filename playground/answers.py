"""Answers the page of the playground: JSON in, JSON out. The page's worker calls `answer` in the browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TypedDict

import pscc
from pscc import Diagnostic, Loaded, SourceError, SourceFile
from pscc.cli._diff_text import text as diff_text
from pscc.diagnostics.render import render
from pscc.reference.evaluate import Row, row
from pscc.targets.registry import TARGETS

Texts = Mapping[str, str]
_YAML = re.compile(r"(\s*(#.*)?\n)*\s*([-%\[{]|[\w./\"'-]+\s*:(\s|$))")
"""How YAML and JSON begin, behind comments. No statement of the policy language begins so."""


class Request(TypedDict):
    """The fields of the page. ``everyone`` may use each PodSecurityPolicy, whatever RBAC says."""

    policy: str
    older: str
    pods: str
    targets: list[str]
    everyone: bool


class Answer(TypedDict, total=False):
    """The diagnostics as records and as text with carets, and what was asked for: files, verdicts or a difference.

    ``refused`` is true where the policy has errors, so that nothing can be made of it.
    """

    diagnostics: list[Row]
    text: str
    refused: bool
    files: dict[str, str]
    verdicts: list[Row]
    difference: str


def targets() -> str:
    """The version of pscc and the names of its targets, as JSON."""
    return json.dumps({"version": pscc.__version__, "targets": list(TARGETS)})


def answer(kind: str, request: str) -> str:
    """The `Answer` to ``request``, a `Request`, both as JSON. ``kind`` is ``output``, ``verdicts`` or ``difference``."""
    asked: Request = json.loads(request)
    try:
        result = _ANSWERS[kind](asked)
    except SourceError as error:
        result = _with_diagnostics(error.diagnostics, _texts(asked))
    return json.dumps(result)


def output(request: Request) -> Answer:
    """What ``pscc check`` reports about the policy, and the files of each target, below the target's name."""
    _, policy = _sources(request)
    diagnostics = list(pscc.check(policy, assume_everyone_may_use=request["everyone"]))
    if any(diagnostic.severity == "error" for diagnostic in diagnostics):
        return {**_with_diagnostics(diagnostics, _texts(request)), "refused": True}
    loaded = _loaded(policy, request)
    files: dict[str, str] = {}
    for target in request["targets"]:
        try:
            compiled = pscc.compile(loaded, target)
        except SourceError as error:
            diagnostics += error.diagnostics
        else:
            diagnostics += compiled.diagnostics
            files |= {f"{target}/{path}": text for path, text in compiled.files.items()}
    return {**_with_diagnostics(dict.fromkeys(diagnostics), loaded.texts), "files": files}


def verdicts(request: Request) -> Answer:
    """The rows of ``pscc eval``: one for each pod and each policy that judges it."""
    _, policy = _sources(request)
    evaluation = pscc.evaluate(_loaded(policy, request), SourceFile("pods.yaml", request["pods"]))
    rows = [row(judgement) for judgement in evaluation.judgements]
    return {**_with_diagnostics(evaluation.diagnostics, _texts(request)), "verdicts": rows}


def difference(request: Request) -> Answer:
    """The report of ``pscc diff`` on the older policy and the policy."""
    older, policy = (_loaded(source, request) for source in _sources(request))
    compared = pscc.diff(older, policy)
    return {**_with_diagnostics((), _texts(request)), "difference": "\n".join(diff_text(compared, None))}


def _loaded(source: SourceFile, request: Request) -> Loaded:
    return pscc.load(source, assume_everyone_may_use=request["everyone"])


def _source(name: str, text: str) -> SourceFile:
    """``text`` as a source. Its name says whether it is YAML or the policy language, as that of a file does."""
    return SourceFile(f"{name}.{'yaml' if _YAML.match(text) else 'psp'}", text)


def _sources(request: Request) -> tuple[SourceFile, SourceFile]:
    return _source("older", request["older"]), _source("policy", request["policy"])


def _texts(request: Request) -> Texts:
    return {source.name: source.text for source in (*_sources(request), SourceFile("pods.yaml", request["pods"]))}


def _with_diagnostics(diagnostics: Iterable[Diagnostic], texts: Texts) -> Answer:
    shown = tuple(diagnostics)
    records = [json.loads(line) for line in render(shown, texts, "json", color=False).splitlines()]
    return {"diagnostics": records, "text": render(shown, texts, "text", color=False)}


_ANSWERS: Mapping[str, Callable[[Request], Answer]] = MappingProxyType(
    {"output": output, "verdicts": verdicts, "difference": difference}
)
