"""Kustomize makes of the patches of ``pscc fix -o`` what ``--write`` makes of the files."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from pscc.cli import main
from support.mending import deployment, written
from support.paths import ROOT
from support.pods import awkward

KUSTOMIZE = ROOT / ".engines" / "bin" / "kustomize"
CLUSTER = ROOT / "examples" / "cluster"
KUSTOMIZATION = "resources: [pods.yaml]\ncomponents: [patches]\n"


def run(*arguments: str) -> int:
    return CliRunner().invoke(main, ["fix", *arguments]).exit_code


def by_name(text: str) -> dict[tuple[str, str], Any]:
    return {(each["kind"], each["metadata"]["name"]): each for each in yaml.safe_load_all(text) if each}


def built(folder: Path) -> dict[tuple[str, str], Any]:
    done = subprocess.run([KUSTOMIZE, "build", folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return by_name(done.stdout)


def compared(folder: Path, policy: str) -> tuple[int, int]:
    """The exit codes of both ways. Asserts that they give the same objects."""
    (folder / "kustomization.yaml").write_text(KUSTOMIZATION, encoding="utf-8")
    file = str(folder / "pods.yaml")
    patched = run(policy, "-f", file, "-o", str(folder / "patches"))
    objects = built(folder)
    edited = run(policy, "-f", file, "--write")
    (folder / "kustomization.yaml").write_text("resources: [pods.yaml]\n", encoding="utf-8")
    assert objects == built(folder)
    return patched, edited


def test_the_cluster(tmp_path: Path) -> None:
    shutil.copy(CLUSTER / "pods.yaml", tmp_path)
    assert compared(tmp_path, str(CLUSTER / "dump.yaml")) == (1, 1)


POLICY = """policy p {
    require runAsGroup
    default runAsGroup 10
    require fsGroup 7
    default fsGroup 7
    require capabilities.drop all of ALL, KILL
    default capabilities.drop add ALL, KILL
    require seccompProfile runtime/default, unconfined
    default seccompProfile runtime/default
}
"""


@pytest.mark.parametrize("style", ["block", "json"])
def test_drawn_workloads(tmp_path: Path, style: str) -> None:
    rng = random.Random(style)
    pods = awkward()
    objects = [*pods, *(deployment(pod, f"d-{number}") for number, pod in enumerate(pods))]
    (tmp_path / "pods.yaml").write_text(written(rng, style, objects), encoding="utf-8")
    (tmp_path / "p.psp").write_text(POLICY, encoding="utf-8")
    assert compared(tmp_path, str(tmp_path / "p.psp")) in ((0, 0), (1, 1))


def test_a_kind_that_kustomize_does_not_know(tmp_path: Path) -> None:
    rollout = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Rollout",
        "metadata": {"name": "a.b", "namespace": "shop"},
        "spec": {"template": {"spec": {"containers": [
            {"name": "c", "securityContext": {"capabilities": {"drop": ["KILL"]}}}, {"name": "d"},
        ]}}},
    }  # fmt: skip
    (tmp_path / "pods.yaml").write_text(yaml.safe_dump(rollout), encoding="utf-8")
    (tmp_path / "p.psp").write_text(POLICY, encoding="utf-8")
    assert compared(tmp_path, str(tmp_path / "p.psp")) == (0, 0)
