"""The reference interpreter as a judge: manifests as ``pscc eval`` reads them, updates as the engines see them."""

from __future__ import annotations

import json

from peers.case import Asked, Json
from peers.judge import Answer, Judge, completed
from pscc.base.source import SourceFile
from pscc.diagnostics import Report
from pscc.ir import Program
from pscc.pod.manifests import Manifest, read_manifests
from pscc.pod.normalising import normalise
from pscc.reference import interpreter
from pscc.reference.admission import judges
from pscc.reference.evaluate import SOMEBODY, judgements, request_of

JUDGE = Judge("interpreter", "", lambda program, asked: _answers(program, asked))


def _answers(program: Program, asked: list[Asked]) -> list[Answer]:
    """What the interpreter says of each object; the pod of an answer is as the defaults leave it."""
    return [_created(program, one.object) if one.old is None else _updated(program, one) for one in asked]


def _manifest(found: Json) -> Manifest:
    (manifest,) = read_manifests(SourceFile("peer.json", json.dumps(completed(found))), Report())
    return manifest


def _created(program: Program, found: Json) -> Answer:
    manifest = _manifest(found)
    judged = judgements(program, manifest)
    admitted = all(judgement.allowed for judgement in judged)
    words = () if admitted else _words(program, manifest, normalise(manifest.pod), None)
    return Answer(admitted, words, judged[-1].pod)


def _updated(program: Program, asked: Asked) -> Answer:
    assert asked.old is not None
    manifest = _manifest(asked.object)
    pod = normalise(manifest.pod)
    words = _words(program, manifest, pod, normalise(_manifest(asked.old).pod))
    return Answer(not words, words, dict(pod))


def _words(
    program: Program, manifest: Manifest, pod: interpreter.Json, old: interpreter.Json | None
) -> tuple[str, ...]:
    """What the policies of ``program`` that judge the request say of ``pod``, as engines show it."""
    request = request_of(SOMEBODY, manifest, pod)
    judging = [policy for policy in program.policies if judges(policy, request) and policy.mode == "enforce"]
    return tuple(text for policy in judging for text in interpreter.judge(policy, pod, old).messages)
