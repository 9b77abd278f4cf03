"""Whole output folders of the command line: the same bytes every time, and what kustomize builds is what was meant."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from pscc.output.emit import MANIFEST, emit
from support.engines import run
from support.paths import ROOT
from support.targets import output_of, program_of

EXAMPLES = ("psp-default.yaml", "team.psp", "restricted.yaml")
SURROUNDINGS: tuple[dict[str, str], ...] = (
    {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"},
    {"PYTHONHASHSEED": "4711", "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu", "PYTHONUTF8": "0"},
    {"PYTHONHASHSEED": "random", "LC_ALL": "C.UTF-8", "TZ": "America/St_Johns"},
)


def compile_to(folder: Path, source: Path, surroundings: dict[str, str]) -> None:
    """Run the command line for every target."""
    targets = [word for target in ("gatekeeper", "opa", "kyverno") for word in ("-t", target)]
    subprocess.run(
        [sys.executable, "-m", "pscc", "compile", source, "-o", folder, *targets],
        check=True,
        capture_output=True,
        env={**os.environ, **surroundings},
        cwd=folder.parent,
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Path to bytes of every file below."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_surroundings_do_not_matter(name: str, tmp_path: Path) -> None:
    seen = []
    for number, surroundings in enumerate(SURROUNDINGS):
        folder = tmp_path / str(number)
        compile_to(folder, ROOT / "examples" / name, surroundings)
        seen.append(contents(folder))
    assert len(seen[0]) > 20
    assert seen[0] == seen[1] == seen[2]
    assert str(tmp_path).encode() not in b"".join(seen[0].values())
    assert str(ROOT).encode() not in b"".join(seen[0].values())


def documents(text: str) -> list[Any]:
    """The documents of a YAML stream, in an order of their own."""
    return sorted((d for d in yaml.safe_load_all(text) if d), key=lambda d: json.dumps(d, sort_keys=True))


def applied(folder: Path, *parts: str) -> list[Any]:
    """The documents below ``parts`` of ``folder`` with the annotations of its kustomization, which is left out itself."""
    files = [p for part in parts for p in (folder / part).rglob("*.yaml") if p.name != "kustomization.yaml"]
    written = documents("---\n".join(p.read_text(encoding="utf-8") + "\n" for p in files))
    more = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))["commonAnnotations"]
    for document in written:
        document["metadata"].setdefault("annotations", {}).update(more)
    return documents(yaml.safe_dump_all(written))


@pytest.mark.parametrize("name", [p.name for p in sorted((ROOT / "golden" / "policies").iterdir())])
def test_kustomize_builds_the_resources_and_nothing_else(name: str) -> None:
    folder = ROOT / "golden" / "policies" / name / "gatekeeper"
    steps = [step for step in ("templates", "policies", "mutators", "workloads") if (folder / step).is_dir()]
    for step in steps:
        done = run("kustomize", "build", folder / step)
        assert (done.returncode, done.stderr) == (0, "")
        assert documents(done.stdout) == applied(folder, step)
    assert {d["kind"] for d in applied(folder, "templates")} <= {"ConstraintTemplate"}
    done = run("kustomize", "build", folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert documents(done.stdout) == applied(folder, *steps)
    kyverno = ROOT / "golden" / "policies" / name / "kyverno"
    done = run("kustomize", "build", kyverno)
    assert (done.returncode, done.stderr) == (0, "")
    assert documents(done.stdout) == applied(kyverno, "policies")


def test_sync_waves_apply_what_defines_a_kind_before_what_uses_it(tmp_path: Path) -> None:
    plain, waves = tmp_path / "plain", tmp_path / "waves"
    for folder, more in ((plain, ()), (waves, ("--sync-waves",))):
        command = [sys.executable, "-m", "pscc", "compile", ROOT / "examples" / "psp-default.yaml", "-o", folder]
        subprocess.run([*command, *more], check=True, capture_output=True)
    changed = {path for path, data in contents(waves).items() if data != contents(plain)[path]}
    steps = {f"{step}/kustomization.yaml" for step in ("templates", "policies", "mutators", "workloads")}
    # the manifest says with which options each was compiled
    assert changed == {*steps, MANIFEST}
    done = run("kustomize", "build", waves)
    assert (done.returncode, done.stderr) == (0, "")
    for document in documents(done.stdout):
        annotations = document["metadata"]["annotations"]
        mutates = document["apiVersion"].startswith("mutations.")
        shared = document["kind"] == "ConstraintTemplate"
        wave = 0 if shared else 1 if mutates else 2
        assert annotations["argocd.argoproj.io/sync-wave"] == str(wave)
        options = "Prune=false" if shared else "SkipDryRunOnMissingResource=true"
        assert annotations["argocd.argoproj.io/sync-options"] == options


def test_a_stream_has_no_sync_waves() -> None:
    command = [
        sys.executable,
        "-m",
        "pscc",
        "compile",
        ROOT / "examples" / "psp-default.yaml",
        "-o",
        "-",
        "--sync-waves",
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "name a folder" in done.stderr


def test_a_whole_folder_can_be_given_to_gator(tmp_path: Path) -> None:
    program = program_of(ROOT / "examples" / "psp-default.yaml")
    emit(tmp_path, output_of(program, "gatekeeper").files)
    done = run("gator", "test", "-f", tmp_path)
    assert "default-deny-privileged" in done.stdout, done.stderr
    assert "auditing objects" not in done.stderr
