"""The Gatekeeper output on Gatekeeper itself: its command line, its webhooks, and the reference interpreter beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pscc.base.source import SourceFile
from pscc.cases.suite import cases_for
from pscc.driver import analyse, compile_program
from pscc.ir import Program
from pscc.lowering.shortfalls import DefaultNotSet
from pscc.output.contents import Output
from pscc.pod.normalising import normalise
from pscc.reference import interpreter
from pscc.targets.gatekeeper.mutators import mutators
from pscc.targets.shared.names import Names, fitted
from support.engines import run
from support.pods import bare
from support.policies import POLICIES
from support.targets import Json, ask_gatekeeper, only, resources, whole, written


def compiled(text: str) -> tuple[Program, Output]:
    name = "given.psp" if text.startswith("policy ") else "psp.yaml"
    _, program, _ = analyse(SourceFile(name, text))
    return program, compile_program(program, ("gatekeeper",)).outputs["gatekeeper"]


@pytest.mark.parametrize("name", POLICIES)
def test_gator_verifies_the_suite(name: str, tmp_path: Path) -> None:
    _, output = compiled(POLICIES[name])
    done = run("gator", "verify", written(output, tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().endswith("PASS")


def test_gator_notices_a_wrong_expectation(tmp_path: Path) -> None:
    _, output = compiled(POLICIES["annotated"])
    suite = written(output, tmp_path) / "suite.yaml"
    text = suite.read_text(encoding="utf-8")
    assert "violations: yes" in text
    suite.write_text(text.replace("violations: yes", "violations: no", 1), encoding="utf-8")
    done = run("gator", "verify", tmp_path)
    assert done.returncode != 0


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("update", [False, True], ids=["create", "update"])
def test_webhook_says_what_the_interpreter_says(name: str, update: bool) -> None:
    program, output = compiled(POLICIES[name])
    cases = [case for case in cases_for(only(program)) if (case.old_pod is not None) is update]
    assert cases
    review: Json = {"op": "review", "mutate": False, "pods": [whole(case.pod) for case in cases]}
    if update:
        review |= {"operation": "UPDATE", "oldPods": [whole(case.old_pod) for case in cases]}
    loaded, answer = ask_gatekeeper({"op": "load", "documents": resources(output)}, review)
    assert loaded.get("ok"), loaded
    for case, result in zip(cases, answer["results"], strict=True):
        verdict = interpreter.check(only(program), case.pod, case.old_pod)
        assert result["allowed"] is verdict.allowed, case.name
        assert sorted(v["message"] for v in result["violations"]) == sorted(verdict.messages), case.name


@pytest.mark.parametrize("name", POLICIES)
def test_mutated_pods_get_the_interpreters_verdict(name: str) -> None:
    program, output = compiled(POLICIES[name])
    policy = only(program)
    sent = [pod for case in cases_for(policy) if case.old_pod is None for pod in (whole(case.pod), bare(case.pod))]
    pods: list[Json] = [normalise(pod) for pod in sent]
    loaded, answer = ask_gatekeeper(
        {"op": "load", "documents": resources(output)}, {"op": "review", "mutate": True, "pods": pods}
    )
    assert loaded.get("ok"), loaded
    for pod, result in zip(pods, answer["results"], strict=True):
        verdict = interpreter.judge(policy, pod)
        if result["allowed"]:
            assert verdict.allowed, (pod, verdict.messages)
        elif verdict.allowed:
            assert output.diagnostics, (pod, result["violations"])


def test_a_grant_that_cannot_be_set_exactly_is_not_set() -> None:
    _, output = compiled(POLICIES["granting"])
    found = mutators(only(output.program), Names())
    assert not any("capabilities.add" in mutator.location for mutator in found)
    assert [type(one) for one in output.shortfalls] == [DefaultNotSet]


def test_templates_do_not_depend_on_values() -> None:
    _, first = compiled(POLICIES["granting"])
    _, other = compiled(POLICIES["granting"].replace("kernel.msg*", "kernel.shm*").replace("2000", "2500"))
    texts, others = (
        # a check that takes defaults as set is printed with its values
        {f.path: f for f in each.files if f.path.startswith("templates/pscc") and "once" not in f.path}
        for each in (first, other)
    )
    assert texts and texts == others


def test_names_fit_and_differ() -> None:
    names = {fitted("x" * 60 + tail) for tail in ("-one-check", "-other-check", "")}
    assert len(names) == 3
    assert all(len(name) <= 63 for name in names)
    _, output = compiled(POLICIES["annotated"])
    assert all(len(document["metadata"]["name"]) <= 63 for document in resources(output))
