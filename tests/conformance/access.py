"""Scopes and exemptions against the interpreter: who is judged by a policy at all, and whose pods get its defaults."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from conformance.clusters import ACCOUNTS, NAMESPACES, draw_requester
from conformance.jsonl import Json, Process
from pscc import ir
from pscc.base.source import SourceFile
from pscc.driver import analyse, packaged
from pscc.ir.access import Request
from pscc.output.contents import Output
from pscc.reference import interpreter
from pscc.reference.admission import judges
from pscc.targets.registry import target_named
from support.engines import run
from support.targets import resources, written

LABELS: dict[str, tuple[tuple[str, str], ...]] = {
    "default": (),
    "team-a": (("tier", "edge"),),
    "team-b": (("tier", "edge"), ("env", "dev")),
    "kube-system": (("env", "prod"),),
}
"""The labels of each namespace."""
_PLACES = (*(f'"{name}"' for name in NAMESPACES), "team-*", "kube-*", "*", "tier=edge", "env=dev")
_WHO = (
    "users jane",
    "users system:node:*",
    "users system:serviceaccount:team-a:builder",
    "groups ops",
    "groups system:serviceaccounts",
    "groups system:serviceaccounts:team-*",
    "groups system:authenticated",
    "serviceaccounts team-a/deployer",
    "serviceaccounts kube-system/*",
    "serviceaccounts team-*",
    "serviceaccounts *",
)


def draw_policy(rng: random.Random) -> str:
    """The source of a policy that says where it holds and who is exempt."""
    lines = []
    if rng.random() < 0.7:
        drawn = rng.sample(_PLACES, rng.randint(1, 3))
        kinds = ([place for place in drawn if "=" not in place], [place for place in drawn if "=" in place])
        lines += [f"in namespaces {', '.join(kind)}" for kind in kinds if kind]
    if rng.random() < 0.5:
        lines.append(f"except namespaces {', '.join(rng.sample(_PLACES, rng.randint(1, 2)))}")
    for who in rng.sample(_WHO, rng.choice((0, 0, 1, 1, 2))):
        lines.append(f'exempt {who} because "it \\"has\\" to"')
    lines.append(rng.choice(("enforce", "warn", "audit")))
    return "policy p {\n    " + "\n    ".join((*lines, "deny privileged", "default fsGroup 1")) + "\n}\n"


@dataclass(frozen=True, slots=True)
class Judged:
    """What an engine says of a request: whether it refuses or warns of the pod, whether it admits it, and the pod then."""

    findings: int
    allowed: bool
    pod: Json


Ask = Callable[[Output, Request, list[Json]], list[Judged]]


@dataclass(slots=True)
class Count:
    """Requests asked, and of how many of them the policy said nothing."""

    requests: int = 0
    left_alone: int = 0


def pods_of(account: str) -> list[Json]:
    """A pod that the policies refuse, and one that they accept; of ``account``, which may be none."""
    pods = []
    for privileged in (True, False):
        container: Json = {"name": "c", "image": "i", "securityContext": {"privileged": privileged}}
        spec: Json = {"containers": [container], **({"serviceAccountName": account} if account else {})}
        name = "refused" if privileged else "accepted"
        pods.append({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec})
    return pods


def compare(
    ask: Ask, target: str, seed: int, policies: int, requests: int, labels: bool = True
) -> tuple[Count, list[str]]:
    """Counts over drawn policies and requests, and each difference in words; without ``labels``, none of those."""
    rng, count, wrong = random.Random(seed), Count(), list[str]()
    for _ in range(policies):
        text = draw_policy(rng)
        if "=" in text and not labels:
            continue
        _, program, _ = analyse(SourceFile("p.psp", text))
        (policy,) = program.policies
        output = packaged(target_named(target), program)
        for _ in range(requests):
            who = draw_requester(rng)
            account = rng.choice((*ACCOUNTS, who.service_account, ""))
            request = Request(who.namespace, who.user, who.groups, account, LABELS[who.namespace])
            pods = pods_of(account)
            for pod, judged_pod in zip(pods, ask(output, request, pods), strict=True):
                count.requests += 1
                wrong += [
                    f"{difference}\n{text}\n{request}"
                    for difference in _differences(policy, request, pod, judged_pod, count)
                ]
    return count, wrong


def _differences(policy: ir.Policy, request: Request, pod: Json, judged_pod: Judged, count: Count) -> Iterator[str]:
    judged = judges(policy, request)
    count.left_alone += not judged
    verdict = interpreter.judge(policy, pod) if judged else interpreter.Verdict(True, (), (), pod)
    if judged_pod.findings != bool(verdict.messages):
        yield f"{judged_pod.findings} findings on {pod['metadata']['name']}, the interpreter has {verdict.messages}"
    if judged_pod.allowed is not (verdict.allowed or policy.mode != "enforce"):
        yield f"allowed is {judged_pod.allowed}, the interpreter says {verdict.allowed}, the mode is {policy.mode}"
    ours, theirs = (pod_["spec"].get("securityContext") for pod_ in (dict(verdict.pod), judged_pod.pod))  # type: ignore[attr-defined]
    if (ours or {}) != (theirs or {}):
        yield f"the pod becomes {theirs}, the interpreter's {ours}"


def plugins(process: Process) -> Ask:
    """The API server's own plugins."""
    spaces = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": dict(labels)}}
        for name, labels in LABELS.items()
    ]
    loaded: list[Output] = []

    def ask(output: Output, request: Request, pods: list[Json]) -> list[Judged]:
        if output not in loaded:
            loaded[:] = [output]
            process.ask({"op": "load", "documents": [*resources(output), *spaces]})
        review: Json = {"op": "review", "mutate": True, "pods": pods, "namespace": request.namespace}
        review["user"] = {"name": request.user, "groups": list(request.groups)}
        results = process.results(review)
        return [
            Judged(len(r["findings"]), r["allowed"], r.get("pod", pod)) for r, pod in zip(results, pods, strict=True)
        ]

    return ask


