"""Turns pscc's diagnostics, fixes and spans into the types of the protocol, and back."""

from __future__ import annotations

import os

from lsprotocol import types
from pygls.uris import from_fs_path
from pygls.workspace import TextDocument

from pscc.base.source import SourceFile, Span
from pscc.diagnostics import Diagnostic

_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "note": types.DiagnosticSeverity.Information,
}


def source_of(document: TextDocument) -> SourceFile:
    """The editor's text of a file, as a source with the name of the file."""
    return SourceFile(document.path, document.source.replace("\r\n", "\n"))


def shown(diagnostic: Diagnostic, document: TextDocument) -> types.Diagnostic:
    """``diagnostic`` as the editor of ``document`` shows it, with the places that its notes are about."""
    text = f"{diagnostic.message}\nhelp: {diagnostic.help}" if diagnostic.help else diagnostic.message
    place = range_in(diagnostic.span or Span(document.path, 1, 1, 1, 1), document)
    related = [
        types.DiagnosticRelatedInformation(location(span, document), note) for span, note in diagnostic.notes if span
    ]
    return types.Diagnostic(
        place,
        text,
        severity=_SEVERITIES[diagnostic.severity],
        code=diagnostic.code,
        source="pscc",
        related_information=related,
    )


def location(span: Span, document: TextDocument) -> types.Location:
    """The place of ``span``, which is in ``document`` or in another file."""
    if span.file == document.path:
        return types.Location(document.uri, range_in(span, document))
    # of another file the editor's units are not known: names are ASCII
    start, end = types.Position(span.line - 1, span.column - 1), types.Position(span.end_line - 1, span.end_column - 1)
    return types.Location(from_fs_path(os.path.abspath(span.file)) or span.file, types.Range(start, end))


def action_of(diagnostic: Diagnostic, document: TextDocument) -> tuple[types.CodeAction, types.Range]:
    """The quick fix that ``diagnostic`` offers, preferred if it is safe; and the place of the diagnostic."""
    reported = shown(diagnostic, document)
    edits = [types.TextEdit(range_in(fix.span, document), fix.text) for fix in diagnostic.fixes]
    safe = diagnostic.applicability == "safe"
    title = (diagnostic.help or diagnostic.message) + ("" if safe else " (unsafe: it guesses)")
    action = types.CodeAction(
        title,
        types.CodeActionKind.QuickFix,
        diagnostics=[reported],
        is_preferred=safe,
        edit=types.WorkspaceEdit({document.uri: edits}),
    )
    return action, reported.range


def meet(first: types.Range, second: types.Range) -> bool:
    """Whether the two ranges have a place in common."""
    return first.start <= second.end and second.start <= first.end


def range_in(span: Span, document: TextDocument) -> types.Range:
    """The range of ``span`` in ``document``, in the units of the editor."""
    start = types.Position(span.line - 1, span.column - 1)
    end = types.Position(span.end_line - 1, span.end_column - 1)
    return document.position_codec.range_to_client_units(document.lines, types.Range(start, end))
