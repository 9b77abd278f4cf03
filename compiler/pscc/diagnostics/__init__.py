"""The diagnostics that the compiler reports about a source, and the error that carries them.

`render` prints them, and ``catalogue`` explains each code at length.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pscc.base.frozen import frozen
from pscc.base.source import Span

Severity = Literal["error", "warning", "note"]


Applicability = Literal["safe", "unsafe"]


@frozen
class Replacement:
    """An edit that corrects the cause of a diagnostic: put ``text`` in place of ``span``.

    ``safe``: nothing else can be meant. ``--fix`` applies safe edits; ``--unsafe-fixes`` applies the others, too.
    """

    span: Span
    text: str
    safe: bool = False


@frozen
class Diagnostic:
    """One diagnostic about a source.

    ``code`` is a key of ``catalogue.codes()`` (``PSP0xx`` for PodSecurityPolicy YAML, ``LNG0xx`` for the language,
    ``TGT0xx`` for what a target cannot say, ``YML0xx`` for YAML itself, ``POD0xx`` for manifests, ``TST0xx`` for
    files of cases).
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

    @property
    def applicability(self) -> Applicability | None:
        """``safe`` if every edit of the fix is, else ``unsafe``; None where there is no fix."""
        if not self.fixes:
            return None
        return "safe" if all(fix.safe for fix in self.fixes) else "unsafe"


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
