"""Applying the edits that diagnostics offer."""

from __future__ import annotations

from collections.abc import Iterable

from pscc.diagnostics import Replacement


def apply_fixes(text: str, fixes: Iterable[Replacement]) -> str:
    """``text`` with the replacements made; of two that overlap, the first in the text."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    edits = sorted({(starts[f.span.line - 1] + f.span.column - 1, _end(starts, f), f.text) for f in fixes})
    pieces: list[str] = []
    position = 0
    for start, end, new in edits:
        if start >= position:
            pieces += [text[position:start], new]
            position = end
    return "".join([*pieces, text[position:]])


def _end(starts: list[int], fix: Replacement) -> int:
    return starts[fix.span.end_line - 1] + fix.span.end_column - 1
