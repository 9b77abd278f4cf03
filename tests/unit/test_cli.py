"""The command line as a user meets it: examples in the help, exit codes, what goes where."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.commands import run
from support.paths import ROOT

COMMANDS = ("compile", "check", "eval", "verify", "import", "explain", "report", "fix", "plan", "completion")


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def process(*arguments: str, seed: str = "0") -> subprocess.CompletedProcess[str]:
    """Run the command line as a process of its own."""
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "compiler")}
    command = [sys.executable, "-m", "pscc", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_example_in_the_help_works(command: str, tmp_path: Path) -> None:
    shown = run(command, "--help").stdout
    (example,) = [line.strip() for line in shown.splitlines() if "Example: pscc" in line]
    words = example.removeprefix("Example: pscc ").split(" >> ")[0].split()
    words = [str(tmp_path / "out") if word == "rego/" else word for word in words]
    done = process(*words)
    assert done.returncode == (1 if command in ("eval", "report", "fix", "plan") else 0), done.stderr


def tree(folder: Path) -> dict[str, bytes]:
    """Path to bytes of every file below."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_two_runs_give_identical_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    for seed in ("1", "2"):
        assert process("compile", "examples/team.psp", "-o", str(tmp_path / seed), seed=seed).returncode == 0
    assert tree(tmp_path / "1") == tree(tmp_path / "2")


@pytest.mark.parametrize("fmt", ["html", "markdown", "json", "sarif", "junit", "openreports"])
def test_two_reports_are_identical_whatever_the_hash_seed(fmt: str) -> None:
    asked = ("report", "examples/cluster/dump.yaml", "-f", "examples/cluster/pods.yaml", "--format", fmt)
    one, two = (process(*asked, seed=seed) for seed in ("1", "2"))
    assert one.stdout == two.stdout != ""


def test_a_failed_compile_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("compile", "examples/psp-default.yaml", "-o", str(out)).exit_code == 0
    before = tree(out)
    assert run("compile", "examples/seed/psp-default.yaml", "-o", str(out)).exit_code == 1
    assert tree(out) == before


def test_a_stream_on_stdout() -> None:
    done = run("compile", "examples/psp-default.yaml", "-o", "-")
    assert done.exit_code == 0
    assert done.stdout.count("kind: ConstraintTemplate\n") > 5
    assert "kind: Suite" not in done.stdout


@pytest.mark.parametrize("arguments", [("compile", "no-such.yaml", "-o", "x"), ("explain", "hostPrts"), ("nonsense",)])
def test_wrong_usage_exits_2(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize("epoch", ["yesterday", "1.5", "9" * 14, "9" * 400])
def test_a_day_that_is_none_exits_2(epoch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    done = run("check", "examples/team.psp")
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"SOURCE_DATE_EPOCH is `{epoch}`" in done.stderr
