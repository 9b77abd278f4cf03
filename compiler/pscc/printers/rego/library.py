"""The Rego library, cut to the rules that a piece of code needs."""

from __future__ import annotations

import re
from functools import cache

from pscc.base.frozen import frozen
from pscc.base.resources import TEMPLATES

_PATH = TEMPLATES / "rego" / "lib" / "pscc.rego"
_HEAD = re.compile(r"(?:#[^\n]*\n)*([a-z_]+)")
_LIBRARY_CALL = re.compile(r"\blib\.([a-z_]+)\(")
_CALL = re.compile(r"(?<![\w.])([a-z_]+)\(")
_NOT_CODE = re.compile(r'"(?:\\.|[^"\\\n])*"|`[^`]*`|#[^\n]*')


@frozen
class Rule:
    """One rule of the library: its name, its text with the comment above it, and the names of the rules that it calls."""

    name: str
    text: str
    calls: frozenset[str]


def library() -> str:
    """The whole library."""
    return _PATH.read_text(encoding="utf-8")


@cache
def rules() -> tuple[str, tuple[Rule, ...]]:
    """The head of the library (its comment and package), and its rules in order. Blank lines separate them."""
    head, *texts = library().rstrip("\n").split("\n\n")
    names = [match[1] for text in texts if (match := _HEAD.match(text))]
    return head, tuple(
        Rule(name, text, _called(_CALL, text) & set(names) - {name}) for name, text in zip(names, texts, strict=True)
    )


def library_for(code: str) -> str:
    """The library with the rules that ``code`` calls as ``lib.NAME`` and those that they call; empty if it calls none."""
    head, all_rules = rules()
    new = set(_called(_LIBRARY_CALL, code) & {rule.name for rule in all_rules})
    needed: set[str] = set()
    while new:
        needed |= new
        new = {call for rule in all_rules if rule.name in new for call in rule.calls} - needed
    kept = [rule.text for rule in all_rules if rule.name in needed]
    return "\n\n".join([head, *kept]) + "\n" if kept else ""


def _called(call: re.Pattern[str], text: str) -> frozenset[str]:
    return frozenset(call.findall(_NOT_CODE.sub("", text)))
