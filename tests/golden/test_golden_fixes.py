"""``golden/fixes``: what ``pscc fix`` makes of the example of a cluster: the diff, the rows of JSON, the patches, the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pscc.cli import main
from support.golden import check_golden
from support.paths import ROOT


def test_the_fixes_of_the_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "dump.yaml").symlink_to(ROOT / "examples" / "cluster" / "dump.yaml")
    pods = tmp_path / "examples" / "pods.yaml"
    pods.write_bytes((ROOT / "examples" / "cluster" / "pods.yaml").read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")

    def run(*options: str) -> str:
        return CliRunner().invoke(main, ["fix", "examples/dump.yaml", "-f", "examples/pods.yaml", *options]).stdout

    produced = {"fix.txt": run(), "fix.jsonl": run("--format", "json")}
    run("-o", "patches")
    produced |= {f"patches/{path.name}": path.read_text("utf-8") for path in (tmp_path / "patches").glob("*.yaml")}
    run("--write")
    check_golden(ROOT / "golden" / "fixes" / "cluster", produced | {"pods.yaml": pods.read_text("utf-8")}, [])
