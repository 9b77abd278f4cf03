"""Kyverno's policies in CEL on Kyverno's own command line, held against the interpreter and the ClusterPolicies."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
import yaml

from pscc.base.source import SourceFile
from pscc.cases.suite import cases_for
from pscc.driver import analyse, packaged
from pscc.ir import Policy
from pscc.output.contents import Output
from pscc.reference import interpreter
from pscc.targets.kyverno_cel.package import TARGET
from support.engines import run
from support.kyverno import mutated
from support.pods import as_created, bare
from support.policies import EVERY_DEFAULT, POLICIES
from support.targets import Json, only, whole, written


@cache
def compiled(text: str) -> tuple[Policy, Output]:
    name = "policy.psp" if text.startswith("policy") else "psp.yaml"
    _, program, _ = analyse(SourceFile(name, text))
    return only(program), packaged(TARGET, program, drawn={})


def said(policy: Path, folder: Path, resources: list[Json]) -> dict[str, tuple[str, str]]:
    """Result and message of the one ValidatingPolicy in ``policy``, by the name of the resource."""
    asked = folder / "asked.yaml"
    asked.write_text("---\n".join(json.dumps(one) + "\n" for one in resources), encoding="utf-8")
    done = run("kyverno", "apply", policy, "-r", asked, "-p", "--output-format", "json")
    assert "{" in done.stdout, done.stdout + done.stderr
    results = json.loads(done.stdout[done.stdout.index("{") :])["results"]
    return {r["resources"][0]["name"]: (r["result"], r.get("message", "")) for r in results}


@pytest.mark.grid
@pytest.mark.parametrize("name", POLICIES)
def test_kyverno_passes_the_suite(name: str, tmp_path: Path) -> None:
    _, output = compiled(POLICIES[name])
    done = run("kyverno", "test", written(output, tmp_path))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert " and 0 tests failed" in done.stdout


@pytest.mark.parametrize("name", ["restricted", "granting", "defaults"])
def test_verdicts_and_messages_are_the_interpreters(name: str, tmp_path: Path) -> None:
    policy, output = compiled(POLICIES[name])
    pods = [whole(case.pod) for case in cases_for(policy) if case.old_pod is None]
    folder = written(output, tmp_path)
    found = said(folder / "policies" / f"{policy.name}.yaml", tmp_path, pods)
    for pod in pods:
        expected = "; ".join(interpreter.check(policy, pod).messages)
        answer = ("fail", expected) if expected else ("pass", "success")
        assert found[pod["metadata"]["name"]] == answer, pod


@pytest.mark.parametrize("text", [POLICIES["restricted"], EVERY_DEFAULT], ids=["restricted", "every-default"])
def test_mutated_pods_are_the_interpreters(text: str, tmp_path: Path) -> None:
    policy, output = compiled(text)
    pods = as_created(policy)
    found = mutated(written(output, tmp_path), pods)
    for pod in pods:
        assert found[pod["metadata"]["name"]] == interpreter.with_defaults(policy, pod), pod


def test_workloads_are_judged_as_the_pods_that_they_would_make(tmp_path: Path) -> None:
    policy, output = compiled(POLICIES["restricted"])
    pods: list[Json] = []
    for case in cases_for(policy):
        for number, pod in enumerate((whole(case.pod), bare(case.pod)) if case.old_pod is None else ()):
            pods.append({**pod, "metadata": {**pod["metadata"], "name": f"{case.name}-{number}"}})
            pods[-1]["spec"].pop("ephemeralContainers", None)
    workloads: list[Json] = []
    for pod in pods:
        metadata = {"name": pod["metadata"]["name"], "namespace": "default"}  # type: ignore[index]
        template = {"metadata": {}, "spec": pod["spec"]}
        spec: Json = {"template": template}
        if len(workloads) % 2:
            spec = {"schedule": "* * * * *", "jobTemplate": {"spec": spec}}
        kind = ("batch/v1", "CronJob") if "schedule" in spec else ("apps/v1", "Deployment")
        workloads.append({"apiVersion": kind[0], "kind": kind[1], "metadata": metadata, "spec": spec})
    found = said(written(output, tmp_path) / "policies" / f"{policy.name}.yaml", tmp_path, workloads)
    for pod in pods:
        expected = "; ".join(interpreter.judge(policy, pod).messages)
        name = pod["metadata"]["name"]  # type: ignore[index]
        assert found[name] == (("fail", expected) if expected else ("pass", "success")), pod


def test_autogen_lives_and_ephemeral_containers_are_matched() -> None:
    for text in POLICIES.values():
        policy, output = compiled(text)
        texts = {file.path: file.text for file in output.files}
        documents = [d for path in output.resources for d in yaml.safe_load_all(texts[path])]
        rules = {d["metadata"]["name"]: d["spec"]["matchConstraints"] for d in documents}
        for rule in rules.get(policy.name, {}).get("resourceRules", []):
            assert rule["resources"] == ["pods"]
        assert (policy.name in rules) is bool(policy.checks)
        assert all(
            list(matched) == ["resourceRules"] and len(matched["resourceRules"]) == 1 for matched in rules.values()
        )
        debug = [
            r for m in rules.values() for r in m["resourceRules"] if r["resources"] == ["pods/ephemeralcontainers"]
        ]
        assert [r["operations"] for r in debug] == [["UPDATE"]]


def test_cluster_policies_say_the_same(tmp_path: Path) -> None:
    """``-t kyverno`` and ``-t kyverno-cel`` of one source refuse the same pods."""
    from pscc.ir import Program
    from pscc.targets.kyverno.package import TARGET as CLASSIC
    from support.targets import Question, kyverno

    policy, output = compiled(POLICIES["restricted"])
    pods = [whole(case.pod) for case in cases_for(policy) if case.old_pod is None]
    classic = written(packaged(CLASSIC, Program((policy,))), tmp_path / "classic")
    refused = dict(
        zip([p["metadata"]["name"] for p in pods], kyverno(classic, policy, [Question(p) for p in pods]), strict=True)
    )
    folder = written(output, tmp_path / "cel")
    answers = said(folder / "policies" / f"{policy.name}.yaml", tmp_path, pods)
    for name, messages in refused.items():
        result, text = answers[name]
        assert (result == "fail") is bool(messages), name
        assert result == "pass" or text in messages, name
