"""Writes diagnostics for people (as rustc does), for programs (JSON lines), for GitHub and as SARIF 2.1.0."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal

from pscc.base.source import Span
from pscc.diagnostics import Diagnostic, Replacement

Format = Literal["text", "json", "github", "sarif"]
_COLORS = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "note": "\x1b[1;36m"}
_WIDEST, _BEFORE = 300, 60
"""How many characters of a long line are shown, and how many of them before the span. A whole dump may be one line."""
_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def clean(text: str) -> str:
    """``text`` for a terminal: what cannot be shown, control characters above all, is replaced."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c == "\t" else "\ufffd" for c in text)


@lru_cache(maxsize=8)
def _lines(text: str) -> list[str]:
    return text.split("\n")


def _frame(span: Span, sources: Mapping[str, str], label: str, mark: str) -> list[str]:
    lines = _lines(sources.get(span.file, ""))
    gutter = " " * len(str(span.line))
    frame = [f"{gutter}--> {span}"]
    if 1 <= span.line <= len(lines) and span.file in sources:
        line = lines[span.line - 1].removesuffix("\r")
        end = span.end_column if span.end_line == span.line else len(line) + 1
        start = max(0, span.column - 1 - _BEFORE) if len(line) > _WIDEST else 0
        shown = line[start : start + _WIDEST]
        before, after = "…" if start else "", "…" if start + _WIDEST < len(line) else ""
        caret = mark * max(1, min(end - span.column, start + len(shown) - span.column + 1))
        frame += [
            f"{gutter} |",
            f"{span.line} | {before}{clean(shown)}{after}",
            f"{gutter} | {' ' * (len(before) + span.column - 1 - start)}{caret} {clean(label)}".rstrip(),
        ]
    return frame


def _text(diagnostic: Diagnostic, sources: Mapping[str, str], color: bool) -> str:
    head = f"{diagnostic.severity}[{diagnostic.code}]"
    if color:
        head = f"{_COLORS[diagnostic.severity]}{head}\x1b[0m"
    lines = [f"{head}: {clean(diagnostic.message)}"]
    if diagnostic.span:
        lines += _frame(diagnostic.span, sources, diagnostic.label, "^")
    for span, note in diagnostic.notes:
        lines.append(f"  note: {clean(note)}")
        if span:
            lines += _frame(span, sources, "", "-")
    if diagnostic.help:
        lines.append(f"  help: {clean(diagnostic.help)}")
    return "\n".join(lines) + "\n"


def _span(span: Span | None) -> dict[str, str | int] | None:
    if span is None:
        return None
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _fix(fix: Replacement) -> dict[str, object]:
    return {"span": _span(fix.span), "text": fix.text, "applicability": "safe" if fix.safe else "unsafe"}


def _json(d: Diagnostic) -> str:
    record: dict[str, object] = {"code": d.code, "severity": d.severity, "message": d.message, "span": _span(d.span)}
    record |= {"label": d.label, "notes": [{"span": _span(s), "text": t} for s, t in d.notes], "help": d.help}
    return json.dumps(record | {"fixes": [_fix(f) for f in d.fixes]})


def _github(d: Diagnostic) -> str:
    def data(text: str) -> str:
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")

    def prop(text: str) -> str:
        return data(text).replace(":", "%3A").replace(",", "%2C")

    kind = "notice" if d.severity == "note" else d.severity
    where = ""
    if d.span:
        where = f"file={prop(d.span.file)},line={d.span.line},col={d.span.column},"
    return f"::{kind} {where}title={prop(d.code)}::{data(d.message + (f' (help: {d.help})' if d.help else ''))}"


def _result(d: Diagnostic) -> dict[str, object]:
    from urllib.parse import quote

    text = d.message + (f". Help: {d.help}" if d.help else "")
    result: dict[str, object] = {"ruleId": d.code, "level": d.severity, "message": {"text": text}}
    if d.span:
        place = {"artifactLocation": {"uri": quote(d.span.file)}, "region": _region(d.span)}
        result["locations"] = [{"physicalLocation": place}]
    if d.fixes:
        replacements = [{"deletedRegion": _region(f.span), "insertedContent": {"text": f.text}} for f in d.fixes]
        change = {"artifactLocation": {"uri": quote(d.fixes[0].span.file)}, "replacements": replacements}
        fix: dict[str, object] = {"artifactChanges": [change], "properties": {"applicability": d.applicability}}
        result["fixes"] = [{"description": {"text": d.help}, **fix} if d.help else fix]
    return result


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _sarif(diagnostics: tuple[Diagnostic, ...]) -> str:
    from pscc.diagnostics.catalogue import codes

    texts = codes()
    rules = [
        {"id": code, "shortDescription": {"text": texts[code][0]}, "fullDescription": {"text": texts[code][1]}}
        for code in sorted({d.code for d in diagnostics})
    ]
    run = {
        "tool": {"driver": {"name": "pscc", "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(d) for d in diagnostics],
    }
    return json.dumps({"$schema": _SARIF, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def render(diagnostics: Iterable[Diagnostic], sources: Mapping[str, str], fmt: Format, color: bool) -> str:
    """``diagnostics`` as ``fmt``; ``sources`` maps the names of sources to their texts. Empty if there are none."""
    shown = tuple(diagnostics)
    match fmt:
        case "text":
            return "\n".join(_text(d, sources, color) for d in shown)
        case "json":
            return "".join(_json(d) + "\n" for d in shown)
        case "github":
            return "".join(_github(d) + "\n" for d in shown)
        case "sarif":
            return _sarif(shown)
