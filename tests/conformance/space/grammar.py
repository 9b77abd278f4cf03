"""What the grammar of the language offers, read from ``grammar/psp.lark`` itself: keywords by terminal, kinds of item by rule.

So a keyword that is added to a terminal is drawn at once, and a new kind of item that nobody draws fails a test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from pscc.base.resources import GRAMMAR

_PARSER: Any = __import__("re._parser", fromlist=["parse"])


@cache
def words(terminal: str) -> tuple[str, ...]:
    """The keywords that ``terminal`` stands for: ``words("MODE")`` is ``("enforce", "warn", "audit")``."""
    (pattern,) = re.findall(rf"^{terminal}(?:\.\d+)?: /(.*)/$", _text(), re.MULTILINE)
    return tuple(dict.fromkeys(text.strip() for text in _texts(_PARSER.parse(pattern.replace(r"[ \t\r\n]*", "")))))


@cache
def items() -> tuple[str, ...]:
    """The kinds of item that a policy's braces take: ``statement``, ``scope``, ``mode``, …"""
    (alternatives,) = re.findall(r"^\?item: (.*)$", _text(), re.MULTILINE)
    return tuple(alternatives.split(" | "))


@cache
def _text() -> str:
    return (GRAMMAR / "psp.lark").read_text(encoding="utf-8")


def _texts(tree: Any) -> Iterator[str]:
    """Each string of a finite pattern; of white space one space."""
    texts = [""]
    for kind, value in tree:
        match str(kind):
            case "LITERAL":
                more = [chr(value)]
            case "SUBPATTERN":
                more = list(_texts(value[-1]))
            case "BRANCH":
                more = [text for branch in value[1] for text in _texts(branch)]
            case "MAX_REPEAT":
                more = [" "]
            case "ASSERT_NOT":
                more = [""]
            case _:
                raise ValueError(f"a keyword with {kind}")
        texts = [before + after for before in texts for after in more]
    yield from texts
