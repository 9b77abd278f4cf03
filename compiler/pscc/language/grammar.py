"""The grammar as a parser, kept in a cache between runs. Imports Lark when it is called."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pscc.base.resources import GRAMMAR, cache_folder

if TYPE_CHECKING:
    from lark import Lark

RULES = ["start", "use", "_policy_head", "_choice_head", "item", "grant"]
"""The rules that the parser can start with: a file and, for files with errors, parts of one."""


@cache
def lark_parser() -> Lark:
    """The parser; ``parse(text, start=…)`` reads any of `RULES`."""
    import lark

    grammar = (GRAMMAR / "psp.lark").read_text(encoding="utf-8")
    options: dict[str, Any] = {
        "start": RULES,
        "parser": "lalr",
        "lexer": "contextual",
        "propagate_positions": True,
        "maybe_placeholders": False,
    }
    digest = sha256(f"{lark.__version__}\n{grammar}".encode()).hexdigest()[:24]
    folder = cache_folder()
    if folder is None:
        return lark.Lark(grammar, **options)
    return lark.Lark(grammar, cache=str(folder / f"grammar-{digest}"), **options)
