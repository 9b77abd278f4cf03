"""``golden/sets``: a set of policies, and what the targets make of it; ``golden/compile``: what a compile is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from pscc.base.source import SourceFile
from pscc.diagnostics import Diagnostic, SourceError
from pscc.diagnostics.render import render
from pscc.driver import analyse, compile_program, decode
from pscc.lowering.rollout import Rollout
from pscc.output.options import DEFAULTS, Options
from support.golden import check_golden
from support.paths import ROOT

OUTPUTS = {
    "vap": ("vap", Rollout(), DEFAULTS),
    "vap-live": ("vap", Rollout(live=True), DEFAULTS),
    "kyverno-cel": ("kyverno-cel", Rollout(), DEFAULTS),
    "gatekeeper": ("gatekeeper", Rollout(), DEFAULTS),
    "gatekeeper-cel": ("gatekeeper", Rollout(), Options(engine="cel")),
    "opa": ("opa", Rollout(), DEFAULTS),
}
TOLD = {"tgt-live-budget": ("vap", Rollout(live=True)), "set-live-nothing": ("vap", Rollout(live=True))}
"""The target and the options of each compile."""


def source_in(folder: Path) -> SourceFile:
    return decode("policy.psp", (folder / "policy.psp").read_bytes())


@pytest.mark.parametrize("folder", sorted((ROOT / "golden" / "sets").iterdir()), ids=lambda folder: folder.name)
def test_sets(folder: Path) -> None:
    _, program, _ = analyse(source_in(folder))
    produced = {}
    for name, (target, rollout, options) in OUTPUTS.items():
        output = compile_program(program, (target,), rollout, options).outputs[target]
        produced |= {f"{name}/{file.path}": file.text for file in output.files if not _of_the_suite(file.path)}
    check_golden(folder, produced, ["policy.psp"])


def _of_the_suite(path: str) -> bool:
    return path.startswith("suite") or path.endswith("_test.rego")


@pytest.mark.parametrize("folder", sorted((ROOT / "golden" / "compile").iterdir()), ids=lambda folder: folder.name)
def test_what_a_compile_is_told(folder: Path) -> None:
    source = source_in(folder)
    target, rollout = TOLD[folder.name]

    def told() -> tuple[Diagnostic, ...]:
        try:
            return compile_program(analyse(source)[1], (target,), rollout).all_diagnostics
        except SourceError as error:
            return error.diagnostics

    check_golden(folder, {"told.txt": render(told(), {source.name: source.text}, "text", False)}, ["policy.psp"])
