"""The seed's policy and pods: what started the project stays a case of every stage."""

from __future__ import annotations

import json

import pytest

from support.commands import SEED, run
from support.paths import ROOT

VERDICTS = {
    "pod-host-network.yaml": ["pod: hostNetwork must not be true"],
    "pod-host-port.yaml": ["container kubia: hostPort is 9000, allowed: 10000-11000, 13000-14000"],
    "pod-host-pid-ipc.yaml": [
        "pod: hostPID must not be true",
        "pod: hostIPC must not be true",
        "container kubia: hostPort is 9000, allowed: 10000-11000, 13000-14000",
    ],
    "pod-as-user-guest.yaml": [],
    "pod-shared-volume-fsgroup.yaml": [],
}


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_policy_as_written_is_refused_with_both_slips() -> None:
    done = run("check", "examples/seed/psp-default.yaml")
    assert done.exit_code == 1
    assert "unknown field `spec.supplementalGroup`" in done.stdout
    assert "psp-default.yaml:26:2" in done.stdout
    assert "did you mean `supplementalGroups`?" in done.stdout
    assert "`spec.supplementalGroups` is missing" in done.stdout


def test_fix_applies_the_correction_and_says_so() -> None:
    done = run("import", "--fix", "examples/seed/psp-default.yaml")
    assert done.exit_code == 0
    assert "supplementalGroups" in done.stderr
    assert "allow   hostPorts 10000-11000, 13000-14000" in done.stdout


@pytest.mark.parametrize(("name", "messages"), VERDICTS.items())
def test_verdicts_of_the_interpreter(name: str, messages: list[str]) -> None:
    done = run("eval", "examples/psp-default.yaml", "-f", f"examples/seed/{name}", "--format", "json", "--changed")
    row = json.loads(done.stdout)
    assert row["allowed"] is (not messages)
    assert [reason["message"] for reason in row["reasons"]] == messages
    assert done.exit_code == (1 if messages else 0)
    for container in row["pod"]["spec"]["containers"]:
        assert container["securityContext"]["readOnlyRootFilesystem"] is True


@pytest.mark.parametrize(
    ("line", "allowed"),
    [("# runAsNonRoot: true", True), ("# privileged: true", False), ("# readOnlyRootFilesystem: true", True)],
)
def test_commented_variants_of_the_guest_pod(line: str, allowed: bool) -> None:
    text = (SEED / "pod-as-user-guest.yaml").read_text().replace(line, line.removeprefix("# "))
    done = run("eval", "examples/psp-default.yaml", "-f", "-", stdin=text.encode())
    assert done.exit_code == (0 if allowed else 1)


def test_slips_in_pods_are_told() -> None:
    done = run("eval", "examples/psp-default.yaml", "-f", "examples/seed/pod-host-network.yaml")
    assert "did you mean `command`?" in done.stderr
    done = run("eval", "examples/psp-default.yaml", "-f", "examples/seed/pod-shared-volume-fsgroup.yaml")
    assert "did you mean `supplementalGroups`?" in done.stderr
