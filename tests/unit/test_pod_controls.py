"""Controls of a pod's own fields that PodSecurityPolicy never had: what unset means, and what the API server refuses."""

from __future__ import annotations

import pytest

from pscc.base.source import SourceFile
from pscc.controls import control_of
from pscc.driver import analyse
from pscc.meaning.lint import lint
from pscc.pod.validity import refusals
from pscc.reference import interpreter

FALSE, TRUE, UNSET = {"hostUsers": False}, {"hostUsers": True}, {}
TOKEN = "automountServiceAccountToken"
MERGE, STRICT = ({"securityContext": {"supplementalGroupsPolicy": policy}} for policy in ("Merge", "Strict"))
LINUX, WINDOWS = ({"os": {"name": name}} for name in ("linux", "windows"))


def judged(statement: str, fields: dict[str, object]) -> tuple[bool, object]:
    """Whether a policy of the statement admits a pod with the fields, and the pod's spec as it leaves it."""
    (policy,) = analyse(SourceFile("p.psp", f"policy p {{\n    {statement}\n}}\n"))[1].policies
    pod = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}], **fields}}
    verdict = interpreter.judge(policy, pod)
    return verdict.allowed, verdict.pod["spec"]


@pytest.mark.parametrize(
    ("statement", "admitted", "refused"),
    [
        ("require hostUsers false", [FALSE], [TRUE, UNSET]),
        ("allow hostUsers false", [FALSE, UNSET], [TRUE]),
        ("deny shareProcessNamespace", [UNSET, {"shareProcessNamespace": False}], [{"shareProcessNamespace": True}]),
        (f"require {TOKEN} false", [{TOKEN: False}], [{TOKEN: True}, UNSET]),
        (f"allow {TOKEN} false", [{TOKEN: False}, UNSET], [{TOKEN: True}]),
        ("require supplementalGroupsPolicy Strict", [STRICT], [MERGE, UNSET]),
        ("allow supplementalGroupsPolicy Strict", [STRICT, UNSET], [MERGE]),
        ("require os.name linux", [LINUX], [WINDOWS, UNSET]),
        ("allow os.name linux", [LINUX, UNSET], [WINDOWS]),
    ],
)
def test_verdicts(statement: str, admitted: list[dict[str, object]], refused: list[dict[str, object]]) -> None:
    assert [judged(statement, fields)[0] for fields in (*admitted, *refused)] == [True] * len(admitted) + [False] * len(
        refused
    )


@pytest.mark.parametrize(
    ("default", "left", "set_"),
    [
        ("default hostUsers false", UNSET, FALSE),
        ("default hostUsers false", TRUE, TRUE),
        ("default supplementalGroupsPolicy Strict", UNSET, STRICT),
        ("default supplementalGroupsPolicy Strict", MERGE, MERGE),
    ],
)
def test_defaults(default: str, left: dict[str, object], set_: dict[str, object]) -> None:
    assert judged(default, left)[1] == {"containers": [{"name": "c", "image": "i"}], **set_}


WARNED = {"hostUsers": "false", TOKEN: "false", "supplementalGroupsPolicy": "Strict", "os.name": "linux"}


@pytest.mark.parametrize("control", WARNED)
def test_a_pod_that_leaves_it_unset_is_shown(control: str) -> None:
    def told(statement: str) -> list[str]:
        document, program, _ = analyse(SourceFile("p.psp", f"policy p {{\n    {statement}\n}}\n"))
        return [one.help for one in lint(document, program) if one.code == "LNG083"]

    assert told(f"allow {control} {WARNED[control]}") == [f"write `require {control} {WARNED[control]}`"]
    assert told(f"require {control} {WARNED[control]}") == []
    assert control_of(control).example == f"require {control} {WARNED[control]}"


@pytest.mark.parametrize("name", ["hostNetwork", "hostPID", "hostIPC"])
def test_the_api_server_refuses_own_users_beside_a_namespace_of_the_node(name: str) -> None:
    def rules(**spec: object) -> list[tuple[str, str]]:
        return [(found.path, found.rule) for found in refusals({"spec": {"containers": [], **spec}})]

    assert rules(hostUsers=False, **{name: True}) == [(f"spec.{name}", "validateHostUsers")]
    assert rules(hostUsers=True, **{name: True}) == rules(**{name: True}) == rules(hostUsers=False) == []
