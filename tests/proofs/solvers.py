"""Each question of a proof, put to two solvers that share no code: z3 and cvc5. Both have to answer ``unsat``."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from proofs.programs import Program
from pscc.proving.errors import NoBoundError, NotUnderstoodError
from pscc.proving.prove import claims
from support.proofs import outputs_of

SOLVERS = ("z3", "cvc5")


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of a ``question`` on a ``target``: the answer of each solver, and its seconds."""

    target: str
    question: str
    answers: dict[str, str]
    seconds: dict[str, float]

    def __str__(self) -> str:
        """One line: the answers and times."""
        said = ", ".join(f"{name} {self.answers[name]} in {self.seconds[name]:.1f} s" for name in SOLVERS)
        return f"{self.target}  {self.question}: {said}"


def checked(programs: Iterable[Program], targets: Iterable[str], seconds: float) -> Iterator[Checked]:
    """Each question about each of ``programs``, as ``pscc prove --smt2`` writes it, put to both solvers.

    A program that is not understood has one line that says so, with both answers ``not understood``.
    """
    for program in programs:
        for target in targets:
            try:
                proven = outputs_of(program.source, target, program.kubernetes)
                asked = claims(proven.program, proven.texts, proven.kind).claims
            except (NotUnderstoodError, NoBoundError) as error:
                never = dict.fromkeys(SOLVERS, 0.0)
                yield Checked(target, f"{program.name}: {error}", dict.fromkeys(SOLVERS, "not understood"), never)
                continue
            for claim in asked:
                for question in claim.asked:
                    name = f"{program.name} {claim.operation} {claim.mode} {question.does}"
                    yield of_script(target, name, f"{question.script.text}(check-sat)\n", seconds)


def of_script(target: str, name: str, script: str, seconds: float) -> Checked:
    """The answers to ``script``, each after at most ``seconds``."""
    answers, took = {}, {}
    for solver in SOLVERS:
        begun = time.monotonic()
        answers[solver] = answer(solver, script, seconds)
        took[solver] = time.monotonic() - begun
    return Checked(target, name, answers, took)


def answer(solver: str, script: str, seconds: float) -> str:
    """What ``solver`` says: ``unsat``, ``sat`` or ``unknown``, which it also says once ``seconds`` are over."""
    return _of_z3(script, seconds) if solver == "z3" else _of_cvc5(script, seconds)


def _of_z3(script: str, seconds: float) -> str:
    import z3

    solver = z3.Solver()
    solver.set("timeout", int(seconds * 1000))
    solver.from_string(script)
    return str(solver.check())


def _of_cvc5(script: str, seconds: float) -> str:
    import cvc5

    manager = cvc5.TermManager()
    solver = cvc5.Solver(manager)
    solver.setOption("tlimit-per", str(int(seconds * 1000)))
    reader = cvc5.InputParser(solver)
    reader.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, script, "question.smt2")
    symbols = reader.getSymbolManager()
    said = ""
    while not (command := reader.nextCommand()).isNull():
        said += str(command.invoke(solver, symbols))
    return said.strip()
