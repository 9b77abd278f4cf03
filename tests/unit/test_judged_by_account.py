"""The compile says where a workload is judged otherwise than its pods: a controller is exempt, or may use more."""

from __future__ import annotations

import pytest

from pscc.base.source import SourceFile
from pscc.diagnostics import Diagnostic
from pscc.driver import analyse, compile_program
from pscc.lowering.capabilities import Workloads
from pscc.lowering.shortfalls import JudgedByAccount
from pscc.output.options import Options
from pscc.targets.registry import TARGETS

MEMBERS = "policy wide {\n deny hostPID\n}\npolicy tight {\n deny hostPID, hostIPC\n}\n"


def told(text: str, target: str, workloads: Workloads) -> list[Diagnostic]:
    """The diagnostics of the compile that a workload is judged by its pods' account."""
    program = analyse(SourceFile("p.psp", text))[1]
    made = compile_program(program, (target,), options=Options(workloads=workloads))
    found = [d for d in made.all_diagnostics if d.code == "TGT013"]
    records = [s for s in made.outputs[target].shortfalls if isinstance(s, JudgedByAccount)]
    assert len(found) == len(records)
    return found


WHO = [
    ("groups system:serviceaccounts:kube-system", True),
    ("serviceaccounts kube-system/*", True),
    ("serviceaccounts kube-system/daemon-set-controller", True),
    ("users system:kube-controller-manager", True),
    ("groups system:masters", False),
    ("groups system:serviceaccounts, system:serviceaccounts:kube-system", False),
    ("groups system:authenticated", False),
    ("serviceaccounts *", False),
    ("serviceaccounts team-a/deployer", False),
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("subjects", "more"), WHO)
def test_a_choice_that_grants_a_controller_more(subjects: str, more: bool, target: str) -> None:
    text = f"{MEMBERS}choose {{\n tight for everyone\n wide for {subjects}\n}}\n"
    enforced = told(text, target, "enforce")
    assert [(d.severity, "may refuse" in d.message) for d in enforced] == [("warning", True)] * more
    assert all("--workloads warn" in d.help for d in enforced)
    warned = told(text, target, "warn")
    assert [(d.severity, "may warn of" in d.message) for d in warned] == [("note", True)] * more
    assert all("--workloads off" in d.help for d in warned)
    assert not told(text, target, "off")


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("subjects", "more"), WHO)
def test_a_policy_that_exempts_a_controller(subjects: str, more: bool, target: str) -> None:
    text = f'policy p {{\n exempt users jane because "ci"\n exempt {subjects} because "system"\n deny hostPID\n}}\n'
    enforced = told(text, target, "enforce")
    assert [(d.severity, d.span and d.span.line, "may refuse" in d.message) for d in enforced] == [
        ("warning", 3, True)
    ] * more
    warned = told(text, target, "warn")
    # Kyverno refuses workloads wherever it judges them
    refuses = target.startswith("kyverno")
    expected = [("warning", True, False)] if refuses else [("note", False, True)]
    assert [(d.severity, "may refuse" in d.message, "may warn of" in d.message) for d in warned] == expected * more
    assert all("--workloads off" in d.help for d in warned)
    assert not told(text, target, "off")


@pytest.mark.parametrize("mode", ["warn", "audit"])
def test_what_does_not_enforce_refuses_no_workload(mode: str) -> None:
    does = {"warn": "may warn of", "audit": "may audit"}[mode]
    exempting = f'policy p {{\n {mode}\n exempt serviceaccounts kube-system/* because "r"\n deny hostPID\n}}\n'
    for text in (f"{MEMBERS}choose {mode} {{\n wide for serviceaccounts kube-system/*\n}}\n", exempting):
        (note,) = told(text, "gatekeeper", "enforce")
        assert (note.severity, does in note.message) == ("note", True)


@pytest.mark.parametrize(
    "text",
    [
        'policy p {\n in namespaces kube-system\n exempt groups system:serviceaccounts:kube-system because "r"\n deny hostPID\n}\n',
        'policy p {\n exempt groups system:authenticated because "r"\n exempt serviceaccounts kube-system/* because "r"\n'
        " deny hostPID\n}\n",
        f"{MEMBERS}choose {{\n tight for everyone\n"
        " wide for groups system:serviceaccounts:kube-system in namespaces kube-system\n}\n",
    ],
)
def test_where_the_account_of_the_pods_may_as_much_they_are_judged_alike(text: str) -> None:
    assert not told(text, "gatekeeper", "enforce")
