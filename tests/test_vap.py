"""Kubernetes' own admission policies on the API server's own plugins, the reference interpreter beside them."""

from __future__ import annotations

import json
import subprocess
from functools import cache

import pytest

from pscc import oracle
from pscc.backends._base import Output
from pscc.backends.vap import BACKEND
from pscc.driver import analyse
from pscc.ir import Policy, Program
from pscc.pods import normalise
from pscc.source import SourceFile
from pscc.suite import cases_for
from test_gatekeeper import POLICIES, Json, bare, engine, only, resources, whole
from test_kyverno import DEFAULTS, awkward

OLDEST = "1.30"
"""The first release whose ValidatingAdmissionPolicies are ``v1``."""


def program_of(text: str) -> Program:
    name = "policy.psp" if text.startswith("policy") else "psp.yaml"
    _, program, _ = analyse(SourceFile(name, text))
    return program


@cache
def compiled(text: str) -> tuple[Policy, Output]:
    program = program_of(text)
    return only(program), BACKEND.package(program, {})


def ask(*requests: Json) -> list[Json]:
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    done = subprocess.run([engine("vap-review")], input=lines, capture_output=True, text=True, check=True, timeout=120)
    return [json.loads(line) for line in done.stdout.splitlines()]


def load(output: Output) -> Json:
    return {"op": "load", "documents": resources(output), "kubernetes": OLDEST}


@pytest.mark.parametrize("name", POLICIES)
def test_the_type_checker_warns_of_nothing(name: str) -> None:
    _, output = compiled(POLICIES[name])
    (loaded,) = ask(load(output) | {"check": True})
    assert loaded.get("warnings") == [], loaded


def messages(result: Json) -> list[str]:
    assert not result.get("error"), result
    return [finding["message"] for finding in result["findings"]]


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("update", [False, True], ids=["create", "update"])
def test_the_api_server_says_what_the_oracle_says(name: str, update: bool) -> None:
    policy, output = compiled(POLICIES[name])
    cases = [case for case in cases_for(policy) if (case.old_pod is not None) is update]
    review: Json = {"op": "review", "pods": [whole(case.pod) for case in cases]}
    if update:
        review |= {"operation": "UPDATE", "oldPods": [whole(case.old_pod) for case in cases]}
    loaded, answer = ask(load(output), review)
    assert loaded.get("ok"), loaded
    for case, result in zip(cases, answer["results"], strict=True):
        verdict = oracle.check(policy, case.pod, case.old_pod)
        assert result["allowed"] is verdict.allowed, case.name
        assert messages(result) == list(verdict.messages), case.name


@pytest.mark.parametrize("text", [*POLICIES.values(), DEFAULTS], ids=[*POLICIES, "every-default"])
def test_mutated_pods_are_the_oracles(text: str) -> None:
    policy, output = compiled(text)
    assert not output.diagnostics
    pods = [normalise(pod) for pod in awkward()]
    for case in cases_for(policy):
        for pod in (whole(case.pod), bare(case.pod)):
            pod = json.loads(json.dumps(pod))
            pod["spec"].pop("ephemeralContainers", None)
            pods.append(normalise(pod))
    plain, answer = ask(
        {"op": "load", "documents": []}, {"op": "review", "mutate": True, "pods": pods},
        {"op": "load", "documents": [d for d in resources(output) if "Validating" not in d["kind"]]},
        {"op": "review", "mutate": True, "pods": pods},
    )[1::2]  # fmt: skip
    for before, after in zip(plain["results"], answer["results"], strict=True):
        assert after["pod"] == oracle.with_defaults(policy, before["pod"]), before["pod"]
