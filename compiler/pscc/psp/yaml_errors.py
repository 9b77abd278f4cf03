"""The diagnostics for errors of the YAML parser: its own words and the place, or that the source is a template to render."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any

from pscc.base.source import Span
from pscc.diagnostics import Diagnostic

_HELP = {
    "',' or ']'": "is a `]` missing?",
    "',' or '}'": "is a `}` missing?",
    "expected key": "is it indented as the fields around it are?",
    "expected '-' indicator": "is it indented as the elements around it are?",
    "mapping values are not allowed": "is it indented rightly? A value with `: ` in it has to be quoted",
    "expected ':'": "a field is followed by `: ` and its value",
    "cannot start any token": "quote a value that begins so",
    "unknown escape": "in double quotes `\\` begins an escape; use single quotes",
    "end of stream": "is a quote missing?",
    "undefined alias": "no `&` of that name comes before it",
    "control characters": "take the character out",
    "document start": "separate documents with `---`",
}
_TEMPLATE = re.compile(r"""^\s*(?:-\s+)*(?:["'\w./-]+:\s+)?["']?(\{\{|\{%)""")
"""A line of a template: it begins with an expression of the template language, or its value does."""
_ABOVE = 3
"""How many lines above an error of YAML the expression of a template may stand that causes the error."""


class Places:
    """Turns places of the YAML parser into spans of the source ``name``. The parser reads ``text``, a part of the source.

    ``first`` is the line and the column where ``text`` begins. The parser ends lines at more characters than sources do, so
    it may count too many.
    """

    def __init__(self, name: str, text: str, first: tuple[int, int] = (1, 1)) -> None:
        self.name = name
        self.text = text
        self.first = first
        other = any(end in text for end in "\r\x85\u2028\u2029")
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))] if other else []
        self._as_marked = not self.starts and first == (1, 1)

    def inside(self, mark: Any) -> tuple[int, int]:
        """Line and column of ``mark`` in ``text``, 0-based."""
        if not self.starts:
            return mark.line, mark.column
        line = bisect_right(self.starts, mark.index) - 1
        return line, mark.index - self.starts[line]

    def of(self, line: int, column: int) -> tuple[int, int]:
        """Line and column in the source, 1-based, of a place in ``text``, which is 0-based."""
        return self.first[0] + line, column + (self.first[1] if line == 0 else 1)

    def at(self, mark: Any) -> tuple[int, int]:
        """Line and column of ``mark`` in the source, 1-based."""
        return self.of(*self.inside(mark))

    def span(self, start: Any, end: Any) -> Span:
        """From one mark to another."""
        if self._as_marked:  # a dump of a cluster has a million of them
            return Span(self.name, start.line + 1, start.column + 1, end.line + 1, end.column + 1)
        return Span(self.name, *self.at(start), *self.at(end))

    @property
    def start(self) -> Span:
        """The place where ``text`` begins."""
        return Span(self.name, *self.first, *self.first)


def template(span: Span, mark: str) -> Diagnostic:
    """The error that the source is a template, whose ``mark`` (``{{`` or ``{%``) stands at ``span``."""
    chart = "`helm template NAME CHART > rendered.yaml`"
    tool = chart if mark == "{{" else "with the tool that it is written for"
    help = f"render it first, and give what comes out: {tool}"
    return Diagnostic("YML009", "this is a template, which is no YAML before it is rendered", span, help=help)


def syntax_error(places: Places, error: Exception) -> Diagnostic:
    """The diagnostic for ``error``, which the parser raised: YAML's own, or that the source is a template."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "this is not YAML")
    lines = places.text.split("\n")
    line, column = places.inside(mark) if mark else (0, 0)
    if mark is None and isinstance(getattr(error, "position", None), int):
        before = places.text[: error.position]  # type: ignore[attr-defined]
        line, column = before.count("\n"), len(before) - (before.rfind("\n") + 1)
    if line >= len(lines):  # the end of a file without a last line end
        line, column = len(lines) - 1, len(lines[-1])
    for near in range(line, max(-1, line - _ABOVE), -1):
        if match := _TEMPLATE.match(lines[near]):
            at = places.of(near, match.start(1))
            return template(Span(places.name, *at, at[0], at[1] + len(match[1])), match[1])
    help = next((help for part, help in _HELP.items() if part in problem), "the mistake may be on the line above")
    if "\t" in lines[line][: column + 2]:
        problem, help = "a tab is used for indentation", "indent with spaces: YAML takes no tabs there"
    notes: tuple[tuple[Span | None, str], ...] = ()
    begun = getattr(error, "context_mark", None)
    if mark and begun and begun.line != mark.line:
        row, start = places.at(begun)
        context = str(getattr(error, "context", None) or "it begins here")
        notes = ((Span(places.name, row, start, row, start + 1), context),)
    row, start = places.of(line, column)
    message = f"not valid YAML: {' '.join(problem.split())}"
    return Diagnostic("YML001", message, Span(places.name, row, start, row, start + 1), notes=notes, help=help)
