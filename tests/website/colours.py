"""Colours of `.psp` on the site: those of the editors' grammar, as classes of Pygments, which the theme has colours for."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from functools import cache
from typing import Any

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.token import Token, _TokenType
from textmate_grammar.parsers.base import LanguageParser

from support.paths import ROOT

SCOPES: dict[str, _TokenType] = {
    "comment.line": Token.Comment.Single,
    "constant.character.escape": Token.Literal.String.Escape,
    "constant.language": Token.Keyword.Constant,
    "constant.numeric": Token.Literal.Number,
    "entity.name.type": Token.Name.Class,
    "invalid.illegal": Token.Error,
    "keyword.control": Token.Keyword,
    "keyword.declaration": Token.Keyword.Declaration,
    "keyword.operator": Token.Operator,
    "punctuation.separator": Token.Punctuation,
    "storage.modifier": Token.Keyword.Type,
    "string.quoted": Token.Literal.String.Double,
    "string.unquoted": Token.Text,
    "support.type": Token.Keyword.Pseudo,
    "variable.other.member": Token.Name.Attribute,
    "variable.parameter": Token.Name.Variable,
}
"""The token of Pygments for each scope that the grammar has, by the beginning of the scope."""


@cache
def engine() -> LanguageParser:
    """What editors run: TextMate's rules on Oniguruma, the engine of its regular expressions."""
    logging.getLogger("textmate_grammar").setLevel(logging.ERROR)
    return LanguageParser(json.loads((ROOT / "grammar" / "psp.tmLanguage.json").read_text(encoding="utf-8")))


def scopes(text: str) -> Iterator[tuple[int, int, str, str]]:
    """Each part of ``text`` that has a scope: its line and column, counted from 0, its characters, and its innermost scope."""
    for (line, column), part, names in engine().parse_string(text).flatten():
        yield line, column, part, names[-1]


def token(scope: str) -> _TokenType:
    """The token of a scope. Raises ``KeyError`` for a scope that no entry of ``SCOPES`` begins."""
    if scope == "source.psp":
        return Token.Text
    words = scope.split(".")
    three = ".".join(words[:3])
    return SCOPES[three if three in SCOPES else ".".join(words[:2])]


class PspLexer(Lexer):
    """Pygments' lexer of `.psp`, by the editors' grammar."""

    name = "psp"

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, _TokenType, str]]:
        """Each token of ``text`` with its offset, in order, and all that lies between them as plain text."""
        starts = [0]
        for line in text.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        end = 0
        for line, column, part, scope in scopes(text):
            at = starts[line] + column
            if at > end:
                yield end, Token.Text, text[end:at]
            yield at, token(scope), part
            end = at + len(part)
        if end < len(text):
            yield end, Token.Text, text[end:]


def takes(language: str, inputs: dict[str, str], options: dict[str, Any], attrs: dict[str, Any], md: Any) -> bool:
    """Accept a fence with the options that pages give: a title."""
    options.update(inputs)
    return set(inputs) <= {"title"}


def fence(source: str, language: str, class_name: str, options: dict[str, Any], md: Any, **_: Any) -> str:
    """The HTML of a fence of `.psp`, as the theme has it for other languages."""
    formatter = HtmlFormatter(
        cssclass=f"language-{language} highlight", wrapcode=True, filename=options.get("title", "")
    )
    return str(highlight(source, PspLexer(), formatter))
