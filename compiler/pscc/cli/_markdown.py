"""Markdown as GitHub and GitLab show it."""

from __future__ import annotations

_MARKS = "\\`*_{}[]<>|#~&"


def cell(text: str) -> str:
    """``text`` in a table or a list: nothing in it is markup."""
    for character in _MARKS:
        text = text.replace(character, f"\\{character}")
    return text
