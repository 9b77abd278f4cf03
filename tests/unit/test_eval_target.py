"""``pscc eval -t TARGET`` judges as the target's output does: what it cannot express is said, and counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pscc.cli import main
from support.paths import ROOT

POLICY = """policy team {
    require runAsGroup
    default runAsGroup 10
}

policy rule {
    require runAsGroup 10
}
"""
EXEMPTING = """policy team {
    exempt users admin because "break glass"
    default allowPrivilegeEscalation false
}
"""
POD = "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: i}]}}"


def run(folder: Path, *arguments: str, policy: str = POLICY) -> Result:
    (folder / "p.psp").write_text(policy, encoding="utf-8")
    (folder / "pod.yaml").write_text(POD, encoding="utf-8")
    return CliRunner().invoke(main, ["eval", str(folder / "p.psp"), "-f", str(folder / "pod.yaml"), *arguments])


@pytest.mark.parametrize("target", ["gatekeeper", "kyverno", "kyverno-cel", "vap"])
def test_a_target_that_sets_the_defaults_admits(target: str, tmp_path: Path) -> None:
    assert run(tmp_path, "-t", target).exit_code == 0


def test_a_target_that_cannot_set_a_default_refuses_and_says_so(tmp_path: Path) -> None:
    assert run(tmp_path).exit_code == 0
    done = run(tmp_path, "-t", "opa")
    assert done.exit_code == 1
    assert "TGT001" in done.stderr and "runAsGroup is not set" in done.stdout


def test_a_target_that_does_not_see_who_asks_sets_defaults_for_the_exempt(tmp_path: Path) -> None:
    for target, changed in ((None, False), ("vap", False), ("gatekeeper", True)):
        arguments = ["--changed", *(["-t", target] if target else [])]
        done = run(tmp_path, "--as", "admin", "--format", "json", *arguments, policy=EXEMPTING)
        (row,) = (json.loads(line) for line in done.stdout.splitlines())
        assert (row["policy"], row["allowed"], row["defaulted"]) == (None, True, changed), target
        assert ("allowPrivilegeEscalation" in json.dumps(row["pod"])) is changed, target


def test_a_plain_policy_and_the_choice_beside_it_say_the_same_once() -> None:
    cluster = ROOT / "examples" / "cluster"
    arguments = [str(cluster / "dump.yaml"), "-f", str(cluster / "pods.yaml"), "-t", "gatekeeper"]
    done = CliRunner().invoke(main, ["eval", *arguments])
    assert done.stdout.count("kube-proxy") == 1
    assert "of 4 pods denied" in done.stderr
    rows = [
        json.loads(line)
        for line in CliRunner().invoke(main, ["eval", *arguments, "--format", "json"]).stdout.splitlines()
    ]
    assert sum(row["name"] == "kube-proxy" for row in rows) == 2


def test_a_target_that_refuses_the_program(tmp_path: Path) -> None:
    done = run(tmp_path, "-t", "nope")
    assert done.exit_code == 2 and "'nope' is not one of" in done.stderr
