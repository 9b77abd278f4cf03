"""A workload is judged with the defaults that other policies set wherever its policy holds, on the real engines."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pscc.cli import main
from support.engines import engine, run

POLICIES = """policy sets {
    in namespaces team-*
    default runAsGroup 10
}

policy asks {
    in namespaces team-a
    require runAsGroup
}

policy allsets {
    except namespaces kube-system
    default fsGroup 5
}

policy asksfs {
    in namespaces team-a
    require fsGroup 5
}
"""
LISTS = """policy m {
    default capabilities.drop add CHOWN
    default supplementalGroups 443
}

policy z {
    default capabilities.drop add KILL
    default supplementalGroups 443
    require capabilities.drop all of KILL, CHOWN
}
"""
REFUSING = """policy m {
    default capabilities.drop add CHOWN
    default supplementalGroups 443
}

policy z {
    default supplementalGroups 443
}

policy n {
    deny supplementalGroups 443
}
"""
WORKLOAD = """apiVersion: apps/v1
kind: Deployment
metadata: {name: d, namespace: team-a}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec: {containers: [{name: main, image: "app:1"}]}
"""


@pytest.mark.parametrize("text", [POLICIES, LISTS, REFUSING], ids=["scopes", "lists", "refusing"])
@pytest.mark.parametrize(
    "arguments", [("--engine", "rego"), ("--engine", "cel"), ("--layout", "per-policy")], ids="-".join
)
def test_gatekeeper(arguments: tuple[str, ...], text: str, tmp_path: Path) -> None:
    source, pods = written(tmp_path, text)
    asked = ("--workloads", "enforce", "-t", "gatekeeper", "--pods", pods, "--count", "10", "--require", "gatekeeper")
    done = CliRunner().invoke(main, ["verify", source, *arguments, *asked, "--gator", engine("gator")])
    assert done.exit_code == 0, done.stdout
    (row,) = (line.split() for line in done.stdout.splitlines() if line.startswith("gatekeeper"))
    assert row[-2:] == ["0", "0"], done.stdout


@pytest.mark.parametrize("text", [POLICIES, LISTS], ids=["scopes", "lists"])
@pytest.mark.parametrize("target", ["kyverno-cel", "vap"])
def test_kyverno_and_kubernetes(target: str, text: str, tmp_path: Path) -> None:
    source, pods = written(tmp_path, text)
    output = tmp_path / "out"
    compiled = CliRunner().invoke(main, ["compile", source, "-o", str(output), "-t", target, "--workloads", "enforce"])
    assert compiled.exit_code == 0, compiled.stderr
    done = run("kyverno", "test", output)
    assert done.returncode == 0, done.stdout + done.stderr
    if target == "kyverno-cel":  # of `vap` Kyverno's command line asks the policies about pods for workloads, too
        done = run("kyverno", "apply", output / "policies", "-r", pods)
        assert "fail: 0, warn: 0, error: 0" in done.stdout, done.stdout + done.stderr


def written(folder: Path, text: str) -> tuple[str, str]:
    source, pods = folder / "p.psp", folder / "workload.yaml"
    source.write_text(text, encoding="utf-8")
    pods.write_text(WORKLOAD, encoding="utf-8")
    return str(source), str(pods)
