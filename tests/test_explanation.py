"""``pscc explain FILE[:LINE]``: meaning, origin, what was replaced, and every target's text."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from conftest import ROOT
from pscc.backends.registry import TARGETS
from pscc.cli import main


def explained(subject: str) -> str:
    """What the command prints."""
    done = CliRunner().invoke(main, ["explain", subject])
    assert done.exit_code == 0, done.output
    return done.output


def test_one_line_of_a_source() -> None:
    text = explained(f"{ROOT / 'examples' / 'team.psp'}:3")
    assert "Containers use host ports in the listed ranges only." in text
    assert "In a PodSecurityPolicy: hostPorts" in text
    assert all(f"\n  {target}: exact" in text for target in TARGETS)
    assert "lib.in_ranges(port.hostPort" in text and "PsccAllowHostPorts" in text and "variables." in text
    assert "privileged" not in text


def test_what_is_replaced_and_what_a_target_cannot_set(tmp_path: Path) -> None:
    path = tmp_path / "a.psp"
    path.write_text("policy a extends pss/baseline {\n    allow hostPorts 80\n    default runAsNonRoot true\n}\n")
    text = explained(str(path))
    assert "In place of: `deny hostPorts" in text
    assert "OPA only answers" in text and f"{path}:2:5" in text


def test_a_psp_and_the_library_are_sources_too() -> None:
    assert "examples/restricted.yaml:" in explained(str(ROOT / "examples" / "restricted.yaml"))
    assert "unless os.name windows" in explained("pss/restricted@1.30")


def test_a_line_without_a_statement() -> None:
    done = CliRunner().invoke(main, ["explain", f"{ROOT / 'examples' / 'team.psp'}:1"])
    assert done.exit_code == 2 and "there is no statement in line 1" in done.output
