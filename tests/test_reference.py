"""``grammar/README.md``: its examples are sources, its controls are the registry; and the editors' grammar reads them."""

from __future__ import annotations

import json
import re

import pytest

from conftest import ROOT
from pscc.driver import analyse
from pscc.formatting import formatted
from pscc.reference import BEGIN, controls_reference
from pscc.source import SourceFile
from pscc.syntax.printer import KEYWORDS

TEXT = (ROOT / "grammar" / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```psp\n(.*?)```", TEXT, re.S)
PLATFORM = (ROOT / "examples" / "platform" / "tiers.psp").read_text(encoding="utf-8")


def test_the_controls_are_the_registrys() -> None:
    assert TEXT.split(BEGIN)[1] == "\n\n" + controls_reference(), "make reference writes it"


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples_are_good_sources_laid_out(text: str) -> None:
    analyse(SourceFile("example.psp", text))
    assert formatted(SourceFile("example.psp", text)) == text


def rules() -> dict[str, list[str]]:
    """The regular expressions of the TextMate grammar, by scope."""
    found: dict[str, list[str]] = {}

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if "match" in node:
                for capture in node.get("captures", {"0": {"name": node.get("name", "")}}).values():
                    found.setdefault(capture["name"], []).append(node["match"])
            for inner in node.values():
                walk(inner)
        elif isinstance(node, list):
            for inner in node:
                walk(inner)

    walk(json.loads((ROOT / "grammar" / "psp.tmLanguage.json").read_text()))
    return found


def test_the_editors_grammar_finds_every_keyword_of_the_examples() -> None:
    """On text without strings and comments each keyword is matched by a rule for keywords, and no name is."""
    patterns = [
        re.compile(one, re.M)
        for scope, all_ in rules().items()
        if "keyword" in scope or "storage" in scope
        for one in all_
    ]
    words = {*KEYWORDS, "policy", "extends", "choose", "use", "for"} - {"all", "on", "in", "except", "add"}
    seen = set()
    for text in (*EXAMPLES, PLATFORM):
        bare = re.sub(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*', lambda m: "_" * len(m[0]), text)
        covered = {at for one in patterns for match in one.finditer(bare) for at in range(*match.span())}
        for match in re.finditer(r'[^\s,{}"#=()]+', bare):
            if match[0] in words:
                seen.add(match[0])
                assert match.start() in covered, (match[0], text)
    assert len(seen) >= 15
