"""Kubernetes' own admission policies on the API server's own plugins, the reference interpreter beside them."""

from __future__ import annotations

from functools import cache

import pytest

from pscc.cases.suite import cases_for
from pscc.driver import packaged
from pscc.ir import Policy
from pscc.output.contents import Output
from pscc.pod.normalising import normalise
from pscc.reference import interpreter
from pscc.targets.vap.package import TARGET
from support.messages import joined
from support.pods import as_created, large_pod
from support.policies import EVERY_DEFAULT, POLICIES
from support.targets import Json, only, program_of_text, resources, whole
from support.vap import ask_vap, load, spent_on_what_is_large


@cache
def compiled(text: str) -> tuple[Policy, Output]:
    program = program_of_text(text)
    return only(program), packaged(TARGET, program)


@pytest.mark.grid
@pytest.mark.parametrize("name", POLICIES)
def test_the_type_checker_warns_of_nothing(name: str) -> None:
    _, output = compiled(POLICIES[name])
    (loaded,) = ask_vap(load(output) | {"check": True})
    assert loaded.get("warnings") == [], loaded


def messages(result: Json) -> list[str]:
    assert not result.get("error"), result
    return [finding["message"] for finding in result["findings"]]


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("update", [False, True], ids=["create", "update"])
def test_the_api_server_says_what_the_interpreter_says(name: str, update: bool) -> None:
    policy, output = compiled(POLICIES[name])
    cases = [case for case in cases_for(policy) if (case.old_pod is not None) is update]
    review: Json = {"op": "review", "pods": [whole(case.pod) for case in cases]}
    if update:
        review |= {"operation": "UPDATE", "oldPods": [whole(case.old_pod) for case in cases]}
    loaded, answer = ask_vap(load(output), review)
    assert loaded.get("ok"), loaded
    for case, result in zip(cases, answer["results"], strict=True):
        verdict = interpreter.check(policy, case.pod, case.old_pod)
        assert result["allowed"] is verdict.allowed, case.name
        assert messages(result) == list(joined(verdict.messages)), case.name


@pytest.mark.parametrize("text", [*POLICIES.values(), EVERY_DEFAULT], ids=[*POLICIES, "every-default"])
def test_mutated_pods_are_the_interpreters(text: str) -> None:
    policy, output = compiled(text)
    assert {diagnostic.code for diagnostic in output.diagnostics} <= {"TGT019"}
    pods = [normalise(pod) for pod in as_created(policy)]
    plain, answer = ask_vap(
        {"op": "load", "documents": []}, {"op": "review", "mutate": True, "pods": pods},
        {"op": "load", "documents": [d for d in resources(output) if "Validating" not in d["kind"]]},
        {"op": "review", "mutate": True, "pods": pods},
    )[1::2]  # fmt: skip
    for before, after in zip(plain["results"], answer["results"], strict=True):
        assert after["pod"] == interpreter.with_defaults(policy, before["pod"]), before["pod"]


def test_debug_containers_are_checked() -> None:
    policy, output = compiled(POLICIES["restricted"])
    cases = [c for c in cases_for(policy) if c.old_pod is None and "ephemeralContainers" in c.pod["spec"]]  # type: ignore[operator]
    assert cases
    old = [{**c.pod, "spec": {k: v for k, v in c.pod["spec"].items() if k != "ephemeralContainers"}} for c in cases]  # type: ignore[attr-defined]
    review: Json = {"op": "review", "operation": "UPDATE", "subresource": "ephemeralcontainers"}
    review |= {"pods": [whole(c.pod) for c in cases], "oldPods": [whole(pod) for pod in old]}
    _, answer = ask_vap(load(output), review)
    for case, before, result in zip(cases, old, answer["results"], strict=True):
        assert messages(result) == list(joined(interpreter.check(policy, case.pod, before).messages)), case.name


@pytest.mark.parametrize("name", POLICIES)
def test_what_is_large_is_within_the_budget(name: str) -> None:
    _, output = compiled(POLICIES[name])
    costs = spent_on_what_is_large(output)
    assert len(costs) > 2
    for policy, spent in costs.items():
        assert spent and not [one for one in spent if one.get("error")], policy
        assert sum(one["cost"] for one in spent) < 10_000_000, policy
    _, answer = ask_vap(load(output), {"op": "review", "pods": [large_pod()]})
    assert all("budget" not in text for text in messages(answer["results"][0]))


def test_a_message_too_long_for_the_api_server_is_the_beginning_of_each_finding() -> None:
    policy, output = compiled("policy p { deny privileged, hostPID }")
    names = [f"c{number}" for number in range(200)]
    pods = [
        whole(
            {
                "spec": {
                    "hostPID": True,
                    "containers": [{"name": n, "securityContext": {"privileged": True}} for n in names[:count]],
                }
            }
        )
        for count in (2, 200)
    ]
    _, answer = ask_vap(load(output), {"op": "review", "pods": pods})
    (short,), (long,) = (messages(result) for result in answer["results"])
    first, second = (interpreter.check(policy, pod).messages for pod in pods)
    assert short == "; ".join(first)
    assert len("; ".join(second).encode()) > 5 * 1024
    assert long == f"{second[0][:600]} …; {second[1]}"


def test_all_findings_are_in_one_message() -> None:
    _, output = compiled('policy p {\n    deny privileged, hostPID, hostPorts because "shared nodes"\n}')
    container = {"name": "c", "securityContext": {"privileged": True}, "ports": [{"containerPort": 1, "hostPort": 80}]}
    pod = whole({"spec": {"hostPID": True, "containers": [container]}})
    _, answer = ask_vap(load(output), {"op": "review", "pods": [pod]})
    (message,) = messages(answer["results"][0])
    assert message == (
        "container c: privileged must not be true (shared nodes); "
        "pod: hostPID must not be true (shared nodes); "
        "container c: hostPort is 80, must not be set (shared nodes)"
    )
