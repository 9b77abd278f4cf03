"""The diagnostics that the compiler reports about a source, and the error that carries them.

`render` prints them, and ``catalogue`` explains each code at length.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pscc.base.frozen import frozen
from pscc.base.source import Span

Severity = Literal["error", "warning", "note"]


@frozen
class Replacement:
    """An edit that corrects the cause of a diagnostic: put ``text`` in place of ``span``. ``--fix`` applies it."""

    span: Span
    text: str


@frozen
class Diagnostic:
    """One diagnostic about a source.

    ``code`` is a key of ``catalogue.codes()`` (``PSP0xx`` for PodSecurityPolicy YAML, ``LNG0xx`` for the language,
    ``TGT0xx`` for what a target cannot say, ``YML0xx`` for YAML itself, ``POD0xx`` for manifests).
    ``message`` is one line. ``label`` stands beside the caret. ``notes`` are further spans with a text.
    ``help`` says what to do. ``fixes`` are the edits that do it.
    """

    code: str
    message: str
    span: Span | None = None
    severity: Severity = "error"
    label: str = ""
    notes: tuple[tuple[Span | None, str], ...] = ()
    help: str = ""
    fixes: tuple[Replacement, ...] = ()


class SourceError(Exception):
    """The source has errors. ``diagnostics`` holds all of them, warnings included, in source order."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("; ".join(d.message for d in self.diagnostics if d.severity == "error"))


class Report:
    """Collects the diagnostics of one stage, so that all errors of a file are reported at once."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []

    def add(self, diagnostic: Diagnostic) -> None:
        """Record ``diagnostic``, once."""
        if diagnostic not in self.diagnostics:
            self.diagnostics.append(diagnostic)

    @property
    def failed(self) -> bool:
        """Whether an error was recorded."""
        return any(d.severity == "error" for d in self.diagnostics)

    def raise_errors(self) -> None:
        """Raise `SourceError` with everything recorded if an error is among it."""
        if self.failed:
            raise SourceError(self.diagnostics)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The word among ``known`` that is nearest to ``word``, in any case, or None where none is near."""
    import difflib

    by_lower = {k.lower(): k for k in known}
    if word.lower() in by_lower:
        return by_lower[word.lower()]
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.7)
    return by_lower[close[0]] if close else None
