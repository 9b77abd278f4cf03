"""Pieces of Markdown that the generated pages share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table, and an empty line behind it."""
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield f"| {' | '.join(cell(text) for text in row)} |"
    yield ""


def cell(text: str) -> str:
    """``text`` as a cell of a table: on one line, and without a bar that would end the cell."""
    return " ".join(text.split()).replace("|", "\\|")


def fence(language: str, text: str) -> Iterator[str]:
    """The lines of a fenced block, and an empty line behind it."""
    yield f"```{language}"
    yield from text.rstrip("\n").splitlines()
    yield from ("```", "")


def anchor(name: str) -> str:
    """``name`` as the end of a link to its section."""
    return re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-")


def text_of(lines: Iterable[str]) -> str:
    """The page of ``lines``, ending in one newline."""
    return "\n".join(lines).rstrip("\n") + "\n"
