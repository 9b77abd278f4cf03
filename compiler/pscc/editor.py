"""``pscc lsp``: diagnostics, hover, completion and layout for editors, by the Language Server Protocol.

What it says is what ``check``, ``explain`` and ``fmt`` say. Needs pygls: the extra ``pscc[lsp]``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.workspace import TextDocument

from pscc import __version__
from pscc.base.source import SourceFile, Span
from pscc.controls import CONTROLS
from pscc.diagnostics import Diagnostic, Report, SourceError
from pscc.driver import analyse
from pscc.explain.codes import explain
from pscc.explain.explanation import explain_source
from pscc.language.formatting import formatted
from pscc.meaning.library import LEVELS, MINORS
from pscc.meaning.linking import Load, link
from pscc.meaning.lint import lint

LoaderFor = Callable[[str], Load]
"""The loader of the files that the source at a path may use."""
_VERBS = ("deny", "allow", "require", "default")
_OTHERS = ("in namespaces", "except namespaces", "exempt", "without", "warn", "audit", "enforce")
_TOP = ("policy", "choose", "use")
_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "note": types.DiagnosticSeverity.Information,
}
_WORD = re.compile(r"[A-Za-z][A-Za-z.]*")


def server(loader_for: LoaderFor, today: date) -> LanguageServer:
    """A server that is not started yet. ``loader_for`` gives used files, ``today`` ends exemptions."""
    language_server = LanguageServer("pscc", __version__)

    def diagnostics_of(document: TextDocument, thorough: bool) -> list[types.Diagnostic]:
        reported = diagnostics(source_of(document), loader_for(document.path), today, thorough)
        own = [
            diagnostic for diagnostic in reported if diagnostic.span is None or diagnostic.span.file == document.path
        ]
        return [_diagnostic(diagnostic, document) for diagnostic in own]

    def publish(uri: str, thorough: bool) -> None:
        document = language_server.workspace.get_text_document(uri)
        params = types.PublishDiagnosticsParams(uri, diagnostics_of(document, thorough), document.version)
        language_server.text_document_publish_diagnostics(params)

    @language_server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        publish(params.text_document.uri, thorough=True)

    @language_server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        publish(params.text_document.uri, thorough=False)

    @language_server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        publish(params.text_document.uri, thorough=True)

    @language_server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        language_server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(params.text_document.uri, []))

    @language_server.feature(types.TEXT_DOCUMENT_HOVER)
    def hovered(params: types.HoverParams) -> types.Hover | None:
        document = language_server.workspace.get_text_document(params.text_document.uri)
        position = document.position_codec.position_from_client_units(document.lines, params.position)
        text = hover(source_of(document), position.line + 1, position.character, loader_for(document.path), today)
        return types.Hover(types.MarkupContent(types.MarkupKind.PlainText, text)) if text else None

    @language_server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=[" "]))
    def completed(params: types.CompletionParams) -> list[types.CompletionItem]:
        document = language_server.workspace.get_text_document(params.text_document.uri)
        position = document.position_codec.position_from_client_units(document.lines, params.position)
        before = document.source.splitlines()[: position.line + 1] if document.source else []
        lines = [*before, *[""] * (position.line + 1 - len(before))]
        return list(completions(lines[:-1], lines[-1][: position.character]))

    @language_server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])
    )
    def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        document = language_server.workspace.get_text_document(params.text_document.uri)
        reported = diagnostics(source_of(document), loader_for(document.path), today, thorough=False)
        mine = (diagnostic for diagnostic in reported if diagnostic.span and diagnostic.span.file == document.path)
        offered = (_action(diagnostic, document) for diagnostic in mine if diagnostic.fixes)
        return [action for action, place in offered if _meet(place, params.range)]

    @language_server.feature(types.TEXT_DOCUMENT_FORMATTING)
    def laid_out(params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
        document = language_server.workspace.get_text_document(params.text_document.uri)
        try:
            text = formatted(source_of(document))
        except SourceError:
            return None  # its errors are reported already
        whole = types.Range(types.Position(0, 0), types.Position(len(document.lines), 0))
        return [] if text == document.source else [types.TextEdit(whole, text)]

    return language_server


def source_of(document: TextDocument) -> SourceFile:
    """The editor's text of a file, as a source with the name of the file."""
    return SourceFile(document.path, document.source.replace("\r\n", "\n"))


