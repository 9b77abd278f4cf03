"""Several PodSecurityPolicies with their RBAC, evaluated: which policy admits a pod, for whom and where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from pscc.cli import main
from support.paths import ROOT
from support.rbac import CLOSED, binding, group, psp, role


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    objects = (
        psp("open", privileged=True, volumes=["*"]), CLOSED, role("o", "open"), role("t", "tight"),
        binding("o", "o", group("ops")), binding("o", "o", group("system:serviceaccounts:sys"), namespace="sys"),
        binding("t", "t", group("system:authenticated")),
    )  # fmt: skip
    for number, one in enumerate(objects):
        path = tmp_path / "dump" / f"{number}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump(one))
    container = {"name": "c", "image": "i", "securityContext": {"privileged": True}}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [container]}}
    (tmp_path / "pod.yaml").write_text(yaml.safe_dump(pod))
    template = {"metadata": {"name": "d"}, "spec": {"template": pod}}
    (tmp_path / "deployment.yaml").write_text(
        yaml.safe_dump({"apiVersion": "apps/v1", "kind": "Deployment", **template})
    )
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "policy"),
    [
        (["-f", "pod.yaml"], ""),
        (["-f", "pod.yaml", "--as", "jane", "--as-group", "ops"], "open"),
        (["-f", "pod.yaml", "-n", "sys"], "open"),
        (["-f", "pod.yaml", "--as", "system:serviceaccount:sys:builder", "-n", "sys"], "open"),
        (["-f", "pod.yaml", "--as", "system:serviceaccount:sys:builder"], ""),
        (["-f", "deployment.yaml", "--as", "jane", "--as-group", "ops"], ""),
    ],
)
def test_eval_says_which_policy_admits(
    folder: Path, arguments: list[str], policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    done = CliRunner().invoke(main, ["eval", "dump", "--format", "json", *arguments])
    (row,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert (row["policy"], row["allowed"], done.exit_code) == (policy, bool(policy), 0 if policy else 1)


def test_eval_gives_every_policys_reasons(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    done = CliRunner().invoke(main, ["eval", "dump", "-f", "pod.yaml"])
    assert "tight: container c: privileged must not be true" in done.stdout
    anonymous = CliRunner().invoke(main, ["eval", "dump", "-f", "pod.yaml", "--as", "system:anonymous"])
    assert "no policy may be used in namespace default by user system:anonymous" in anonymous.stdout


def test_a_group_needs_a_user(folder: Path) -> None:
    done = CliRunner().invoke(main, ["eval", str(folder / "dump"), "-f", str(folder / "pod.yaml"), "--as-group", "ops"])
    assert done.exit_code == 2


def test_the_example_admits_what_the_cluster_admitted() -> None:
    done = CliRunner().invoke(
        main,
        [
            "eval",
            str(ROOT / "examples" / "cluster" / "dump.yaml"),
            "-f",
            str(ROOT / "examples" / "cluster" / "pods.yaml"),
            "--format",
            "json",
        ],
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["policy"] for row in rows] == ["restricted", "ingress", "privileged", ""]
