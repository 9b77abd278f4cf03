"""The SMT-LIB files of a proof, put to z3 and to cvc5, which share no code: both answer ``unsat``, and ``sat`` where it is wrong.

`make proofs ARGUMENTS=solvers` asks both about every golden policy.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from proofs.programs import Program, of_golden
from proofs.solvers import SOLVERS, answer, checked
from pscc.base.source import SourceFile
from pscc.cli import main
from pscc.proving.prove import claims
from support.paths import ROOT
from support.proofs import golden, of_text

SECONDS = 60.0


@pytest.mark.parametrize("target", ["vap", "kyverno-cel"])
def test_both_solvers_say_unsat_of_the_files_that_the_command_writes(target: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(
        main, ["prove", str(ROOT / "examples/restricted.yaml"), "-t", target, "--smt2", str(tmp_path)]
    )
    assert done.exit_code == 0
    files = sorted(tmp_path.iterdir())
    assert len(files) >= 4
    for file in files:
        assert {answer(solver, file.read_text(), SECONDS) for solver in SOLVERS} == {"unsat"}, file.name


def test_both_solvers_find_what_a_fault_lets_in() -> None:
    text = Path(golden("restricted")).read_text()
    broken = of_text(text).changed("object.spec.hostPID == true", "object.spec.hostPID == false")
    created, *_ = claims(broken.program, broken.texts, broken.kind, ("CREATE",)).claims
    scripts = [f"{question.exact.text}(check-sat)\n" for question in created.asked]
    for solver in SOLVERS:
        assert "sat" in [answer(solver, script, SECONDS) for script in scripts], solver


@pytest.mark.parametrize("name", ["privileged", "psp-default"])
def test_golden_proofs_are_checked_by_both(name: str) -> None:
    programs = [program for program in of_golden() if program.name.startswith(f"golden/policies/{name}/")]
    answers = [each.answers for each in checked(programs, ("vap",), SECONDS)]
    assert len(answers) == 4
    assert all(set(given.values()) == {"unsat"} for given in answers)


def test_what_is_not_understood_is_listed_and_not_left_out() -> None:
    source = SourceFile("p.psp", 'policy p {\n require seLinuxOptions level="s0:c1,c2,c3,c4,c5,c6,c7"\n}\n')
    (line,) = checked([Program("levels", source)], ("vap",), SECONDS)
    assert set(line.answers.values()) == {"not understood"} and "7 categories" in str(line)
