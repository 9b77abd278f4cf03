"""``examples/policies``: each policy is laid out and passes a strict check, alone or as the folder that it is meant as."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pscc.cli import main
from support.paths import ROOT

FOLDER = ROOT / "examples" / "policies"
SOURCES = [*sorted(FOLDER.glob("*.psp")), FOLDER / "shared-base"]


def test_there_are_twelve_and_each_is_listed() -> None:
    assert len(SOURCES) == 12
    listed = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(f"`{source.name}{'' if source.suffix else '/'}`" in listed for source in SOURCES)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_it_is_as_a_careful_team_would_have_it(source: Path) -> None:
    for arguments in (["check", "--strict", str(source)], ["fmt", "--check", str(source)]):
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == 0, done.stdout + done.stderr
    first = (source if source.is_file() else source / "base" / "base.psp").read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# ")
