"""Kubernetes' own admission policies on the API server's own plugins, the reference interpreter beside them."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from typing import Any

import pytest
import yaml

from pscc import oracle
from pscc.backends._base import Output
from pscc.backends.vap import BACKEND
from pscc.driver import analyse
from pscc.ir import Policy, Program
from pscc.source import SourceFile
from pscc.suite import cases_for
from test_gatekeeper import POLICIES, Json, engine, only, resources, whole

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
    return {"op": "load", "documents": resources(output), "kubernetes": OLDEST, "check": True}


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
    assert loaded["warnings"] == []
    for case, result in zip(cases, answer["results"], strict=True):
        verdict = oracle.check(policy, case.pod, case.old_pod)
        assert result["allowed"] is verdict.allowed, case.name
        assert messages(result) == list(verdict.messages), case.name
