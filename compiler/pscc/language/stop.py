"""The place where the parser stopped, with the text around it, as the functions that explain a syntax error need it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection

from pscc.base.frozen import frozen
from pscc.base.source import SourceFile, Span
from pscc.diagnostics import Diagnostic, Replacement
from pscc.language.ast import Mode

VERBS = ("deny", "allow", "require", "default")
MODES: tuple[Mode, ...] = ("enforce", "warn", "audit")
STARTS = (*VERBS, *MODES, "in", "except", "exempt", "without")
"""The words that begin a line of a policy. Source: the rule ``item`` of ``grammar/psp.lark``."""


class Places:
    """Offsets of a source as spans."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.starts = [0, *(match.end() for match in re.finditer("\n", source.text))]

    def span(self, start: int, end: int) -> Span:
        """The text from offset ``start`` up to ``end``."""
        line, column = self.place(start)
        end_line, end_column = self.place(max(start, end))
        return Span(self.source.name, line, column, end_line, end_column)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, 1-based."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1


@frozen
class Stop:
    """The place where the parser stopped: at offset ``at`` of the logical line from ``start`` to ``end``.

    ``expected`` are the terminals that the grammar takes there. ``rule`` is the rule for the line: ``item`` of a policy,
    ``grant`` of a choice, ``use``, ``_policy_head`` or ``_choice_head``.
    """

    places: Places
    rule: str
    start: int
    end: int
    at: int
    expected: Collection[str]

    @property
    def before(self) -> str:
        """The line up to where the parser stopped."""
        return self.places.source.text[self.start : self.at]

    @property
    def rest(self) -> str:
        """The line from where the parser stopped."""
        return self.places.source.text[self.at : self.end]

    @property
    def word(self) -> str:
        """The word at which the parser stopped; empty at the end of the line."""
        match = re.match(r'"[^"\n]*"?|[^\s,{}"#=()]+|\S', self.rest)
        return match[0] if match else ""

    @property
    def last(self) -> tuple[str, int, int]:
        """The word before that, with its offsets; the line's start where there is none."""
        words = list(re.finditer(r'"[^"\n]*"|[^\s,{}"#()]+', self.before))
        if not words:
            return "", self.start, self.start
        return words[-1][0], self.start + words[-1].start(), self.start + words[-1].end()

    def diagnostic(
        self,
        code: str,
        message: str,
        help: str,
        *,
        at: tuple[int, int] | None = None,
        fix: str | None = None,
        safe: bool = False,
    ) -> Diagnostic:
        """A diagnostic at the word where the parser stopped, or from one offset to another.

        ``fix`` replaces that, ``safe`` if nothing else can be meant.
        """
        start, end = at or (self.at, self.at + max(1, len(self.word)))
        span = self.places.span(start, end)
        return Diagnostic(code, message, span, help=help, fixes=() if fix is None else (Replacement(span, fix, safe),))
