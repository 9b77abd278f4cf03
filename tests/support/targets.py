"""Every target run on its own engine: the messages that pods get, to be held against the reference interpreter's.

A question is a pod, and the pod before it where it is an update. All runners give the messages in order, without those
of a policy that only warns left out.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pscc.base.source import SourceFile
from pscc.cases.suite import cases_for
from pscc.driver import analyse, compile_program, decode
from pscc.ir import Policy, Program
from pscc.output.contents import Output
from pscc.targets.opa.package import WORKLOADS
from pscc.targets.shared.kyverno_suite import old_object
from pscc.targets.shared.names import fitted
from support.engines import run

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """A pod that is created, or with ``old_pod`` one that is updated. Their names differ within one asking."""

    pod: Json
    old_pod: Json | None = None

    @property
    def name(self) -> str:
        """The pod's name."""
        return str(self.pod["metadata"]["name"])


def single(corpus: Path) -> list[Path]:
    """The files of ``corpus`` that hold one PodSecurityPolicy and no grant: those with grants are choices."""

    def holds_one(text: str) -> bool:
        kinds = re.findall(r"^kind: *[\"']?(\w+)", text, re.MULTILINE)
        return kinds.count("PodSecurityPolicy") == 1 and not any("Role" in kind for kind in kinds)

    return [p for p in sorted(corpus.glob("*.y*ml")) if holds_one(p.read_text(encoding="utf-8", errors="replace"))]


def questions(policy: Policy) -> list[Question]:
    """The pods of the generated suite of ``policy``."""
    return [
        Question(whole(case.pod), whole(case.old_pod) if case.old_pod is not None else None)
        for case in cases_for(policy)
    ]


def whole(pod: Any) -> Json:
    """``pod`` with its kind."""
    return {"apiVersion": "v1", "kind": "Pod", **pod}


def only(program: Program) -> Policy:
    """The one policy of ``program``."""
    (policy,) = program.policies
    return policy


def program_of_text(text: str) -> Program:
    """What ``text`` means, a PodSecurityPolicy or the policy language."""
    name = "psp.yaml" if text.startswith("apiVersion") else "policy.psp"
    return analyse(SourceFile(name, text))[1]


def program_of(path: Path) -> Program:
    """What the source at ``path`` means."""
    return analyse(decode(str(path), path.read_bytes()))[1]


def output_of(program: Program, target: str) -> Output:
    """What ``target`` makes of ``program``."""
    return compile_program(program, (target,)).outputs[target]


def written(output: Output, folder: Path) -> Path:
    """``folder``, with the files of ``output`` in it."""
    for file in output.files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8")
    return folder


def resources(output: Output) -> list[Json]:
    """The documents that ``kubectl apply`` would take."""
    texts = {file.path: file.text for file in output.files}
    return [d for path in output.resources for d in yaml.safe_load_all(texts[path])]


def ask_gatekeeper(*requests: Json) -> list[Json]:
    """The answers of Gatekeeper's webhooks, in process."""
    done = run("gatekeeper-review", stdin="".join(json.dumps(request) + "\n" for request in requests))
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def gatekeeper(output: Output, asked: list[Question]) -> list[list[str]]:
    """What Gatekeeper's validating webhook says."""
    created = [q.pod for q in asked if q.old_pod is None]
    updated = [q for q in asked if q.old_pod is not None]
    update: Json = {"op": "review", "operation": "UPDATE", "pods": [q.pod for q in updated]}
    loaded, creations, updates = ask_gatekeeper(
        {"op": "load", "documents": resources(output)},
        {"op": "review", "pods": created},
        {**update, "oldPods": [q.old_pod for q in updated]},
    )
    assert loaded.get("ok"), loaded
    answers = {True: iter(creations["results"]), False: iter(updates["results"])}
    return [sorted(v["message"] for v in next(answers[q.old_pod is None])["violations"]) for q in asked]


def gatekeeper_mutated(output: Output, pods: list[Json]) -> list[Json]:
    """``pods`` as Gatekeeper's mutating webhook leaves them."""
    loaded, answer = ask_gatekeeper(
        {"op": "load", "documents": resources(output)}, {"op": "review", "mutate": True, "pods": pods}
    )
    assert loaded.get("ok"), loaded
    return [result["pod"] for result in answer["results"]]


def review_of(question: Question) -> Json:
    """The AdmissionReview that asks ``question``; of a creation the bare pod."""
    if question.old_pod is None:
        return question.pod
    request = {"operation": "UPDATE", "object": question.pod, "oldObject": question.old_pod}
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}


def opa(folder: Path, asked: list[Question], decision: str = "deny") -> list[list[str]]:
    """What ``data.main.deny`` says on OPA."""
    query = f"[data.main.{decision} | some one in input.all; true with input as one]"
    query = f"[answer | some one in input.all; answer := data.main.{decision} with input as one]"
    stdin = json.dumps({"all": [review_of(q) for q in asked]})
    done = run("opa", "eval", "--format", "json", "--data", folder, "--stdin-input", query, stdin=stdin)
    assert done.returncode == 0, done.stdout + done.stderr
    answers = json.loads(done.stdout)["result"][0]["expressions"][0]["value"]
    assert len(answers) == len(asked)
    return [sorted(messages) for messages in answers]


def regopy(output: Output, asked: list[Question], decision: str = "deny") -> list[list[str]]:
    """What ``data.main.deny`` says on regopy."""
    from regopy import Interpreter

    interpreter = Interpreter()
    for file in output.files:
        if file.path.endswith(".rego") and not file.path.endswith("_test.rego") and file.path != WORKLOADS:
            # regopy reads v0 unless told
            head, package, rest = file.text.partition("package ")
            name, newline, body = rest.partition("\n")
            interpreter.add_module(file.path, f"{head}{package}{name}{newline}import rego.v1\n{body}")
    answers = []
    for question in asked:
        interpreter.set_input(review_of(question))
        result = json.loads(str(interpreter.query(f"data.main.{decision}")))
        answers.append(sorted(result["expressions"][0]))
    return answers


def kyverno(folder: Path, policy: Policy, asked: list[Question]) -> list[list[str]]:
    """What the validating policy in ``folder`` says on Kyverno's command line; an error counts as a refusal."""
    pods = folder / "asked.yaml"
    pods.write_text("---\n".join(json.dumps(q.pod) + "\n" for q in asked), encoding="utf-8")
    name = fitted(policy.name)
    rows = [
        {
            "name": q.name,
            "values": {"request.operation": "UPDATE", "request.oldObject": old_object(q.pod, q.old_pod)},
        }
        for q in asked
        if q.old_pod is not None
    ]
    more: list[str | Path] = []
    if rows:
        values = folder / "asked-values.yaml"
        head = {"apiVersion": "cli.kyverno.io/v1alpha1", "kind": "Values"}
        values.write_text(json.dumps({**head, "policies": [{"name": name, "resources": rows}]}), encoding="utf-8")
        more = ["--values-file", values]
    policies = folder / "policies" / f"{name}.yaml"
    done = run("kyverno", "apply", policies, "-r", pods, "-p", "--output-format", "json", *more)
    assert "{" in done.stdout, done.stdout + done.stderr
    by_pod: dict[str, list[str]] = {}
    for result in json.loads(done.stdout[done.stdout.index("{") :])["results"]:
        messages = by_pod.setdefault(result["resources"][0]["name"], [])
        if result["result"] not in ("pass", "skip"):
            messages.append(result.get("message", ""))
    assert by_pod.keys() >= {q.name for q in asked}
    return [sorted(by_pod[q.name]) for q in asked]
