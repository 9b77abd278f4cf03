"""Public policies as people wrote them: each valid one compiles for every target, each invalid one is told what is wrong.

``golden/corpus/told.txt`` lists what is told of them (whether they are refused rightly, Kubernetes' own validation
judges in ``test_corpus_validation``). Their texts stay where they are: they are not the project's.
"""

from __future__ import annotations

import pytest

from pscc.diagnostics import Diagnostic, SourceError
from pscc.driver import analyse, compile_program
from pscc.ir import Program
from pscc.targets.registry import TARGETS
from support.corpus import FOLDER, documents
from support.golden import check_golden
from support.paths import ROOT

GOLDEN = ROOT / "golden" / "corpus"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"{FOLDER} is missing")


def read() -> tuple[dict[str, Program], list[str]]:
    """The valid policies, one of each content, and a line for each diagnostic."""
    valid: dict[str, Program] = {}
    told: list[str] = []
    for source in documents():
        diagnostics: tuple[Diagnostic, ...]
        try:
            _, program, diagnostics = analyse(source)
            valid.setdefault(source.text.strip(), program)
        except SourceError as error:
            diagnostics = error.diagnostics
        told += [f"{d.span}: {d.severity}[{d.code}]: {d.message}; {d.help}".rstrip("; ") for d in diagnostics]
    return valid, told


def test_what_is_told_of_public_policies() -> None:
    _, told = read()
    assert sum(": error[" in line for line in told) >= 20
    check_golden(GOLDEN, {"told.txt": "\n".join(told) + "\n"}, inputs=[])


@pytest.mark.slow
def test_every_valid_public_policy_compiles_for_every_target() -> None:
    valid, _ = read()
    assert len(valid) >= 90
    for program in valid.values():
        outputs = compile_program(program, tuple(TARGETS)).outputs
        assert set(outputs) == set(TARGETS)
        for output in outputs.values():
            assert output.files
            assert not [d for d in output.diagnostics if d.severity == "error"]
