"""An object for each control, on the real engines: each says what its check says, and together they say what the policy says."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.jsonl import Process
from pscc.cases.suite import cases_for
from pscc.driver import packaged
from pscc.output.options import Options
from pscc.reference import interpreter
from pscc.targets.registry import target_named
from support.policies import EVERY_DEFAULT, POLICIES
from support.targets import Json, only, program_of_text, resources, run, whole, written

SOURCES = {**POLICIES, "every default": EVERY_DEFAULT}
PER_CONTROL = Options(layout="per-control")


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
