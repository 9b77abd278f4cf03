"""The answers to an editor's questions about one file, without the protocol's own types where it can be."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from pscc.base.source import SourceFile, Span
from pscc.diagnostics import Diagnostic, Report, SourceError
from pscc.driver import analyse, checked
from pscc.editor.places import document_of, mentioned_at
from pscc.explain.codes import explain
from pscc.explain.effective import effective
from pscc.explain.explanation import explain_source
from pscc.language import ast
from pscc.language.printer import print_document
from pscc.meaning.library import library_source
from pscc.meaning.linking import Load, link, load_nothing

_WORD = re.compile(r"pss/[a-z]+(?:@[\d.]+)?|[A-Za-z][A-Za-z.]*")


def diagnostics(source: SourceFile, load: Load, today: date, thorough: bool) -> tuple[Diagnostic, ...]:
    """The diagnostics of ``pscc check`` for ``source``. Without ``thorough``, only those that need no search.

    An error in a file that ``source`` uses is shown at the `use`, with its place in that file.
    """
    try:
        examine = checked if thorough else analyse
        reported = examine(source, load=load, today=today)[2]
    except SourceError as error:
        reported = error.diagnostics
    return tuple(_here(diagnostic, source) for diagnostic in reported)


def _here(diagnostic: Diagnostic, source: SourceFile) -> Diagnostic:
    span = diagnostic.span
    if span is None or span.file == source.name:
        return diagnostic
    lines = source.text.split("\n")
    line = next((number for number, text in enumerate(lines, 1) if text.lstrip().startswith("use ")), 1)
    place = Span(source.name, line, 1, line, len(lines[line - 1]) + 1)
    return replace(diagnostic, message=f"{span}: {diagnostic.message}", span=place, fixes=())


def hover(source: SourceFile, line: int, column: int, load: Load, today: date) -> str:
    """The text of ``pscc explain``, without targets, for line ``line`` (from 1), else for the word at ``column`` (from 0).

    Of the name of a policy it is the policy itself, written out.
    """
    lines = source.text.split("\n")
    at = lines[line - 1] if line <= len(lines) else ""
    word = next((m[0] for m in _WORD.finditer(at) if m.start() <= column < m.end()), "")
    if word.startswith("pss/"):
        return _of_library(word)
    if policy := _written_out(source, line, column + 1, load):
        return policy
    try:
        document, program, _ = analyse(source, load=load, today=today)
        text = explain_source(document, link(document, load, Report()), program, line, today, targets=())
    except SourceError:
        text = ""
    return text or explain(word) or ""


def _written_out(source: SourceFile, line: int, column: int, load: Load) -> str:
    """The policy whose name stands at ``line`` and ``column`` (both from 1), with what it inherits; empty where none does."""
    document = document_of(source)
    mention = mentioned_at(document, line, column) if document is not None else None
    if document is None or mention is None:
        return ""
    family = link(document, load, Report())
    policy = family.find(ast.Name(mention.policy, mention.span), Report())
    if policy is None:
        return ""
    alone = ast.Document(source.name, (replace(policy, abstract=False),), ())
    head = "abstract " if policy.abstract else ""
    return head + print_document(effective(alone, family))


def _of_library(name: str) -> str:
    """The policy ``name`` of the library, written out; empty where there is none."""
    source = library_source(name)
    if source is None:
        return ""
    document, _, _ = analyse(source)
    return print_document(effective(document, link(document, load_nothing, Report())))
