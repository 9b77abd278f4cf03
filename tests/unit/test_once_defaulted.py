"""Conditions on a pod as it came say what the interpreter says of it once its policy's defaults are set."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.engines import drawn_policies
from pscc import ir
from pscc.base.source import SourceFile
from pscc.cases.draw import draw_pods
from pscc.cases.suite import cases_for
from pscc.cli._shared import read_source
from pscc.controls import CONTROLS
from pscc.driver import analyse
from pscc.ir.once_defaulted import assumed, changes, holds_once_defaulted
from pscc.reference import interpreter
from support.paths import ROOT

Json = dict[str, object]


def findings(verdict: interpreter.Verdict) -> list[str]:
    """What is said, in no order: an element that a default adds comes behind those of all containers."""
    return sorted(reason.full_message for reason in verdict.reasons)


def differences(policy: ir.Policy, pods: list[Json]) -> list[str]:
    found = []
    changing = changes(policy.defaults)
    assuming = assumed(policy)
    conditions = [(check, holds_once_defaulted(check, policy.defaults)) for check in policy.checks]
    for pod in pods:
        defaulted = interpreter.with_defaults(policy, pod)
        if interpreter.holds(changing, pod) is not (defaulted != pod):
            found.append(f"changes: {pod}")
        as_it_came, changed = interpreter.check(assuming, pod), interpreter.check(policy, defaulted)
        if findings(as_it_came) != findings(changed):
            found.append(f"assumed: {findings(as_it_came)} and not {findings(changed)}: {pod}")
        failing = {reason.shape for reason in interpreter.check(policy, defaulted).reasons}
        for check, condition in conditions:
            if interpreter.holds(condition, pod) is (check.shape in failing):
                found.append(f"{check.statement}: {pod}")
    return found


@pytest.mark.parametrize("control", [control.id for control in CONTROLS])
def test_each_control(control: str) -> None:
    folder = ROOT / "golden" / "controls" / control
    for case in sorted(folder.iterdir()):
        (source,) = case.glob("policy.*")
        (policy,) = analyse(read_source(str(source)))[1].policies
        pods = [one.pod for one in cases_for(policy)]
        pods += [dict(pod) for pod in draw_pods(policy, 1, 60, ephemeral=False)]
        assert differences(policy, pods) == [], case.name


@pytest.mark.slow
def test_drawn_policies() -> None:
    compared = 0
    for number, (_, policy) in enumerate(drawn_policies(31, 60)):
        pods = [dict(pod) for pod in draw_pods(policy, number, 60, ephemeral=False)]
        assert differences(policy, pods) == []
        compared += len(pods) * bool(policy.defaults)
    assert compared > 1000


def test_two_defaults_of_one_field() -> None:
    """Policies that hold in the same place may set the same field; what Gatekeeper judges of workloads assumes both."""
    text = "policy p {\n  require runAsUser 1000\n}\npolicy q {\n  require runAsUser 2000\n}\n"
    first, second = analyse(SourceFile("p.psp", text))[1].policies
    of_1000, of_2000 = (
        analyse(SourceFile("d.psp", f"policy d {{ default runAsUser {uid} }}"))[1].policies[0].defaults
        for uid in (1000, 2000)
    )
    both = (*of_1000, *of_2000)
    pod: Json = {"spec": {"containers": [{"name": "main", "image": "app:1"}]}}
    assert interpreter.check(assumed(replace(first, defaults=both)), pod).allowed
    assert not interpreter.check(assumed(replace(second, defaults=both)), pod).allowed


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        ("deny runAsUser 0\n default runAsUser 0", "container main: runAsUser is 0, denied: 0"),
        (
            "allow seccompProfile localhost/a on containers\n default seccompProfile localhost/b",
            "container main: seccompProfile is localhost/b, allowed: localhost/a",
        ),
        (
            "deny capabilities.add CHOWN\n default capabilities.add add CHOWN",
            "container main: capability CHOWN must not be added",
        ),
        ("allow supplementalGroups 5-6\n default supplementalGroups 7", "pod: supplementalGroups has 7, allowed: 5-6"),
        ("require runAsNonRoot false\n default nonRoot", "container main: runAsNonRoot is true, must be false"),
    ],
)
def test_a_default_that_its_policy_refuses_is_named(statements: str, message: str) -> None:
    (policy,) = analyse(SourceFile("p.psp", f"policy p {{\n {statements}\n}}\n"))[1].policies
    pod: Json = {"spec": {"containers": [{"name": "main", "image": "app:1"}]}}
    assert message in interpreter.check(assumed(policy), pod).messages
