"""The answers to an editor's questions about one file, without the protocol's own types where it can be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from lsprotocol import types

from pscc.base.source import SourceFile, Span
from pscc.controls import CONTROLS
from pscc.diagnostics import Diagnostic, Report, SourceError
from pscc.driver import analyse, checked
from pscc.explain.codes import explain
from pscc.explain.effective import effective
from pscc.explain.explanation import explain_source
from pscc.language.printer import print_document
from pscc.meaning.library import LEVELS, MINORS, library_source
from pscc.meaning.linking import Load, link, load_nothing

_VERBS = ("deny", "allow", "require", "default")
_OTHERS = ("in namespaces", "except namespaces", "exempt", "without", "warn", "audit", "enforce")
_TOP = ("policy", "abstract policy", "choose", "use")
_WORD = re.compile(r"pss/[a-z]+(?:@[\d.]+)?|[A-Za-z][A-Za-z.]*")
_BY_ID = {control.id: control for control in CONTROLS}
_NAMESPACES = ("kube-system", "kube-public", "kube-node-lease", "default")
"""The namespaces that every cluster has. Source: ``pkg/controlplane/instance.go`` of Kubernetes."""


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

    Of a policy of the library it is the policy itself, written out.
    """
    lines = source.text.split("\n")
    at = lines[line - 1] if line <= len(lines) else ""
    word = next((m[0] for m in _WORD.finditer(at) if m.start() <= column < m.end()), "")
    if word.startswith("pss/"):
        return _of_library(word)
    try:
        document, program, _ = analyse(source, load=load, today=today)
        text = explain_source(document, link(document, load, Report()), program, line, today, targets=())
    except SourceError:
        text = ""
    return text or explain(word) or ""


def _of_library(name: str) -> str:
    """The policy ``name`` of the library, written out; empty where there is none."""
    source = library_source(name)
    if source is None:
        return ""
    document, _, _ = analyse(source)
    return print_document(effective(document, link(document, load_nothing, Report())))


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
        own = re.findall(r"(?m)^\s*(?:abstract\s+)?policy\s+([^\s\"{]+)", "\n".join(above))
        pinned = [f"pss/{level}@{MINORS[-1]}" for level in LEVELS]
        for name in (*own, *(f"pss/{level}" for level in LEVELS), *pinned):
            yield types.CompletionItem(name, kind=types.CompletionItemKind.Class)
    elif inside and "namespaces" in rest and "exempt" not in words:
        named = re.findall(r"namespaces ([^#{}]+)", "\n".join(above))
        mentioned = (name for names in named for name in re.split(r"[\s,]+", names) if name and "=" not in name)
        for name in dict.fromkeys((*mentioned, *_NAMESPACES)):
            yield types.CompletionItem(name, kind=types.CompletionItemKind.Module)
    elif inside and first in _VERBS and len(rest) > 1 and rest[0] in _BY_ID and _BY_ID[rest[0]].values.offered:
        for value in _BY_ID[rest[0]].values.offered:
            yield types.CompletionItem(value, kind=types.CompletionItemKind.Value)
    elif inside and first in (*_VERBS, "without") and (len(rest) == 1 or before.rstrip(" ").endswith(",")):
        for control in CONTROLS:
            verbs = {shape.verb for shape in control.shapes} | ({"default"} if control.default else set())
            if first == "without" or first in verbs:
                detail, field = control.title, types.CompletionItemKind.Field
                yield types.CompletionItem(control.id, kind=field, detail=detail, documentation=control.intent)
