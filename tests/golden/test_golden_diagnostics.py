"""``golden/diagnostics``: a broken (or doubtful) source a folder, and what its author is told, word for word.

``fixed.…`` is what ``--fix`` makes of it, where it offers corrections, and ``guessed.…`` what ``--unsafe-fixes`` adds. A few
folders hold the machine formats too.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pscc.base.source import SourceFile
from pscc.diagnostics import Diagnostic, SourceError
from pscc.diagnostics.render import Format, render
from pscc.driver import analyse, decode
from pscc.fixing import correct
from pscc.meaning.hidden import Hidden
from pscc.meaning.library import library_source
from pscc.meaning.lint import lint, weaker
from support.golden import check_golden
from support.paths import ROOT

CASES = ROOT / "golden" / "diagnostics"
IN_ALL_FORMATS = ("psp-misspelled-field", "lng-all-at-once", "psp-namespace")
NAMES = ("policy.psp", "policy.yaml", "policy.json")
MACHINE: tuple[tuple[Format, str], ...] = (("json", "jsonl"), ("github", "github.txt"), ("sarif", "sarif.json"))


TODAY = date(2026, 11, 24)
"""For the ends of exemptions."""


def told(source: SourceFile, as_check: bool, floor: bool) -> tuple[Diagnostic, ...]:
    """What is said of ``source``; ``as_check`` adds what `pscc check` warns of, ``floor`` what it does against a floor."""
    try:
        document, program, warnings = analyse(source, today=TODAY)
    except SourceError as error:
        return error.diagnostics
    baseline = library_source("pss/baseline")
    assert baseline is not None
    more = [*lint(document, program)] if as_check else []
    more += Hidden((source,)).idle((*warnings, *more)) if as_check else []
    more += weaker(program, analyse(baseline)[1], "pss/baseline") if floor else []
    return (*warnings, *more)


def source_of(folder: Path) -> Path:
    (path,) = [folder / name for name in NAMES if (folder / name).exists()]
    return path


def read(path: Path) -> tuple[SourceFile, tuple[Diagnostic, ...]]:
    try:
        source = decode(path.name, path.read_bytes())
    except SourceError as error:
        return SourceFile(path.name, ""), error.diagnostics
    lints = path.parent.name.startswith("lng-lint-")
    return source, told(source, lints, path.parent.name == "lng-lint-weaker-than-baseline")


@pytest.mark.parametrize("folder", sorted(CASES.iterdir()), ids=lambda folder: folder.name)
def test_what_the_author_is_told(folder: Path) -> None:
    path = source_of(folder)
    source, diagnostics = read(path)
    assert diagnostics, "this source is clean"
    texts = {source.name: source.text}
    produced = {"told.txt": render(diagnostics, texts, "text", False)}
    if folder.name in IN_ALL_FORMATS:
        produced |= {f"told.{ending}": render(diagnostics, texts, fmt, False) for fmt, ending in MACHINE}
    (fixed,), _ = correct(source)
    if fixed.text != source.text:
        produced[f"fixed{path.suffix}"] = fixed.text
    (guessed,), _ = correct(source, unsafe=True)
    if guessed.text != fixed.text:
        produced[f"guessed{path.suffix}"] = guessed.text
    check_golden(folder, produced, inputs=[path.name])


def test_every_error_says_how_it_is_mended() -> None:
    silent = [
        f"{folder.name}: {diagnostic.message}"
        for folder in sorted(CASES.iterdir())
        for diagnostic in read(source_of(folder))[1]
        if not (diagnostic.help or diagnostic.label)
    ]
    assert not silent
