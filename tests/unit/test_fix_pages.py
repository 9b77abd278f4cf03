"""The commands that ``docs/fix.md`` and the README show about mending and rolling out: each is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.paths import ROOT
from support.shown import blocks, obey

CLUSTER = ROOT / "examples" / "cluster"
PRINTED = {
    name: (CLUSTER / file).read_text("utf-8") for name, file in (("psp", "dump.yaml"), ("deployments", "pods.yaml"))
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    return tmp_path


def test_the_page_shows_what_happens(here: Path) -> None:
    shown = [each for block in blocks((ROOT / "docs" / "fix.md").read_text("utf-8")) for each in block]
    assert [command.split()[1] for command, _ in shown] == ["fix", "fix", "plan"]
    for command, output in shown:
        done = obey(command)
        assert done is not None and done.stdout.startswith(output)
    assert (here / "patches" / "kustomization.yaml").exists() and (here / "rollout.sh").read_text("utf-8").startswith(
        "# 1."
    )


def test_the_way_of_the_readme_can_be_gone(here: Path) -> None:
    section = (
        (ROOT / "README.md").read_text("utf-8").partition("### From `kubectl get` to enforced")[2].partition("\n## ")[0]
    )
    (block,) = blocks(section)
    assert {command.split()[0] for command, _ in block} == {"pscc", "kubectl"}
    for command, output in block:
        assert not output, "one screen: commands alone"
        obey(command.partition("  # ")[0].rstrip(), PRINTED)
    assert (here / "report.html").exists() and (here / "rollout" / "enforce" / "kustomization.yaml").exists()
