"""``grammar/README.md``: its examples are sources, its controls are the registry; and the editors' grammar reads them."""

from __future__ import annotations

import re

import pytest

from pscc.base.source import SourceFile, Span
from pscc.driver import analyse
from pscc.explain.reference import BEGIN, controls_reference
from pscc.language.ast import Name, Policy, Value
from pscc.language.formatting import formatted
from pscc.language.parser import parse
from pscc.language.printer import KEYWORDS
from support.paths import ROOT
from website.colours import PspLexer, scopes

TEXT = (ROOT / "grammar" / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```psp\n(.*?)```", TEXT, re.S)
PLATFORM = (ROOT / "examples" / "platform" / "tiers.psp").read_text(encoding="utf-8")


def test_the_controls_are_the_registrys() -> None:
    assert TEXT.split(BEGIN)[1] == "\n\n" + controls_reference(), "make reference writes it"


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples_are_good_sources_laid_out(text: str) -> None:
    analyse(SourceFile("example.psp", text))
    assert formatted(SourceFile("example.psp", text)) == text


TEXTS = (*EXAMPLES, PLATFORM, *(p.read_text(encoding="utf-8") for p in (ROOT / "examples").glob("*.psp")))


class Painted:
    """A text as an editor colours it."""

    def __init__(self, text: str) -> None:
        self.scopes: dict[tuple[int, int], str] = {}
        for line, column, part, scope in scopes(text):
            for offset in range(len(part)):
                self.scopes[line + 1, column + offset + 1] = scope

    def at(self, span: Span, length: int = 0) -> set[str]:
        """The scopes of the characters of a span, or of the first ones of it."""
        end = span.column + length if length else span.end_column
        return {self.scopes.get((span.line, column), "source.psp") for column in range(span.column, end)}


@pytest.mark.parametrize("text", TEXTS)
def test_the_site_colours_the_examples_without_losing_a_character(text: str) -> None:
    assert "".join(part for _, _, part in PspLexer().get_tokens_unprocessed(text)) == text


@pytest.mark.parametrize("text", TEXTS)
def test_an_editors_engine_colours_the_examples_by_what_they_mean(text: str) -> None:
    """Every verb, control and name as what the parser finds it to be; and no value as a keyword."""
    painted, document = Painted(text), parse(SourceFile("example.psp", text))
    values: list[Value] = []
    for policy in document.policies:
        assert painted.at(policy.name.span) == {"entity.name.type.psp"}
        if policy.extends:
            assert painted.at(policy.extends.span) == {"entity.name.type.psp"}
        for statement in policy.statements:
            verb = statement.mode or statement.verb
            wanted = "storage.modifier.psp" if statement.mode else "keyword.control.psp"
            assert painted.at(statement.span, len(verb)) == {wanted}, statement
            values += statement.values
        for name in controls_of(policy):
            assert painted.at(name.span) == {"variable.other.member.psp"}, name
        for exemption in policy.exemptions:
            assert painted.at(exemption.span, len("exempt")) == {"keyword.control.psp"}
            values += [value for exempted in exemption.exempted for value in exempted.values]
        values += [value for scope in policy.scopes for value in scope.values]
    for choice in document.choices:
        values += [v for grant in choice.grants for subject in grant.subjects for v in subject.values]
        for grant in choice.grants:
            assert not any("keyword" in scope for scope in painted.at(grant.policy.span))
    for value in values:
        if value.quoted:
            last = painted.scopes[value.span.end_line, value.span.end_column - 1]
            assert last == "string.quoted.double.psp" or value.qualifier, value
        scopes = painted.at(value.span, len(value.text)) - {"keyword.operator.wildcard.psp"}
        assert not any(scope.startswith(("keyword", "support", "storage")) for scope in scopes), (value, scopes)
    for match in re.finditer(r"(?m)^[^\"#\n]*(#.*)$", text):
        line = text.count("\n", 0, match.start(1)) + 1
        column = match.start(1) - (text.rfind("\n", 0, match.start(1)) + 1) + 1
        assert painted.scopes[line, column] == "comment.line.number-sign.psp"


def controls_of(policy: Policy) -> list[Name]:
    """Every name of a control in ``policy``."""
    parts = (*policy.statements, *policy.exemptions, *policy.without)
    return [name for part in parts for name in part.controls]


def test_an_editors_engine_colours_every_keyword() -> None:
    """On text without strings and comments, each keyword of the language is one in some example, whatever it stands for."""
    words = {*KEYWORDS, "policy", "extends", "choose", "use", "for"} - {"all", "on", "in", "except", "add"}
    seen = set()
    for text in TEXTS:
        painted = Painted(text)
        bare = re.sub(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*', lambda m: "_" * len(m[0]), text)
        for number, line in enumerate(bare.split("\n"), 1):
            for match in re.finditer(r'[^\s,{}"#=()]+', line):
                if match[0] in words:
                    seen.add(match[0])
                    assert painted.scopes[number, match.start() + 1].startswith(("keyword", "storage")), (
                        line,
                        match[0],
                    )
    assert len(seen) >= 15


@pytest.mark.parametrize("text", TEXTS)
def test_an_editors_engine_colours_every_word(text: str) -> None:
    """No keyword, control or value is left in the colour of plain text; names of policies and fields have their own."""
    painted, document = Painted(text), parse(SourceFile("example.psp", text))
    for number, line in enumerate(text.split("\n"), 1):
        for match in re.finditer(r'[^\s,{}"#()]+', line):
            scopes = {painted.scopes.get((number, column + 1), "source.psp") for column in range(*match.span())}
            assert "source.psp" not in scopes, (line, match[0])
    for choice in document.choices:
        for grant in choice.grants:
            assert painted.at(grant.policy.span) == {"entity.name.type.psp"}
    for statement in (s for policy in document.policies for s in policy.statements):
        for condition in statement.unless.conditions if statement.unless else ():
            assert painted.at(condition.field.span) == {"variable.other.member.psp"}, condition