# --- what is said -----------------------------------------------------------------


def diagnostics(source: SourceFile, load: Load, today: date, thorough: bool) -> tuple[Diagnostic, ...]:
    """The diagnostics of ``pscc check`` for ``source``. Without ``thorough``, only those that need no search."""
    try:
        document, program, warnings = analyse(source, load=load, today=today)
    except SourceError as error:
        return error.diagnostics
    return (*warnings, *(lint(document, program) if thorough else ()))


def hover(source: SourceFile, line: int, column: int, load: Load, today: date) -> str:
    """The text of ``pscc explain``, without targets, for line ``line`` (from 1), else for the control at ``column`` (from 0)."""
    try:
        document, program, _ = analyse(source, load=load, today=today)
        text = explain_source(document, link(document, load, Report()), program, line, today, targets=())
    except SourceError:
        text = ""
    if text:
        return text
    lines = source.text.split("\n")
    at = lines[line - 1] if line <= len(lines) else ""
    word = next((m[0] for m in _WORD.finditer(at) if m.start() <= column < m.end()), "")
    return explain(word) or ""


def completions(above: list[str], before: str) -> Iterator[types.CompletionItem]:
    """The completions for a line that begins with ``before``, below the lines ``above``."""
    words = re.split(r"[\s,]+", before.lstrip())
    inside = sum(line.partition("#")[0].count("{") - line.partition("#")[0].count("}") for line in above) > 0
    mode = words[0] in ("warn", "audit", "enforce") and len(words) > 1
    first, rest = (words[1], words[2:]) if mode else (words[0], words[1:])
    if not rest:
        for word in (_VERBS if mode else (*_VERBS, *_OTHERS)) if inside else _TOP:
            yield types.CompletionItem(word, kind=types.CompletionItemKind.Keyword)
    elif not inside and "extends" in rest:
        own = re.findall(r"(?m)^\s*policy\s+([^\s\"{]+)", "\n".join(above))
        pinned = [f"pss/{level}@{MINORS[-1]}" for level in LEVELS]
        for name in (*own, *(f"pss/{level}" for level in LEVELS), *pinned):
            yield types.CompletionItem(name, kind=types.CompletionItemKind.Class)
    elif inside and first in (*_VERBS, "without") and (len(rest) == 1 or before.rstrip(" ").endswith(",")):
        for control in CONTROLS:
            verbs = {shape.verb for shape in control.shapes} | ({"default"} if control.default else set())
            if first == "without" or first in verbs:
                detail, field = control.title, types.CompletionItemKind.Field
                yield types.CompletionItem(control.id, kind=field, detail=detail, documentation=control.intent)


def _diagnostic(diagnostic: Diagnostic, document: TextDocument) -> types.Diagnostic:
    text = f"{diagnostic.message}\nhelp: {diagnostic.help}" if diagnostic.help else diagnostic.message
    place = _range(diagnostic.span or Span(document.path, 1, 1, 1, 1), document)
    return types.Diagnostic(place, text, severity=_SEVERITIES[diagnostic.severity], code=diagnostic.code, source="pscc")


def _action(diagnostic: Diagnostic, document: TextDocument) -> tuple[types.CodeAction, types.Range]:
    """The quick fix that ``diagnostic`` offers, preferred if it is safe; and the place of the diagnostic."""
    shown = _diagnostic(diagnostic, document)
    edits = [types.TextEdit(_range(fix.span, document), fix.text) for fix in diagnostic.fixes]
    safe = diagnostic.applicability == "safe"
    title = (diagnostic.help or diagnostic.message) + ("" if safe else " (unsafe: it guesses)")
    action = types.CodeAction(
        title,
        types.CodeActionKind.QuickFix,
        diagnostics=[shown],
        is_preferred=safe,
        edit=types.WorkspaceEdit({document.uri: edits}),
    )
    return action, shown.range


def _meet(first: types.Range, second: types.Range) -> bool:
    return first.start <= second.end and second.start <= first.end


def _range(span: Span, document: TextDocument) -> types.Range:
    start = types.Position(span.line - 1, span.column - 1)
    end = types.Position(span.end_line - 1, span.end_column - 1)
    return document.position_codec.range_to_client_units(document.lines, types.Range(start, end))
