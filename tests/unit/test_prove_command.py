"""``pscc prove`` on the command line: its answers, its exit codes, its files."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from pscc.cli import _proving, main
from support.paths import ROOT

PRIVILEGED = str(ROOT / "golden" / "policies" / "privileged" / "policy.yaml")


def _run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["prove", *words])
    return result.exit_code, result.stdout, result.stderr


def test_equal_exits_with_0_and_says_what_is_not_covered() -> None:
    code, text, _ = _run(PRIVILEGED, "-t", "vap")
    assert code == 0
    assert text.startswith("vap  CREATE  enforce  equal")
    assert "not covered: workloads (privileged-workloads)" in text


def test_json_has_the_length_of_each_list() -> None:
    code, text, _ = _run(PRIVILEGED, "-t", "vap", "--format", "json")
    proof, _ = json.loads(text)["proofs"]
    assert code == 0
    assert proof["answer"] == "equal"
    assert proof["elements"]["pod.spec.containers"] == 1


def test_smt_files_say_unsat(tmp_path: Path) -> None:
    import z3

    assert _run(str(ROOT / "examples" / "restricted.yaml"), "-t", "vap", "--smt2", str(tmp_path / "new"))[0] == 0
    files = sorted((tmp_path / "new").iterdir())
    assert [file.name for file in files] == [
        f"vap-{operation}-enforce-{does}.smt2"
        for operation in ("create", "update")
        for does in ("lets-in", "shuts-out")
    ]
    for file in files:
        solver = z3.Solver()
        solver.from_string(file.read_text())
        assert solver.check() == z3.unsat


def test_a_difference_exits_with_1_and_shows_the_pod(monkeypatch: pytest.MonkeyPatch) -> None:
    real = _proving.claims

    def broken(program, texts, kind):  # type: ignore[no-untyped-def]
        changed = {path: text.replace("hostPID == true", "hostPID == false") for path, text in texts.items()}
        return real(program, changed, kind)

    monkeypatch.setattr(_proving, "claims", broken)
    monkeypatch.setenv("PATH", "")
    code, text, _ = _run(str(ROOT / "examples" / "team.psp"), "-t", "vap")
    assert code == 1
    assert "the output admits this pod, and the source refuses it" in text
    assert "hostPID: true" in text
    assert "hostPID: pod: hostPID must not be true" in text


def test_what_cannot_be_proven_exits_with_2() -> None:
    code, _, said = _run(PRIVILEGED, "-t", "opa")
    assert code == 2
    assert "`opa` cannot be proven" in said
    code, _, said = _run(str(ROOT / "examples" / "cluster" / "dump.yaml"), "-t", "vap", "--rbac", "live")
    assert code == 2
    assert "`choose`" in said


def test_targets_of_a_configuration_that_cannot_be_proven_are_named(tmp_path: Path) -> None:
    source = tmp_path / "p.psp"
    source.write_text("policy p {\n    deny privileged\n}\n")
    (tmp_path / "pscc.toml").write_text('target = ["gatekeeper", "vap"]\n')
    code, text, said = _run(str(source))
    assert code == 0 and text.startswith("vap  CREATE  enforce  equal")
    assert "not proven: `gatekeeper`, which pscc.toml names" in said
    assert _run(str(source), "-t", "gatekeeper,vap")[0] == 2
    (tmp_path / "pscc.toml").write_text('target = ["gatekeeper"]\n')
    assert _run(str(source))[0] == 2


def test_without_z3_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    code, _, said = _run(PRIVILEGED)
    assert code == 2
    assert "pip install 'pscc-compiler[prove]'" in said


def test_a_solver_that_gives_up_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    from pscc.proving import question
    from pscc.proving.solver import Unsolved

    monkeypatch.setattr(question, "solve", lambda *_: Unsolved("timeout"))
    monkeypatch.setattr(question, "possible", lambda *_: Unsolved("timeout"))
    code, text, _ = _run(PRIVILEGED, "-t", "vap")
    assert code == 1
    assert "vap  CREATE  enforce  unknown: the solver gave up: timeout" in text


def test_without_a_target_all_that_can_be_proven_are(tmp_path: Path) -> None:
    source = tmp_path / "p.psp"
    source.write_text("policy p {\n    deny hostPID\n}\n")
    code, text, _ = _run(str(source))
    assert code == 0
    assert [line.split("  enforce")[0] for line in text.splitlines()[:-1]] == [
        "kyverno  CREATE",
        "kyverno  UPDATE",
        "kyverno-cel  CREATE",
        "kyverno-cel  UPDATE",
        "vap  CREATE",
        "vap  UPDATE",
    ]
    code, text, _ = _run(str(source), "-t", "gatekeeper", "--engine", "cel")
    assert code == 0
    assert text.startswith("gatekeeper  CREATE  enforce  equal")
    assert "not covered: workloads (p-deny-host-pid-workloads)" in text