def kyverno(output: Output, request: Request, pods: list[Json]) -> list[Judged]:
    """Kyverno's command line, which takes one user for all pods. Whether it admits is the mode's to say."""
    info = {"username": request.user, "groups": list(request.groups)}
    user = {"apiVersion": "cli.kyverno.io/v1alpha1", "kind": "UserInfo", "metadata": {"name": "u"}, "userInfo": info}
    named = [{**pod, "metadata": {**pod["metadata"], "namespace": request.namespace}} for pod in pods]
    with TemporaryDirectory() as name:
        folder = written(output, Path(name))
        for path, documents in (("pods.yaml", named), ("user.yaml", [user])):
            (folder / path).write_text(
                "---\n".join(json.dumps(document) + "\n" for document in documents), encoding="utf-8"
            )
        asked = ("-r", folder / "pods.yaml", "-u", folder / "user.yaml")
        changed = run(
            "kyverno", "apply", *sorted((folder / "policies").glob("*-defaults.yaml")), *asked, "-o", folder / "out"
        )
        assert "error: 0" in changed.stdout, changed.stdout + changed.stderr
        mutated = {
            p["metadata"]["name"]: p for f in (folder / "out").glob("*") for p in yaml.safe_load_all(f.read_text()) if p
        }
        done = run("kyverno", "apply", folder / "policies" / "p.yaml", *asked, "-p", "--output-format", "json")
    rows = json.loads(done.stdout[done.stdout.index("{") :])["results"] or []
    failed = [row["resources"][0]["name"] for row in rows if row["result"] not in ("pass", "skip")]
    modes = re.findall(r"validationActions: \[(\w+)]", "".join(file.text for file in output.files))
    return [
        Judged(
            failed.count(pod["metadata"]["name"]),
            pod["metadata"]["name"] not in failed or "Deny" not in modes,
            mutated.get(pod["metadata"]["name"], pod),
        )
        for pod in pods
    ]
