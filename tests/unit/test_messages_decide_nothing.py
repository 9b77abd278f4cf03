"""No code decides by what a diagnostic or a finding says: with every text changed, `verify` and `--fix` do the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pscc.base.source import SourceFile
from pscc.diagnostics import Diagnostic
from pscc.fixing import correct
from support import changed_words
from support.paths import ROOT

MISTAKES = sorted((ROOT / "golden" / "diagnostics").glob("lng-*/policy.psp"))
CODES = """
from dataclasses import replace
from pscc.base.source import Span
from pscc.lowering import shortfall_text
said = shortfall_text.diagnostic_of
def elsewhere(shortfall):
    return replace(said(shortfall), code="TGT999", span=Span("none", 1, 1, 1, 1))
import pscc.explain.lowerings, pscc.explain.explanation, pscc.output.contents
for module in (shortfall_text, pscc.output.contents, pscc.explain.lowerings, pscc.explain.explanation):
    module.diagnostic_of = elsewhere
"""
"""Shortfalls with another code, at another place."""


@pytest.mark.slow
@pytest.mark.parametrize("name", changed_words.SOURCES)
def test_verify_finds_the_same_whatever_messages_say(name: str, tmp_path: Path) -> None:
    source = tmp_path / "p.psp"
    source.write_text(changed_words.SOURCES[name], encoding="utf-8")
    found = json.dumps(changed_words.held(source, "-t", "opa", "--count", "40"))
    assert found.count('"stricter": 0') < found.count('"stricter"')


@pytest.mark.slow
def test_verify_finds_the_same_whatever_codes_and_places_are(tmp_path: Path) -> None:
    source = tmp_path / "p.psp"
    source.write_text(changed_words.SOURCES["defaults"], encoding="utf-8")
    words = ("-t", "opa", "--count", "40")
    (plain, said), (other, changed) = (changed_words.verified(source, first, *words) for first in ("", CODES))
    assert plain == other
    assert "TGT999" in changed and "TGT999" not in said


@pytest.mark.parametrize("unsafe", [False, True])
def test_a_source_is_corrected_alike_whatever_messages_say(unsafe: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = [SourceFile("policy.psp", path.read_text(encoding="utf-8")) for path in MISTAKES]
    plain = [correct(source, unsafe=unsafe)[0] for source in sources]
    made = Diagnostic.__init__

    def other(self: Diagnostic, *given: object, **named: object) -> None:
        made(self, *given, **named)  # type: ignore[arg-type]
        for name in ("message", "help", "label"):
            object.__setattr__(self, name, "changed")

    monkeypatch.setattr(Diagnostic, "__init__", other)
    assert [correct(source, unsafe=unsafe)[0] for source in sources] == plain
    assert plain != [(source,) for source in sources]
