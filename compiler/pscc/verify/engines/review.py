"""Whether the policies in files object to a pod, by the engine that runs policies of their kind.

The engines' own admission code is in programs that review a pod, whose sources `tests/engines` has. They are not published,
so they are asked only where they are on the path. ClusterPolicies are put to Kyverno's own command line.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping

import yaml

from pscc.base.frozen import frozen
from pscc.ir.access import Request
from pscc.output.contents import OutputFile
from pscc.verify.engines._base import EngineError, Review
from pscc.verify.engines.kyverno import Kyverno

_PLUGIN = "vap-review"
"""It has the namespaces as objects of the cluster; the webhooks are given that of the request."""
_PROGRAMS = {
    "ValidatingAdmissionPolicy": (_PLUGIN, "findings"),
    "ValidatingPolicy": ("kyverno-review", "findings"),
    "ConstraintTemplate": ("gatekeeper-review", "violations"),
}
"""By the kind of the policies: the program, and the field of its answer that has the objections."""
_COMMAND_LINES = {"ClusterPolicy": "kyverno"}
_SECONDS = 300
_NAME = "reviewed"
_RELEASE = "1.30"
"""The oldest release whose ValidatingAdmissionPolicies are ``v1``, as the API server's plugin is asked to be."""


@frozen
class Reviewed:
    """What ``engine`` answers: for each objection what the policy does with it, or the ``problem`` for which it gives none."""

    engine: str
    objections: tuple[frozenset[str], ...] = ()
    problem: str = ""


def review(kind: str, texts: Mapping[str, str], pod: Mapping[str, object], request: Request) -> Reviewed | None:
    """What the policies in ``texts``, of ``kind``, say of ``pod`` and its ``request``; None where no program is on the path."""
    name, objections = _PROGRAMS.get(kind, (_COMMAND_LINES.get(kind, ""), ""))
    program = shutil.which(name)
    if not program:
        return None
    if kind in _COMMAND_LINES:
        return _applied(Kyverno(program, _SECONDS), texts, pod, request)
    documents = [document for text in texts.values() for document in yaml.safe_load_all(text)]
    metadata = {"name": request.namespace, "labels": dict(request.namespace_labels)}
    documents.append({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    load = {"op": "load", "documents": documents, "kubernetes": _RELEASE}
    asked = {
        "op": "review",
        "pods": [{"apiVersion": "v1", "kind": "Pod", **pod}],
        "namespace": request.namespace if name == _PLUGIN else metadata,
        "user": {"name": request.user, "groups": list(request.groups)},
    }
    lines = "".join(f"{json.dumps(line)}\n" for line in (load, asked))
    done = subprocess.run([program], input=lines, capture_output=True, text=True, timeout=_SECONDS, check=False)
    answers = [json.loads(line) for line in done.stdout.splitlines()] if not done.returncode else []
    if len(answers) < 2 or "results" not in answers[1]:
        return Reviewed(name, problem=(done.stderr or done.stdout).strip()[:200])
    (result,) = answers[1]["results"]
    if result.get("error"):
        return Reviewed(name, problem=str(result["error"]))
    return Reviewed(name, tuple(frozenset(objection.get("actions", ())) for objection in result[objections]))


def _applied(engine: Kyverno, texts: Mapping[str, str], pod: Mapping[str, object], request: Request) -> Reviewed:
    files = [OutputFile(f"policies/{number}.yaml", text) for number, text in enumerate(texts.values())]
    metadata = pod.get("metadata")
    own = dict(metadata) if isinstance(metadata, Mapping) else {}
    named = {
        "apiVersion": "v1",
        "kind": "Pod",
        **pod,
        "metadata": {**own, "name": _NAME, "namespace": request.namespace},
    }
    try:
        (answer,) = engine.ask(files, [Review(_NAME, named, request=request)], lambda _: None)
    except EngineError as error:
        return Reviewed(engine.name, problem=str(error))
    denied, reported = (
        [frozenset({"Deny"})] * len(answer.denials),
        [frozenset({"Warn", "Audit"})] * len(answer.warnings),
    )
    return Reviewed(engine.name, (*denied, *reported))
