"""How CEL looks on every target that prints it: expressions that fit a screen, in the syntax that every cluster takes."""

from __future__ import annotations

import pytest
import yaml

from conformance.policies import statements_meaning
from pscc.controls import CONTROLS
from pscc.driver import compile_program
from pscc.ir import Program
from pscc.output.options import Options
from support.cel import expressions
from support.golden_verdicts import statements

TARGETS = ("gatekeeper", "kyverno", "kyverno-cel", "vap")
LINES = 25
MANY = (
    "allow hostPorts 1, 3, 5, 7-9, 11, 13, 15-20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, 58",
    "allow hostPath /a (read-only), /b, /c (read-only), /d, /e, /f, /g, /h (read-only), /i, /j, /k, /l, /m, /n, /o, /p, /q",
    "allow volumes *",
    "require seccompProfile runtime/default, localhost/a*, localhost/b*, localhost/c*, localhost/d*, localhost/e*, localhost/f",
    "allow capabilities.add A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, U, V, W, X, Y, Z, AA, AB, AC, AD, AE",
)


EVERY = [statement for control in CONTROLS for statement in statements(control)]


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_every_expression_fits_a_screen(target: str) -> None:
    long: dict[str, int] = {}
    read = 0
    for statement in (*EVERY, *MANY):
        program = Program((statements_meaning(f"policy p {{ {statement} }}"),))
        output = compile_program(program, (target,), options=Options(engine="cel")).outputs[target]
        for path in output.resources:
            text = next(file.text for file in output.files if file.path == path)
            for document in yaml.load_all(text, Loader=yaml.CSafeLoader):
                for expression in expressions(document):
                    read += 1
                    lines = len(expression.splitlines())
                    if lines > LINES:
                        long[f"{statement}: {path}"] = max(lines, long.get(f"{statement}: {path}", 0))
                    assert ".?" not in expression and "[?" not in expression and "optional" not in expression
    assert read > len(EVERY)
    assert not long
