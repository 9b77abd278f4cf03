"""``golden/reports``: what ``pscc report`` writes about the example of a cluster, in each of its formats."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from pscc.cli import main
from support.golden import check_golden
from support.paths import ROOT

NAMES = {
    "html": "report.html",
    "markdown": "report.md",
    "json": "report.json",
    "sarif": "report.sarif",
    "junit": "report.xml",
    "openreports": "openreports.json",
}


def test_the_reports_about_the_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    asked = ["report", "examples/cluster/dump.yaml", "-f", "examples/cluster/pods.yaml", "--format"]
    produced = {name: CliRunner().invoke(main, [*asked, fmt]).stdout for fmt, name in NAMES.items()}
    check_golden(ROOT / "golden" / "reports" / "cluster", produced, [])
