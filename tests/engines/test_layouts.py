"""The layouts that are not a target's usual one, on the real engines: all objects together say what the policy says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.jsonl import Process
from conformance.workloads import workload
from pscc.cases.draw import draw_pods
from pscc.cases.suite import cases_for
from pscc.driver import packaged
from pscc.ir.once_defaulted import assumed
from pscc.lowering.capabilities import Layout
from pscc.output.contents import Output
from pscc.output.options import Options
from pscc.reference import interpreter
from pscc.targets.registry import target_named
from support.engines import run
from support.policies import EVERY_DEFAULT, POLICIES
from support.targets import Json, only, program_of_text, resources, whole, written

SOURCES = {**POLICIES, "every default": EVERY_DEFAULT}
PER_CONTROL = Options(layout="per-control")
EXEMPTING = """policy exempting {
    exempt users alice because "she repairs nodes"
    deny privileged, hostPorts
    require runAsNonRoot true because "all of them"
}
"""


@pytest.mark.grid
@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize(("target", "engine"), [("vap", "vap-review"), ("kyverno-cel", "kyverno-review")])
def test_the_findings_of_all_objects_are_those_of_the_policy(name: str, target: str, engine: str) -> None:
    program = program_of_text(SOURCES[name])
    policy = only(program)
    with Process(engine) as process:
        process.ask({"op": "load", "documents": resources(packaged(target_named(target), program, PER_CONTROL))})
        for update in (False, True):
            cases = [case for case in cases_for(policy) if (case.old_pod is not None) is update]
            review: Json = {"op": "review", "pods": [whole(case.pod) for case in cases]}
            if update:
                review |= {"operation": "UPDATE", "oldPods": [whole(case.old_pod) for case in cases]}
            for case, result in zip(cases, process.results(review), strict=True):
                words = sorted(set(interpreter.check(policy, case.pod, case.old_pod).messages))
                assert sorted({finding["message"] for finding in result["findings"]}) == words, case.name
                assert result["allowed"] is not bool(words), case.name


@pytest.mark.parametrize("target", ["kyverno", "kyverno-cel"])
def test_kyverno_passes_the_suite(target: str, tmp_path: Path) -> None:
    program = program_of_text(POLICIES["restricted"])
    done = run("kyverno", "test", written(packaged(target_named(target), program, PER_CONTROL, drawn={}), tmp_path))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert " and 0 tests failed" in done.stdout


def per_policy(engine: str) -> Options:
    return Options(layout="per-policy", engine="cel" if engine == "cel" else "rego")


@pytest.mark.grid
@pytest.mark.parametrize("engine", ["rego", "cel"])
@pytest.mark.parametrize("name", SOURCES)
def test_gatekeeper_says_of_a_policy_what_it_says_of_each_control(name: str, engine: str) -> None:
    policy = only(program := program_of_text(SOURCES[name]))
    output = packaged(target_named("gatekeeper"), program, per_policy(engine))
    drawn = [dict(pod) for pod in draw_pods(policy, 3, 40, ephemeral=False)]
    cases = [(whole(case.pod), case.old_pod and whole(case.old_pod)) for case in cases_for(policy)]
    cases += [(whole(pod), None) for pod in drawn]
    workloads = [workload(number, whole(pod)) for number, pod in enumerate(drawn)]
    with Process("gatekeeper-review") as process:
        process.ask({"op": "load", "documents": resources(output)})
        for update in (False, True):
            asked = [(new, old) for new, old in cases if (old is not None) is update]
            review: Json = {"op": "review", "pods": [new for new, _ in asked]}
            review |= {"operation": "UPDATE", "oldPods": [old for _, old in asked]} if update else {}
            for (new, old), result in zip(asked, process.results(review), strict=True):
                words = sorted(set(interpreter.check(policy, new, old).messages))
                assert sorted({found["message"] for found in result["violations"]}) == words
                assert result["allowed"] is not bool(words)
        deletion: Json = {"op": "review", "operation": "DELETE", "pods": [whole(pod) for pod in drawn]}
        assert all(result["allowed"] and not result["violations"] for result in process.results(deletion))
        same: Json = {"op": "review", "operation": "UPDATE", "pods": workloads, "oldPods": workloads}
        assert not [result for result in process.results(same) if result["violations"]]
        for pod, result in zip(drawn, process.results({"op": "review", "pods": workloads}), strict=True):
            words = sorted(set(interpreter.check(assumed(policy), whole(pod)).messages))
            assert sorted({found["message"] for found in result["violations"]}) == words


@pytest.mark.parametrize("engine", ["rego", "cel"])
def test_gatekeeper_lets_off_whom_a_policy_exempts(engine: str) -> None:
    output = packaged(target_named("gatekeeper"), program_of_text(EXEMPTING), per_policy(engine))
    pod = whole({"metadata": {"name": "p"}, "spec": {"hostPID": True, "containers": [{"name": "c"}]}})
    pod["spec"]["containers"][0]["securityContext"] = {"privileged": True}
    with Process("gatekeeper-review") as process:
        process.ask({"op": "load", "documents": resources(output)})
        for user, allowed in (("alice", True), ("bob", False)):
            (result,) = process.results({"op": "review", "pods": [pod], "user": {"name": user, "groups": []}})
            assert result["allowed"] is allowed


@pytest.mark.parametrize("engine", ["rego", "cel"])
@pytest.mark.parametrize("name", ["restricted", "defaults", "exempting"])
def test_gator_passes_the_suite_of_a_policy(name: str, engine: str, tmp_path: Path) -> None:
    program = program_of_text({**POLICIES, "exempting": EXEMPTING}[name])
    done = run(
        "gator",
        "verify",
        written(packaged(target_named("gatekeeper"), program, per_policy(engine), drawn={}), tmp_path),
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr


def median_of_a_review(output: Output, pod: Json, folder: Path) -> float:
    """The median time in which gator reviews ``pod``, in milliseconds."""
    paths = [folder / path for path in output.resources if path.startswith(("templates/", "policies/"))]
    written(output, folder)
    (folder / "pod.json").write_text(json.dumps(pod), encoding="utf-8")
    files = [f"--filename={path}" for path in (*paths, folder / "pod.json")]
    done = run("gator", "bench", "--engine=rego", "--iterations=500", "--output=json", *files)
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout)
    assert found["objectCount"] == 1
    text = found["latencies"]["p50"]
    return float(text.removesuffix("ms")) if text.endswith("ms") else float(text.removesuffix("µs")) / 1000


def test_one_template_takes_less_than_half_of_the_time(tmp_path: Path) -> None:
    program = program_of_text(POLICIES["restricted"])
    pod = whole({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}]}})
    layouts: tuple[Layout, ...] = ("per-control", "per-policy")
    usual, one = (
        median_of_a_review(
            packaged(target_named("gatekeeper"), program, Options(layout=layout)), pod, tmp_path / layout
        )
        for layout in layouts
    )
    assert one < usual / 2


HOSTILE = """policy team {
    deny privileged because "ask: #platform \\" ' {{ us }} ${you}"
    deny hostPID because "[no] & yes: | > %"
    require runAsNonRoot true because "two\\nlines"
}
"""


@pytest.mark.parametrize("engine", ["rego", "cel"])
def test_a_reason_is_no_code_of_a_template(engine: str) -> None:
    policy = only(program := program_of_text(HOSTILE))
    pod = whole({"metadata": {"name": "p"}, "spec": {"hostPID": True, "containers": [{"name": "c"}]}})
    pod["spec"]["containers"][0]["securityContext"] = {"privileged": True}
    with Process("gatekeeper-review") as process:
        process.ask(
            {"op": "load", "documents": resources(packaged(target_named("gatekeeper"), program, per_policy(engine)))}
        )
        (result,) = process.results({"op": "review", "pods": [pod]})
    words = sorted(interpreter.check(policy, pod).messages)
    assert len(words) == 3
    assert sorted(found["message"] for found in result["violations"]) == words
