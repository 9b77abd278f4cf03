"""Proofs of policies: what they mean, the files that a target makes of them, and answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from pscc import ir
from pscc.base.frozen import frozen
from pscc.base.source import SourceFile
from pscc.diagnostics import SourceError
from pscc.driver import analyse, compile_program
from pscc.files import loader_for
from pscc.lowering.prepared import prepared
from pscc.lowering.rollout import AS_WRITTEN, Rollout
from pscc.output.options import DEFAULTS, Options
from pscc.proving.errors import NoBoundError, NotUnderstoodError
from pscc.proving.prove import claims
from pscc.proving.question import Answer, Differs, Undecided
from pscc.proving.witness import Witness, witness
from pscc.targets.registry import target_named
from support.paths import ROOT

SECONDS = 60.0


def golden(name: str) -> str:
    """The path of the golden policy ``name``."""
    (path,) = (ROOT / "golden" / "policies" / name).glob("policy.*")
    return str(path)


@frozen
class Proven:
    """What a source means, rolled out, and the files that a target makes of it, whose checks are in objects of ``kind``."""

    program: ir.Program
    texts: Mapping[str, str]
    kind: str

    def changed(self, right: str, wrong: str) -> Proven:
        """The same with ``wrong`` in the files where they have ``right``, which they must have."""
        texts = {path: text.replace(right, wrong) for path, text in self.texts.items()}
        assert texts != self.texts
        return Proven(self.program, texts, self.kind)


@cache
def of_text(text: str, rollout: Rollout = AS_WRITTEN, target: str = "vap", options: Options = DEFAULTS) -> Proven:
    """The policies of ``text``, and what ``target`` makes of them with ``options``."""
    name = "policy.psp" if text.lstrip().startswith(("policy", "choose", "use")) else "policy.yaml"
    _, program, _ = analyse(SourceFile(name, text), load=loader_for(name))
    output = compile_program(program, (target,), rollout, options).outputs[target]
    texts = {file.path: file.text for file in output.files if file.path in output.resources}
    kind = target_named(target).capabilities(options).proven_from
    return Proven(prepared(program, rollout).written, texts, kind)


def answers(proven: Proven) -> list[Answer]:
    """The answer to each claim."""
    return [claim.answered(SECONDS) for claim in claims(proven.program, proven.texts, proven.kind).claims]


def difference(proven: Proven) -> Witness | None:
    """The first created pod that is treated differently, which the interpreter confirms; None where all is equal."""
    for claim in claims(proven.program, proven.texts, proven.kind, ("CREATE",)).claims:
        answer = claim.answered(SECONDS)
        if isinstance(answer, Differs):
            return witness(answer, claim.policies, claim.choices)
    return None


def outputs_of(source: SourceFile, target: str, kubernetes: tuple[int, int] | None = None) -> Proven:
    """What ``source`` means, and what ``target`` makes of it, in CEL where it can choose, for a release of Kubernetes."""
    options = Options(engine="cel") if kubernetes is None else Options(engine="cel", kubernetes=kubernetes)
    _, program, _ = analyse(source, load=loader_for(source.name))
    output = compile_program(program, (target,), AS_WRITTEN, options).outputs[target]
    texts = {file.path: file.text for file in output.files if file.path in output.resources}
    return Proven(prepared(program).written, texts, target_named(target).capabilities(options).proven_from)


def answered(make: Callable[[], Proven], seconds: float) -> str:
    """``equal``, ``differs``, or why it is neither. A difference is confirmed by the interpreter."""
    try:
        proven = make()
        asked = claims(proven.program, proven.texts, proven.kind).claims
    except SourceError as error:
        return f"no program: {error.diagnostics[0].message}"
    except (NotUnderstoodError, NoBoundError) as error:
        return f"not understood: {error}"
    unknown = ""
    for claim in asked:
        answer = claim.answered(seconds)
        if isinstance(answer, Differs):
            shown = witness(answer, claim.policies, claim.choices)
            return f"differs: it {shown.does} a pod"
        if isinstance(answer, Undecided):
            unknown = unknown or f"unknown: {claim.operation}: {answer.reason}"
    return unknown or "equal"
