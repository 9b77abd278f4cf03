"""Deployments, CronJobs and the like: judged, when they are applied, as the pods that they would make."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from conformance.policies import statements_meaning
from conformance.workloads import (
    EVERY_KIND,
    workload,
)
from pscc.cases.draw import draw_pods
from pscc.cases.suite import cases_for
from pscc.controls import CONTROLS
from pscc.driver import packaged
from pscc.ir import Program
from pscc.output.contents import Output
from pscc.output.options import Options, Workloads
from pscc.pod.templates import TEMPLATES
from pscc.reference import interpreter
from pscc.targets.gatekeeper.package import TARGET as GATEKEEPER
from pscc.targets.opa.package import TARGET as OPA
from pscc.targets.vap.package import TARGET as VAP
from support.engines import run
from support.golden_verdicts import statements
from support.messages import joined
from support.pods import awkward, bare
from support.policies import POLICIES
from support.targets import Json, ask_gatekeeper, only, program_of_text, resources, whole, written
from support.vap import ask_api_server, ask_vap, load

HOST_NETWORK = "policy p { allow hostPorts 80 }"
SOURCES = {**POLICIES, "host-network": HOST_NETWORK}


@cache
def templates_of(text: str) -> list[Json]:
    """Pods as templates have them: as their authors write them, and with what the suite sets."""
    policy = only(program_of_text(text))
    pods = [pod for case in cases_for(policy) if case.old_pod is None for pod in (whole(case.pod), bare(case.pod))]
    pods += [dict(pod) for pod in draw_pods(policy, 5, 20, ephemeral=False)]
    if text == HOST_NETWORK:
        ports = [{"containerPort": 80}, {"containerPort": 81}]
        containers = [{"name": "c", "image": "app:1", "ports": ports}]
        pods += [
            whole({"metadata": {"name": "p"}, "spec": {"hostNetwork": on, "containers": containers}})
            for on in (True, False)
        ]
    for pod in pods:
        pod["spec"] = {k: v for k, v in pod["spec"].items() if k != "ephemeralContainers"}
        pod["metadata"] = {**pod["metadata"], "namespace": "default"}
    return pods


def output_of(text: str, options: Options) -> Output:
    return packaged(GATEKEEPER, program_of_text(text), options)


def answers(output: Output, objects: list[Json], **more: object) -> list[Json]:
    loaded, answer = ask_gatekeeper(
        {"op": "load", "documents": resources(output)}, {"op": "review", "pods": objects, **more}
    )
    assert loaded.get("ok") and not loaded["ignored"], loaded
    results: list[Json] = answer["results"]
    return results


def words(result: Json) -> list[str]:
    assert not result.get("error"), result
    return sorted(v["message"] for v in result["violations"])


@pytest.mark.grid
@pytest.mark.parametrize("engine", ["rego", "cel"])
@pytest.mark.parametrize("name", SOURCES)
def test_gatekeeper_warns_of_a_workload_what_it_says_of_its_pod(name: str, engine: str) -> None:
    output = output_of(SOURCES[name], Options(engine="cel" if engine == "cel" else "rego"))
    pods = templates_of(SOURCES[name])
    of_pods = answers(output, pods, mutate=True)
    workloads = [workload(number, pod) for number, pod in enumerate(pods)]
    for operation in ("CREATE", "UPDATE"):
        more: Json = {"operation": operation, "oldPods": workloads} if operation == "UPDATE" else {}
        for pod, result in zip(of_pods, answers(output, workloads, mutate=True, **more), strict=True):
            assert words(result) == (words(pod) if operation == "CREATE" else []), pod
            assert result["allowed"]
            assert {v["enforcementAction"] for v in result["violations"]} <= {"warn"}
    assert {bool(words(pod)) for pod in of_pods} == {True, False}


@pytest.mark.parametrize(("workloads", "action"), [("warn", {"warn"}), ("enforce", {"deny"}), ("off", set())])
def test_what_gatekeeper_does_is_chosen(workloads: str, action: set[str]) -> None:
    output = output_of("policy p { deny hostPID }", Options(workloads=workloads))  # type: ignore[arg-type]
    pod = whole({"metadata": {"name": "p"}, "spec": {"hostPID": True, "containers": [{"name": "c"}]}})
    assert answers(output, [pod])[0]["allowed"] is False
    for number in range(len(EVERY_KIND)):
        (result,) = answers(output, [workload(number, pod)])
        assert {v["enforcementAction"] for v in result["violations"]} == action
        assert result["allowed"] is (workloads != "enforce")


def test_gatekeeper_audits_the_workloads_of_what_it_audits() -> None:
    output = output_of("policy p { audit\ndeny hostPID }", Options())
    pod = whole({"metadata": {"name": "p"}, "spec": {"hostPID": True, "containers": [{"name": "c"}]}})
    assert [v["enforcementAction"] for v in answers(output, [workload(0, pod)])[0]["violations"]] == ["dryrun"]


def test_gatekeeper_sets_the_defaults_of_a_policy_without_a_check_in_workloads_too() -> None:
    output = output_of("policy fill { default runAsUser 1 }\npolicy rule { require runAsUser 1-5 }", Options())
    pod = whole({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "app:1"}]}})
    assert [words(result) for result in answers(output, [pod, workload(0, pod), workload(5, pod)], mutate=True)] == [
        []
    ] * 3


@pytest.mark.parametrize("engine", ["rego", "cel"])
def test_gator_judges_a_cronjob_by_its_defaulted_pod(engine: str, tmp_path: Path) -> None:
    output = output_of(POLICIES["defaults"], Options(engine="cel" if engine == "cel" else "rego"))
    out = written(output, tmp_path / "out")
    pod = whole({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "app:1"}]}})
    refused = {
        **pod,
        "spec": {
            "containers": [{**pod["spec"]["containers"][0], "securityContext": {"readOnlyRootFilesystem": False}}]
        },
    }
    said = []
    for one in (pod, refused):
        cronjob = workload(5, one)
        # nobody has to write these
        cronjob["spec"]["jobTemplate"]["spec"]["template"].pop("metadata")
        (tmp_path / "cronjob.json").write_text(json.dumps(cronjob), encoding="utf-8")
        files = (out / "templates", out / "workloads", tmp_path / "cronjob.json")
        done = run("gator", "test", "--output", "json", *(f"--filename={file}" for file in files))
        said.append([result["msg"] for result in json.loads(done.stdout) or []])
    assert said[0] == []
    assert any("readOnlyRootFilesystem" in text for text in said[1])


@pytest.mark.parametrize("name", SOURCES)
def test_the_api_server_warns_of_a_workload_what_the_interpreter_says_of_its_pod(name: str) -> None:
    policy = only(program_of_text(SOURCES[name]))
    output = packaged(VAP, program_of_text(SOURCES[name]))
    pods = [*templates_of(SOURCES[name]), *awkward()]
    for pod in pods:
        pod["spec"].pop("ephemeralContainers", None)
    workloads = [workload(number, pod) for number, pod in enumerate(pods)]
    updates: Json = {"operation": "UPDATE", "pods": workloads, "oldPods": workloads}
    created, updated = ask_api_server(output, {"pods": workloads}, updates)
    refused = 0
    for pod, result in zip(pods, created, strict=True):
        expected = list(joined(interpreter.judge(policy, pod).messages))
        assert not result.get("error"), result
        assert [finding["message"] for finding in result["findings"]] == expected, pod
        assert result["allowed"]
        assert {action for finding in result["findings"] for action in finding["actions"]} <= {"Warn"}
        refused += bool(expected)
    assert 0 < refused < len(pods)
    assert all(result["findings"] == [] for result in updated)


def test_every_default_is_judged_as_set() -> None:
    """Each form of default beside each form of check on the same control."""
    policies = []
    for control in CONTROLS:
        forms = [(one, statements_meaning(f"policy p {{ {one} }}")) for one in statements(control)]
        defaults = [one for one, policy in forms if policy.defaults]
        for check in [one for one, policy in forms if policy.checks] if defaults else []:
            policies.append(statements_meaning(f"policy p {{ {check}\n{defaults[0]} }}"))
    asked = [(policy, [dict(pod) for pod in draw_pods(policy, 3, 12, ephemeral=False)]) for policy in policies]
    requests: list[Json] = []
    for policy, pods in asked:
        requests.append(load(packaged(VAP, Program((policy,)))))
        requests.append({"op": "review", "pods": [workload(5, pod) for pod in pods]})
    answers = ask_vap(*requests)
    for number, (policy, pods) in enumerate(asked):
        loaded, answer = answers[2 * number : 2 * number + 2]
        assert loaded.get("ok"), loaded
        for pod, result in zip(pods, answer["results"], strict=True):
            words = [finding["message"] for finding in result["findings"]]
            assert words == list(joined(interpreter.judge(policy, pod).messages)), (policy.checks[0].statement, pod)
    assert len(policies) > 20


@pytest.mark.parametrize(("workloads", "actions"), [("warn", {"Warn"}), ("enforce", {"Deny"}), ("off", set())])
def test_what_the_api_server_does_is_chosen(workloads: str, actions: set[str]) -> None:
    output = packaged(VAP, program_of_text("policy p { deny hostPID }"), Options(workloads=workloads))  # type: ignore[arg-type]
    pod = whole({"metadata": {"name": "p"}, "spec": {"hostPID": True, "containers": [{"name": "c"}]}})
    (results,) = ask_api_server(
        output, {"pods": [workload(number, pod, EVERY_KIND) for number in range(len(EVERY_KIND))]}
    )
    for result in results:
        assert {action for finding in result["findings"] for action in finding["actions"]} == actions
        assert result["allowed"] is (workloads != "enforce")


# --- OPA ------------------------------------------------------------------------


def conftest_says(folder: Path, files: list[Path]) -> list[tuple[list[str], list[str]]]:
    """What Conftest fails and what it warns of, for each file."""
    done = run("conftest", "test", "--policy", folder / "policy", "--output", "json", *files)
    reports = {report["filename"]: report for report in json.loads(done.stdout)}
    found = [reports[str(file)] for file in files]
    return [tuple(sorted(m["msg"] for m in one.get(of, [])) for of in ("failures", "warnings")) for one in found]  # type: ignore[misc]


@pytest.mark.parametrize("name", SOURCES)
def test_conftest_warns_of_a_workload_what_the_interpreter_says_of_its_pod(name: str, tmp_path: Path) -> None:
    program = program_of_text(SOURCES[name])
    output = packaged(OPA, program, Options())
    policy = only(output.program)
    written(output, tmp_path / "policy")
    pods = templates_of(SOURCES[name])
    files = []
    for number, pod in enumerate(pods):
        files.append(tmp_path / f"{number}.json")
        files[-1].write_text(json.dumps(workload(number, pod)), encoding="utf-8")
    expected = [(list[str](), sorted(set(interpreter.check(policy, pod).messages))) for pod in pods]
    assert any(messages for _, messages in expected)
    assert conftest_says(tmp_path, files) == expected


@pytest.mark.parametrize(("workloads", "decisions"), [("warn", {"warn"}), ("enforce", {"deny"}), ("off", set())])
def test_what_opa_does_is_chosen(workloads: Workloads, decisions: set[str], tmp_path: Path) -> None:
    program = program_of_text("policy p { deny privileged }")
    folder = written(packaged(OPA, program, Options(workloads=workloads)), tmp_path / "policy")
    asked = workload(
        1, {"metadata": {}, "spec": {"containers": [{"name": "c", "securityContext": {"privileged": True}}]}}
    )
    changed = {**asked, "metadata": {**asked["metadata"], "labels": {"changed": "yes"}}}
    for given, expected in (
        (asked, decisions),
        ({"request": {"operation": "CREATE", "object": asked}}, decisions),
        ({"request": {"operation": "UPDATE", "object": changed, "oldObject": asked}}, set()),
    ):
        path = tmp_path / "input.json"
        path.write_text(json.dumps(given), encoding="utf-8")
        done = run("opa", "eval", "--format", "json", "--data", folder, "--input", path, "data.main")
        said = json.loads(done.stdout)["result"][0]["expressions"][0]["value"]
        assert {decision for decision in ("deny", "warn") if said.get(decision)} == expected
    for arguments in (("check", "--strict"), ("fmt", "--diff", "--fail")):
        done = run("opa", *arguments, folder)
        assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_opa_asks_who_makes_the_pods_not_who_applies_the_workload(tmp_path: Path) -> None:
    program = program_of_text('policy p {\n    exempt users jane because "she may"\n    deny privileged\n}')
    folder = written(packaged(OPA, program, Options()), tmp_path / "policy")
    asked = workload(
        1, {"metadata": {}, "spec": {"containers": [{"name": "c", "securityContext": {"privileged": True}}]}}
    )
    path = tmp_path / "input.json"
    review = {"request": {"operation": "CREATE", "object": asked, "userInfo": {"username": "jane"}}}
    path.write_text(json.dumps(review), encoding="utf-8")
    done = run("opa", "eval", "--format", "json", "--data", folder, "--input", path, "data.main.warn")
    assert json.loads(done.stdout)["result"][0]["expressions"][0]["value"]


def test_opa_knows_the_workloads_that_eval_knows(tmp_path: Path) -> None:
    folder = written(packaged(OPA, program_of_text("policy p { deny privileged }"), Options()), tmp_path / "policy")
    done = run("opa", "eval", "--format", "json", "--data", folder, "data.main.template_of")
    known = json.loads(done.stdout)["result"][0]["expressions"][0]["value"]
    assert known == {kind: list(path) for kind, path in TEMPLATES.items() if path}
