"""Kyverno's command line: the mutating policy, then the validating one, over all pods of a policy in one run."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from conformance.jsonl import EngineError, Json
from conformance.targets._base import Answer, Request, pinned, resources
from pscc.output.contents import Output
from pscc.targets.shared.kyverno_suite import old_object
from support.engines import engine


@dataclass(frozen=True, slots=True)
class Kyverno:
    """The target ``kyverno``. It compiles each CEL rule again for each pod: tens of pods a second."""

    name: str = "kyverno"
    share: float = 0.1
    updates: bool = True

    def version(self) -> str:
        """Kyverno's version."""
        return f"Kyverno {pinned('KYVERNO_VERSION').removeprefix('v')}"

    @contextmanager
    def run(self) -> Iterator[CommandLine]:
        """The program ``kyverno``, once for each policy."""
        yield CommandLine(engine("kyverno"))


@dataclass(frozen=True, slots=True)
class CommandLine:
    """``kyverno apply``, answering."""

    program: str

    def answers(self, output: Output, requests: list[Request]) -> list[Answer]:
        """Creations in one run, updates in another: what an operation is, the command line takes for the whole run."""
        answers: dict[int, Answer] = {}
        for update in (False, True):
            chosen = [i for i, r in enumerate(requests) if (r.old_pod is not None) is update]
            if chosen:
                answers |= zip(chosen, self._applied(output, [requests[i] for i in chosen]), strict=True)
        return [answers[i] for i in range(len(requests))]

    def _applied(self, output: Output, requests: list[Request]) -> list[Answer]:
        pods = [{**r.pod, "metadata": {**r.pod["metadata"], "name": f"pod-{i}"}} for i, r in enumerate(requests)]
        with TemporaryDirectory() as folder:
            root = Path(folder)
            policies = []
            for path, text in resources(output):
                policies.append(root / path.replace("/", "-"))
                policies[-1].write_text(text, encoding="utf-8")
            if not policies:
                return [Answer(True, (), pod) for pod in pods]
            (root / "pods.yaml").write_text("---\n".join(json.dumps(pod) + "\n" for pod in pods), encoding="utf-8")
            command = [self.program, "apply", *policies, "-r", root / "pods.yaml", "-p", "--output-format", "json"]
            command += ["-o", root / "changed.yaml"]
            if requests[0].old_pod is not None:
                (root / "values.yaml").write_text(json.dumps(_values(output, requests)), encoding="utf-8")
                command += ["--values-file", root / "values.yaml"]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            changed = (root / "changed.yaml").read_text(encoding="utf-8") if (root / "changed.yaml").exists() else ""
        if "{" not in done.stdout:
            raise EngineError(f"kyverno: {done.stdout}{done.stderr}")
        report: Json = json.loads(done.stdout[done.stdout.index("{") :])
        return _answers(report, list(yaml.load_all(changed, Loader=yaml.CSafeLoader)), pods)


def _values(output: Output, requests: list[Request]) -> Json:
    rows = []
    for number, request in enumerate(requests):
        old: Json = {**(request.old_pod or {})}
        old["metadata"] = {**old["metadata"], "name": f"pod-{number}"}
        given = {"request.operation": "UPDATE", "request.oldObject": old_object(request.pod, old)}
        rows.append({"name": f"pod-{number}", "values": given})
    names = [yaml.load(text, Loader=yaml.CSafeLoader)["metadata"]["name"] for _, text in resources(output)]
    policies = [{"name": name, "resources": rows} for name in names]
    return {"apiVersion": "cli.kyverno.io/v1alpha1", "kind": "Values", "policies": policies}


_FLOAT = re.compile(r"\b\d(\.\d+)?e\+\d\d\b")


def as_integers(text: str) -> str:
    """``text`` with ids of a million and more written out: the command line shows them as floats, a known gap."""
    return _FLOAT.sub(lambda number: str(int(float(number[0]))), text)


def _answers(report: Json, changed: list[Json | None], pods: list[Json]) -> list[Answer]:
    messages: dict[str, set[str]] = {pod["metadata"]["name"]: set() for pod in pods}
    denied: set[str] = set()
    for result in report["results"]:
        name = result["resources"][0]["name"]
        if result["result"] not in ("pass", "skip"):
            denied.add(name)
            messages[name].add(as_integers(result.get("message", "")))
    after = {pod["metadata"]["name"]: pod for pod in changed if pod}
    names = [pod["metadata"]["name"] for pod in pods]
    return [
        Answer(n not in denied, tuple(sorted(messages[n])), after.get(n, pod))
        for n, pod in zip(names, pods, strict=True)
    ]
