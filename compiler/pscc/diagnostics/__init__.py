"""What the compiler has to say about a source: one frozen record per finding, and the error that carries them.

Rendering lives in ``render``; what each code means at length lives in ``codes``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pscc.base.frozen import frozen
from pscc.base.source import Span

Severity = Literal["error", "warning", "note"]


@frozen
class Replacement:
    """An edit that mends a finding: put ``text`` in place of ``span`` (what ``--fix`` applies)."""

    span: Span
    text: str


@frozen
class Diagnostic:
    """One finding.

    ``code`` is a key of ``codes.CODES`` (``PSP0xx`` for PodSecurityPolicy YAML, ``LNG0xx`` for the language,
    ``TGT0xx`` for what a target cannot say, ``YML0xx`` for YAML itself, ``POD0xx`` for manifests).
    ``message`` is one line; ``label`` stands beside the caret; ``notes`` are further spans with a text;
    ``help`` says how to mend it; ``fixes`` are the edits which do so.
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
    """Collects the diagnostics of one stage, so that all errors of a file are told at once."""

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
    """The known spelling that ``word`` was probably meant to be, or None. Case and small slips are forgiven."""
    import difflib

    by_lower = {k.lower(): k for k in known}
    if word.lower() in by_lower:
        return by_lower[word.lower()]
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.7)
    return by_lower[close[0]] if close else None
