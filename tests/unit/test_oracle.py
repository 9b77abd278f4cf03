"""The reference interpreter means what the IR's docstrings say."""

from __future__ import annotations

import pytest

from pscc import ir
from pscc.base.source import Span
from pscc.reference import interpreter

SPAN = Span("a.psp", 1, 1, 1, 5)
CONTAINER = ir.Each("container", ir.Containers())
UID = ir.Path("container", ("securityContext", "runAsUser"))


def policy(must: ir.Condition, *defaults: ir.Default, because: str = "") -> ir.Policy:
    message = ("container ", ir.Show(ir.Path("container", ("name",))), ": ", ir.Show(UID))
    requirement = ir.Requirement((CONTAINER,), must, message, UID)
    check = ir.Check("runAsUser", "RequireRunAsUser", "", "", (requirement,), (), SPAN, because)
    return ir.Policy("p", "", "enforce", (check,), defaults, SPAN)


def pod(*uids: object) -> dict[str, object]:
    containers = [{"name": f"c{i}", "securityContext": {"runAsUser": uid}} for i, uid in enumerate(uids)]
    return {"metadata": {"name": "p"}, "spec": {"containers": containers}}


IN_RANGE = policy(ir.InRanges(UID, ir.Const((ir.Range(10, 20),))), because="ask")


@pytest.mark.parametrize(
    ("uid", "allowed"),
    [(9, 0), (10, 1), (20, 1), (21, 0), (True, 0), ("15", 0), (15.0, 1), (None, 0)],
)
def test_ranges_hold_integers_alone(uid: object, allowed: int) -> None:
    assert interpreter.judge(IN_RANGE, pod(uid)).allowed is bool(allowed)


def test_findings_are_joined_and_placed() -> None:
    verdict = interpreter.judge(IN_RANGE, pod(1, 15, None))
    assert verdict.messages == ("container c0: 1; container c2: not set (ask)",)
    assert [r.path for r in verdict.reasons] == [f"spec.containers[{i}].securityContext.runAsUser" for i in (0, 2)]
    assert [r.container for r in verdict.reasons] == ["c0", "c2"]


def test_a_default_fills_only_what_is_unset_and_never_changes_its_input() -> None:
    default = ir.Default("runAsUser", "containers", ("securityContext", "runAsUser"), SPAN, value=10)
    given = pod(None, 1)
    verdict = interpreter.judge(policy(ir.TRUE, default), given)
    assert verdict.pod == pod(10, 1)
    assert given == pod(None, 1)


def test_an_update_is_let_through_when_nothing_looked_at_changes() -> None:
    assert interpreter.judge(IN_RANGE, {**pod(1), "metadata": {}}, pod(1)).allowed
    assert not interpreter.judge(IN_RANGE, pod(1, 1), pod(1)).allowed


@pytest.mark.parametrize("odd", [{}, {"spec": []}, {"spec": {"containers": {}}}, {"spec": {"containers": [1, None]}}])
def test_a_malformed_pod_raises_nothing(odd: dict[str, object]) -> None:
    interpreter.judge(IN_RANGE, odd)


@pytest.mark.parametrize(("left", "right", "same"), [
    ("s0:c1,c2", "s0:c2,c1", True), ("s0", "s0:", False), ("s0:c1", "s1:c1", False), ("", "", True),
])  # fmt: skip
def test_levels(left: str, right: str, same: bool) -> None:
    assert interpreter.judge(policy(ir.SameLevel(ir.Const(left), ir.Const(right))), pod(1)).allowed is same
