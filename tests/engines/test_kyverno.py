"""The Kyverno output on Kyverno's own command line, the reference interpreter beside it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from pscc.cases.suite import cases_for
from pscc.driver import packaged
from pscc.ir import Policy
from pscc.output.contents import Output
from pscc.reference import interpreter
from pscc.targets.kyverno.package import TARGET
from pscc.targets.shared.kyverno_suite import old_object
from pscc.targets.shared.names import fitted
from support.engines import run
from support.kyverno import mutated
from support.pods import as_created, pruned
from support.policies import EVERY_DEFAULT, POLICIES
from support.targets import Json, only, program_of_text, whole, written

HOSTILE = """\
policy hostile "A {{ title }}: \\"quoted\\" # not a comment" {
    warn
    allow hostPorts 80 because "see {{ request.object.spec }} $(this) object.spec, \\\\ é 'and' more"
    allow runtimeClassName "a\\"b", "{{ c }}", "object.metadata"
}
"""


@cache
def compiled(text: str) -> tuple[Policy, Output]:
    program = program_of_text(text)
    return only(program), packaged(TARGET, program, drawn={})


def results(
    folder: Path, policy: Policy, pods: list[Json], *more: str | Path
) -> dict[tuple[str, str], tuple[str, str]]:
    """Result and message by pod and rule of the validating policy in ``folder``."""
    resources = folder / "resources.yaml"
    resources.write_text(yaml.safe_dump_all(pods), encoding="utf-8")
    path = folder / "policies" / f"{fitted(policy.name)}.yaml"
    done = run("kyverno", "apply", path, "-r", resources, "-p", "--output-format", "json", *more)
    assert "{" in done.stdout, done.stderr
    report: Any = json.loads(done.stdout[done.stdout.index("{") :])
    return {(r["resources"][0]["name"], r["rule"]): (r["result"], r.get("message", "")) for r in report["results"]}


def failing(found: dict[tuple[str, str], tuple[str, str]], name: str) -> list[str]:
    assert any(pod == name for pod, _ in found), name
    return sorted(
        message for (pod, _), (result, message) in found.items() if pod == name and result not in ("pass", "skip")
    )


@pytest.mark.grid
@pytest.mark.parametrize("name", POLICIES)
def test_kyverno_passes_the_suite(name: str, tmp_path: Path) -> None:
    _, output = compiled(POLICIES[name])
    done = run("kyverno", "test", written(output, tmp_path))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "and 0 tests failed" in done.stdout


def test_kyverno_notices_a_wrong_expectation(tmp_path: Path) -> None:
    policy, output = compiled(POLICIES["annotated"])
    suite = written(output, tmp_path) / "suite" / policy.name / "kyverno-test.yaml"
    text = suite.read_text(encoding="utf-8")
    assert "result: fail" in text
    suite.write_text(text.replace("result: fail", "result: pass", 1), encoding="utf-8")
    assert run("kyverno", "test", tmp_path).returncode != 0


@pytest.mark.grid
@pytest.mark.parametrize("name", POLICIES)
def test_messages_are_the_interpreters(name: str, tmp_path: Path) -> None:
    policy, output = compiled(POLICIES[name])
    cases = [case for case in cases_for(policy) if case.old_pod is None]
    found = results(written(output, tmp_path), policy, [whole(case.pod) for case in cases])
    for case in cases:
        assert failing(found, case.name) == sorted(interpreter.check(policy, case.pod).messages), case.name


@pytest.mark.grid
@pytest.mark.parametrize("name", POLICIES)
def test_updates_are_the_interpreters(name: str, tmp_path: Path) -> None:
    policy, output = compiled(POLICIES[name])
    cases = [case for case in cases_for(policy) if case.old_pod is not None]
    assert cases
    values = tmp_path / "values.yaml"
    rows = [
        {
            "name": case.name,
            "values": {"request.operation": "UPDATE", "request.oldObject": old_object(case.pod, case.old_pod)},
        }
        for case in cases
    ]
    head = {"apiVersion": "cli.kyverno.io/v1alpha1", "kind": "Values"}
    values.write_text(yaml.safe_dump({**head, "policies": [{"name": policy.name, "resources": rows}]}))
    found = results(written(output, tmp_path), policy, [whole(case.pod) for case in cases], "--values-file", values)
    for case in cases:
        assert failing(found, case.name) == sorted(interpreter.check(policy, case.pod, case.old_pod).messages), (
            case.name
        )


@pytest.mark.grid
@pytest.mark.parametrize("text", [*POLICIES.values(), EVERY_DEFAULT], ids=[*POLICIES, "every-default"])
def test_mutated_pods_are_the_interpreters(text: str, tmp_path: Path) -> None:
    policy, output = compiled(text)
    assert {d.code for d in output.diagnostics} <= {"TGT009", "TGT016", "TGT019"}
    pods = as_created(policy)
    found = mutated(written(output, tmp_path), pods)
    for pod in pods:
        assert pruned(found[pod["metadata"]["name"]]) == pruned(interpreter.with_defaults(policy, pod)), pod


def test_workloads_get_the_same(tmp_path: Path) -> None:
    policy, output = compiled(POLICIES["restricted"])
    cases = [case for case in cases_for(policy) if case.old_pod is None]
    workloads: list[Json] = []
    for case in cases:
        template = {"metadata": {}, "spec": case.pod["spec"]}
        metadata = {"name": case.name, "namespace": "default"}
        workloads.append(
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {"template": template}}
        )
    found = results(written(output, tmp_path), policy, workloads)
    for case in cases:
        assert failing(found, case.name) == sorted(interpreter.check(policy, case.pod).messages), case.name


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    policy, output = compiled(HOSTILE)
    pods: list[Json] = []
    for number, runtime in enumerate(('a"b', "{{ c }}", "object.metadata", "other", "line\nbreak")):
        spec: Json = {"runtimeClassName": runtime, "containers": [{"name": "c", "image": "x"}]}
        if number == 3:
            spec["containers"][0]["ports"] = [{"containerPort": 1, "hostPort": 81}]
        metadata = {"name": f"pod-{number}", "namespace": "default"}
        pods.append({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    found = results(written(output, tmp_path), policy, pods)
    for pod in pods:
        expected = sorted(interpreter.check(policy, pod).messages)
        assert failing(found, pod["metadata"]["name"]) == expected
    (document,) = yaml.safe_load_all({f.path: f.text for f in output.files}["policies/hostile.yaml"])
    assert document["metadata"]["annotations"]["policies.kyverno.io/title"] == policy.title.replace("{{", "{ {")
    assert document["spec"]["emitWarning"] is True
    assert {rule["validate"]["failureAction"] for rule in document["spec"]["rules"]} == {"Audit"}


def test_a_default_that_kyverno_would_read_as_a_variable_is_told() -> None:
    policy, output = compiled('policy p { default runtimeClassName "{{ x }}" }')
    assert [(d.code, d.severity) for d in output.diagnostics] == [
        ("TGT001", "warning"),
        ("TGT009", "note"),
        ("TGT016", "note"),
    ]
    assert output.resources == ("policies/p.yaml",)
    assert "{{ x }}" not in output.files[0].text.partition("cel:")[2]
    assert policy.defaults


def test_resources_are_what_kustomize_applies() -> None:
    for text in POLICIES.values():
        _, output = compiled(text)
        texts = {file.path: file.text for file in output.files}
        assert yaml.safe_load(texts["kustomization.yaml"])["resources"] == list(output.resources)
        for path in output.resources:
            (document,) = yaml.safe_load_all(texts[path])
            names = [rule["name"] for rule in document["spec"]["rules"]]
            assert len(set(names)) == len(names)
            assert all(len(name) <= 63 - len("autogen-cronjob-") for name in names), names


def test_output_is_deterministic() -> None:
    for text in POLICIES.values():
        program = program_of_text(text)
        assert packaged(TARGET, program) == packaged(TARGET, program)
