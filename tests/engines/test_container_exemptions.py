"""Exemptions of every kind beside every form of statement about containers, on every target and engine, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.jsonl import Process
from pscc.controls import CONTROLS, control_of
from pscc.controls._base import Control
from pscc.driver import packaged
from pscc.ir import Policy, Program
from pscc.output.contents import Output
from pscc.output.options import Options
from pscc.targets.registry import target_named
from support import exempting_engines as engines
from support.exempting import (
    EXEMPTIONS,
    Asked,
    asked_briefly,
    asked_by_all,
    asked_of,
    controls,
    expected,
    kind_of,
    program,
)
from support.messages import joined

IDS = [control.id for control in controls()]
PARTS = 2
"""As many runs Kyverno's controls are parted into."""


def output_of(control: Control, target: str, engine: str = "rego") -> Output:
    """What ``target`` makes of the policies of ``control``."""
    options = Options(engine="cel" if engine == "cel" else "rego", workloads="off")
    return packaged(target_named(target), program(control), options)


def hold(
    policies: tuple[Policy, ...], asked: tuple[Asked, ...], said: engines.Objections, joining: bool = False
) -> None:
    """Each of ``policies`` says what the interpreter says; ``joining``: one message joins its findings."""
    wrong: dict[str, object] = {}
    places: dict[str, list[Policy]] = {}
    for policy in policies:
        places.setdefault(policy.scope.namespaces.exact[0], []).append(policy)
    for one, found in zip(asked, said, strict=True):
        here = places[one.request.namespace]
        assert found.keys() <= {policy.name for policy in here}
        for policy in here:
            words = expected(policy, one)
            wanted = list(joined(words)) if joining else sorted(words)
            if found.get(policy.name, []) != wanted:
                what = kind_of(policy.name), one, found.get(policy.name), wanted
                wrong.setdefault("; ".join(check.statement for check in policy.checks), what)
    assert not wrong, f"{len(wrong)} statements, the first: {next(iter(wrong.items()))}"


def held(control: Control, said: engines.Objections, joining: bool = False) -> None:
    """As `hold`, of the policies of ``control``."""
    hold(program(control).policies, asked_of(control), said, joining)


@pytest.mark.slow
def test_each_exemption_lets_something_through_and_leaves_something_refused() -> None:
    for control in controls():
        outcomes: dict[str, set[tuple[str, ...]]] = {}
        for policy in program(control).policies:
            for asked in asked_of(control):
                if asked.request.namespace in policy.scope.namespaces:
                    outcomes.setdefault(kind_of(policy.name), set()).add(expected(policy, asked))
        assert all({()} < outcomes[kind] for kind in EXEMPTIONS), control.id
        assert len(set.union(*outcomes.values())) > 5, control.id
    assert {control.id for control in CONTROLS} > set(IDS)


@pytest.mark.grid
@pytest.mark.parametrize("control", IDS)
def test_opa(control: str, tmp_path: Path) -> None:
    given = control_of(control)
    names = [policy.name for policy in program(given).policies]
    held(given, engines.opa(tmp_path, output_of(given, "opa"), names, asked_of(given)))


@pytest.mark.grid
@pytest.mark.parametrize("control", IDS)
@pytest.mark.parametrize("engine", ["rego", "cel"])
def test_gatekeeper(control: str, engine: str) -> None:
    given = control_of(control)
    with Process("gatekeeper-review") as process:
        held(given, engines.gatekeeper(process, output_of(given, "gatekeeper", engine), asked_of(given)))


@pytest.mark.grid
@pytest.mark.parametrize("control", IDS)
def test_vap(control: str) -> None:
    given = control_of(control)
    with Process("vap-review") as process:
        held(given, engines.policies(process, output_of(given, "vap"), asked_of(given)), joining=True)


@pytest.mark.grid
@pytest.mark.parametrize("control", IDS)
def test_kyverno_cel(control: str) -> None:
    given = control_of(control)
    with Process("kyverno-review") as process:
        held(given, engines.policies(process, output_of(given, "kyverno-cel"), asked_of(given)), joining=True)


@pytest.mark.parametrize("part", range(PARTS))
def test_kyverno(part: int, tmp_path: Path) -> None:
    """Its command line compiles each rule again for each pod, so one pod has all containers."""
    mine = controls()[part::PARTS]
    policies = tuple(policy for control in mine for policy in program(control, brief=True).policies)
    asked_of_kyverno(policies, tuple(one for control in mine for one in asked_briefly(control)), tmp_path)


def test_kyverno_by_who_asks(tmp_path: Path) -> None:
    first = [policy for control in controls() for policy in program(control, brief=True).policies[: len(EXEMPTIONS)]]
    policies = tuple(policy for policy in first if policy.exemptions)
    assert len(policies) == 3 * len(IDS)
    asked_of_kyverno(policies, tuple(one for control in controls() for one in asked_by_all(control)), tmp_path)


def asked_of_kyverno(policies: tuple[Policy, ...], asked: tuple[Asked, ...], folder: Path) -> None:
    output = packaged(target_named("kyverno"), Program(policies), Options(workloads="off"))
    hold(policies, asked, engines.kyverno(folder, output, asked))
