"""The target ``kyverno``: the generated suites pass in the real CLI, as they are."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from conftest import ROOT, engine
from pscc.driver import analyse, compile_program, decode
from pscc.emit import emit


@pytest.mark.parametrize("name", ["psp-default.yaml", "restricted.yaml", "team.psp"])
def test_the_generated_suite_passes(name: str, tmp_path: Path) -> None:
    path = ROOT / "examples" / name
    _, program, _ = analyse(decode(str(path), path.read_bytes()))
    emit(tmp_path, compile_program(program, ("kyverno",))["kyverno"].files)
    command = [engine("kyverno"), "test", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " tests passed and 0 tests failed" in done.stdout
    assert "Test Summary: 0 tests" not in done.stdout
