"""The engines' answers are held against the same verdicts whatever diagnostics and findings say."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import changed_words
from support.engines import engine


@pytest.mark.parametrize(("target", "program"), [("opa", "opa"), ("gatekeeper", "gator")])
@pytest.mark.parametrize("name", changed_words.SOURCES)
def test_the_engines_agree_whatever_messages_say(target: str, program: str, name: str, tmp_path: Path) -> None:
    source = tmp_path / "p.psp"
    source.write_text(changed_words.SOURCES[name], encoding="utf-8")
    asked = ("-t", target, f"--{program}", engine(program), "--require", program, "--count", "12")
    assert changed_words.held(source, *asked)
