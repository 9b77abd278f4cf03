"""Puts a module of Rego below a name of its own, so that nothing of others on the same server can meet it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lark import Lark

_TOKENS = r"""
start: (STRING | RAW | PACKAGE | DATA | NAME | DOT | OTHER)*
STRING.1: /"(?:[^"\\\n]|\\.)*"/
RAW.1: /`[^`]*`/
COMMENT.1: /#[^\n]*/
PACKAGE: "package"
DATA: "data"
NAME: /\w+/
DOT: "."
SPACE: /\s+/
OTHER.-1: /./
%ignore SPACE
%ignore COMMENT
"""
"""Rego's tokens, as far as they tell a document's name from other text. Every text has them: what is wrong, OPA reports.

Source: "Grammar" in OPA's "Policy Reference".
"""


def rerooted(text: str, root: str) -> str:
    """The module ``text`` with its package, and every document that it names, below ``data.ROOT``."""
    pieces: list[str] = []
    written, before = 0, ""
    for token in _lexer().lex(text):
        start, end = token.start_pos or 0, token.end_pos or 0
        if before == "PACKAGE":
            pieces += [text[written:start], f"{root}."]
            written = start
        elif token.type == "DATA" and before != "DOT":
            pieces += [text[written:end], f".{root}"]
            written = end
        before = token.type
    return "".join([*pieces, text[written:]])


@cache
def _lexer() -> Lark:
    from lark import Lark

    return Lark(_TOKENS, parser="lalr", lexer="basic")
