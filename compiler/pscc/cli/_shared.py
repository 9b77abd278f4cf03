"""What the commands share: sources read, diagnostics told, corrections made."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import click

if TYPE_CHECKING:
    from pscc.diagnostics import Diagnostic
    from pscc.ir import Program
    from pscc.source import SourceFile
    from pscc.syntax.ast import Document

NO_TEXTS: Mapping[str, str] = MappingProxyType({})
Format = Literal["text", "json", "github", "sarif"]
FORMATS = click.Choice(["text", "json", "github", "sarif"])
source_argument = click.argument("source", type=click.Path(allow_dash=True))
format_option = click.option("--format", "fmt", type=FORMATS, default="text", help="How diagnostics are written.")
fix_option = click.option("--fix", is_flag=True, help="Apply the corrections that the diagnostics offer, and say so.")


def read_source(path: str) -> SourceFile:
    """The file ``path``, stdin for ``-``, or the library's policy of that name (``pss/baseline@1.30``), as text."""
    from pscc.driver import decode

    if path.startswith("pss/") and not Path(path).exists():
        from pscc.cli._files import from_library

        return from_library(path)
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise click.UsageError(f"{path}: {error.strerror or error}") from None
    return decode(path, data)


def tell(
    diagnostics: tuple[Diagnostic, ...], source: SourceFile | None, fmt: Format, used: Mapping[str, str] = NO_TEXTS
) -> None:
    """Write diagnostics to stderr; ``used`` holds the texts of further files, by name."""
    from pscc.render import render

    if diagnostics:
        color = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
        texts = {**used, **({source.name: source.text} if source else {})}
        click.echo(render(diagnostics, texts, fmt, color), err=True, color=True, nl=False)


def analysed(path: str, fmt: Format, fix: bool) -> tuple[SourceFile, Document, Program]:
    """Tree and meaning of the source at ``path``; its warnings are told. Exits with 1, everything told, on errors."""
    from pscc.cli._files import loader_for, today
    from pscc.diagnostics import SourceError
    from pscc.driver import analyse

    source = None
    load = loader_for(path)
    try:
        source = read_source(path)
        if fix:
            source = corrected(source, fmt)
        document, program, warnings = analyse(source, load=load, today=today())
    except SourceError as error:
        tell(error.diagnostics, source, fmt, load.texts)
        raise click.exceptions.Exit(1) from None
    tell(warnings, source, fmt, load.texts)
    return source, document, program


def corrected(source: SourceFile, fmt: Format) -> SourceFile:
    """``source`` with the corrections of its errors made, until none is left; each is told as a note."""
    from dataclasses import replace

    from pscc.cli._files import loader_for, today
    from pscc.diagnostics import SourceError
    from pscc.driver import analyse
    from pscc.fixes import apply_fixes

    for _ in range(5):
        try:
            analyse(source, load=loader_for(source.name), today=today())
        except SourceError as error:
            fixable = tuple(d for d in error.diagnostics if d.fixes and d.severity == "error")
            if not fixable:
                return source
            told = [replace(d, severity="note", message=f"corrected: {d.message}", help=_became(d)) for d in fixable]
            tell(tuple(told), source, fmt)
            source = replace(source, text=apply_fixes(source.text, [f for d in fixable for f in d.fixes]))
        else:
            return source
    return source


def _became(diagnostic: Diagnostic) -> str:
    return f"now `{diagnostic.fixes[0].text}`"
