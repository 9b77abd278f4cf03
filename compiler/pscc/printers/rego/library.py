"""The Rego library, cut to the rules that a piece of code needs.

``templates/rego/library.json`` has the rules in order, each with those that it calls, as OPA's own parser reads them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache

from pscc.base.frozen import frozen
from pscc.base.resources import TEMPLATES
from pscc.output.templating import Code, render
from pscc.printers.rego.fragments import Fragment

_PATH = TEMPLATES / "rego" / "lib" / "pscc.rego"
_RULES = TEMPLATES / "rego" / "library.json"


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
    read = json.loads(_RULES.read_text(encoding="utf-8"))
    return head, tuple(
        Rule(rule["name"], text, frozenset(rule["calls"])) for rule, text in zip(read, texts, strict=True)
    )


@cache
def _names() -> frozenset[str]:
    return frozenset(rule.name for rule in rules()[1])


class _Library:
    """The library in a template, which calls the rule ``NAME`` as ``{{ lib.NAME }}``. ``called`` has the rules that it called."""

    def __init__(self) -> None:
        self.called: set[str] = set()

    def __getitem__(self, name: str) -> Code:
        """``lib.NAME``. Raises `KeyError` if the library has no such rule."""
        if name not in _names():
            raise KeyError(name)
        self.called.add(name)
        return Code(f"lib.{name}")


def rules_from(template: str, calls: Iterable[str], **context: object) -> Fragment:
    """The rules of ``templates/<template>`` with ``context``, whose pieces call the rules ``calls`` of the library."""
    lib = _Library()
    text = render(template, lib=lib, **context)
    return Fragment(text, calls=frozenset(lib.called.union(calls)))


def library_for(calls: frozenset[str]) -> str:
    """The library with the rules ``calls`` and those that they call; empty without calls. Raises `KeyError` on unknown ones."""
    if unknown := calls - _names():
        raise KeyError(*sorted(unknown))
    head, all_rules = rules()
    new, needed = set(calls), set[str]()
    while new:
        needed |= new
        new = {call for rule in all_rules if rule.name in new for call in rule.calls} - needed
    kept = [rule.text for rule in all_rules if rule.name in needed]
    return "\n\n".join([head, *kept]) + "\n" if kept else ""
