"""Proofs of the golden policies: what they mean, the files that vap makes of them, and answers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from pscc import ir
from pscc.base.source import SourceFile
from pscc.driver import analyse, compile_program
from pscc.files import loader_for
from pscc.lowering.prepared import prepared
from pscc.lowering.rollout import AS_WRITTEN, Rollout
from pscc.proving.prove import claims
from pscc.proving.question import Answer, Differs
from pscc.proving.witness import Witness, witness
from support.paths import ROOT

SECONDS = 60.0


def golden(name: str) -> str:
    """The path of the golden policy ``name``."""
    (path,) = (ROOT / "golden" / "policies" / name).glob("policy.*")
    return str(path)


@cache
def of_text(text: str, rollout: Rollout = AS_WRITTEN) -> tuple[ir.Program, Mapping[str, str]]:
    """What the policies of ``text`` mean, rolled out, and the files of ``vap``, by their paths."""
    name = "policy.psp" if text.lstrip().startswith(("policy", "choose", "use")) else "policy.yaml"
    _, program, _ = analyse(SourceFile(name, text), load=loader_for(name))
    output = compile_program(program, ("vap",), rollout).outputs["vap"]
    texts = {file.path: file.text for file in output.files if file.path in output.resources}
    return prepared(program, rollout).written, texts


def answers(program: ir.Program, texts: Mapping[str, str]) -> list[Answer]:
    """The answer for each mode."""
    return [claim.answered(SECONDS) for claim in claims(program, texts).claims]


def difference(program: ir.Program, texts: Mapping[str, str]) -> Witness | None:
    """The first created pod that is treated differently, which the interpreter confirms; None where all is equal."""
    for claim in claims(program, texts, ("CREATE",)).claims:
        answer = claim.answered(SECONDS)
        if isinstance(answer, Differs):
            return witness(answer, claim.policies)
    return None
