"""``pscc verify --output`` reports a changed file of a folder, whether an engine runs it or not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from pscc.cli import main
from support.paths import ROOT

DEFAULT = str(ROOT / "examples" / "psp-default.yaml")
DEFAULTS_OF_KYVERNO = "policies/default-defaults.yaml"


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a target, compiled once."""

    @cache
    def folder(target: str) -> Path:
        path = tmp_path_factory.mktemp(target) / "out"
        assert CliRunner().invoke(main, ["compile", DEFAULT, "-t", target, "-o", str(path)]).exit_code == 0
        return path

    return folder


@pytest.mark.parametrize(
    ("target", "path", "old", "new"),
    [
        ("gatekeeper", "policies/default/deny-host-pid.yaml", "deny\n", "dryrun\n"),
        ("gatekeeper", "workloads/default/deny-host-pid-workloads.yaml", "Action: warn", "Action: dryrun"),
        (
            "gatekeeper",
            "mutators/default/default-read-only-root-filesystem-containers.yaml",
            "value: true",
            "value: false",
        ),
        ("gatekeeper", "policies/kustomization.yaml", "  - default/deny-host-pid.yaml\n", ""),
        ("kyverno", "policies/default.yaml", "Enforce", "Audit"),
        ("kyverno", DEFAULTS_OF_KYVERNO, "`true`", "`false`"),
        ("kyverno-cel", "policies/default.yaml", "[Deny]", "[Audit]"),
        ("kyverno-cel", "policies/default-ephemeral-containers.yaml", "11000", "11001"),
        ("kyverno-cel", DEFAULTS_OF_KYVERNO, "value: true", "value: false"),
        ("vap", "policies/default.yaml", "11000", "11001"),
        ("vap", "bindings/default.yaml", "[Deny]", "[Audit]"),
        ("vap", DEFAULTS_OF_KYVERNO, "value: true", "value: false"),
        ("vap", "kustomization.yaml", "  - bindings/default.yaml\n", ""),
    ],
)
def test_a_changed_file_is_reported_without_an_engine(
    target: str,
    path: str,
    old: str,
    new: str,
    compiled: Callable[[str], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    folder = shutil.copytree(compiled(target), tmp_path / "out")
    text = (folder / path).read_text(encoding="utf-8")
    assert old in text, text
    (folder / path).write_text(text.replace(old, new), encoding="utf-8")
    done = CliRunner().invoke(main, ["verify", DEFAULT, "--output", str(folder), "--count", "1"])
    assert done.exit_code == 1, done.output
    assert f"\n  {target}: {path}\n" in done.output
