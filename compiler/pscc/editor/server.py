"""The language server: each request of an editor, handed to what answers it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.workspace import TextDocument

from pscc import __version__
from pscc.diagnostics import SourceError
from pscc.editor.answers import diagnostics, hover
from pscc.editor.completing import completions
from pscc.editor.places import definition, outline, references
from pscc.editor.protocol import action_of, location, meet, range_in, shown, source_of
from pscc.language.formatting import formatted
from pscc.meaning.linking import Load

LoaderFor = Callable[[str], Load]
"""The loader of the files that the source at a path may use."""
QUIET = 0.4
"""Seconds without a change after which the thorough diagnostics of a file are looked for."""


def server(loader_for: LoaderFor, today: date) -> LanguageServer:
    """A server that is not started yet. ``loader_for`` gives used files, ``today`` ends exemptions."""
    language_server = LanguageServer("pscc", __version__)

    def diagnostics_of(document: TextDocument, thorough: bool) -> list[types.Diagnostic]:
        reported = diagnostics(source_of(document), loader_for(document.path), today, thorough)
        return [shown(diagnostic, document) for diagnostic in reported]

    def publish(uri: str, thorough: bool) -> None:
        document = language_server.workspace.get_text_document(uri)
        params = types.PublishDiagnosticsParams(uri, diagnostics_of(document, thorough), document.version)
        language_server.text_document_publish_diagnostics(params)

    @language_server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        publish(params.text_document.uri, thorough=True)

    @language_server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(params: types.DidChangeTextDocumentParams) -> None:
        uri, version = params.text_document.uri, params.text_document.version
        publish(uri, thorough=False)
        await asyncio.sleep(QUIET)
        still = language_server.workspace.text_documents.get(uri)
        if still is not None and still.version == version:
            publish(uri, thorough=True)

    @language_server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        publish(params.text_document.uri, thorough=True)

    @language_server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        language_server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(params.text_document.uri, []))

    def placed(uri: str, client_position: types.Position) -> tuple[TextDocument, int, int]:
        """The file ``uri``, and the line and the column of a place in it, both from 1."""
        document = language_server.workspace.get_text_document(uri)
        position = document.position_codec.position_from_client_units(document.lines, client_position)
        return document, position.line + 1, position.character + 1

    @language_server.feature(types.TEXT_DOCUMENT_HOVER)
    def hovered(params: types.HoverParams) -> types.Hover | None:
        document, line, column = placed(params.text_document.uri, params.position)
        text = hover(source_of(document), line, column - 1, loader_for(document.path), today)
        return types.Hover(types.MarkupContent(types.MarkupKind.PlainText, text)) if text else None

    @language_server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=[" "]))
    def completed(params: types.CompletionParams) -> list[types.CompletionItem]:
        document, line, column = placed(params.text_document.uri, params.position)
        before = document.source.splitlines()[:line] if document.source else []
        lines = [*before, *[""] * (line - len(before))]
        return list(completions(lines[:-1], lines[-1][: column - 1]))

    @language_server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])
    )
    def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        document = language_server.workspace.get_text_document(params.text_document.uri)
        reported = diagnostics(source_of(document), loader_for(document.path), today, thorough=False)
        offered = (action_of(diagnostic, document) for diagnostic in reported if diagnostic.fixes)
        return [action for action, place in offered if meet(place, params.range)]

    @language_server.feature(types.TEXT_DOCUMENT_FORMATTING)
    def laid_out(params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
        document = language_server.workspace.get_text_document(params.text_document.uri)
        try:
            text = formatted(source_of(document))
        except SourceError:
            return None  # its errors are reported already
        whole = types.Range(types.Position(0, 0), types.Position(len(document.lines), 0))
        return [] if text == document.source else [types.TextEdit(whole, text)]

    @language_server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def defined(params: types.DefinitionParams) -> types.Location | None:
        document, line, column = placed(params.text_document.uri, params.position)
        span = definition(source_of(document), line, column, loader_for(document.path))
        return location(span, document) if span is not None else None

    @language_server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def referred(params: types.ReferenceParams) -> list[types.Location]:
        document, line, column = placed(params.text_document.uri, params.position)
        spans = references(source_of(document), line, column, params.context.include_declaration)
        return [location(span, document) for span in spans]

    @language_server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def symbols(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        document = language_server.workspace.get_text_document(params.text_document.uri)
        return [
            types.DocumentSymbol(
                symbol.name,
                types.SymbolKind.Enum if symbol.is_choice else types.SymbolKind.Class,
                range_in(symbol.span, document),
                range_in(symbol.named, document),
            )
            for symbol in outline(source_of(document))
        ]

    return language_server
