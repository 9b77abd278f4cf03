"""What the commands share: sources read, diagnostics told, corrections made."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
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
source_argument = click.argument(
    "sources", metavar="SOURCE...", nargs=-1, required=True, type=click.Path(allow_dash=True)
)
everyone_option = click.option(
    "--assume-everyone-may-use",
    "everyone",
    is_flag=True,
    help="Take each PodSecurityPolicy as usable by everyone, whatever RBAC says.",
)
ignored_option = click.option(
    "--list-ignored", is_flag=True, help="Name each object of the sources that says nothing about pod security."
)
SUFFIXES = (".psp", ".yaml", ".yml", ".json")
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


def read_sources(paths: tuple[str, ...]) -> tuple[SourceFile, ...]:
    """The files ``paths``; of a folder, all files below it whose suffix is among `SUFFIXES`, in order of name."""
    files: list[str] = []
    for path in paths:
        if path != "-" and Path(path).is_dir():
            found = sorted(str(p) for p in Path(path).rglob("*") if p.suffix in SUFFIXES and p.is_file())
            if not found:
                raise click.UsageError(f"{path}: there is no {', '.join(SUFFIXES)} file in this folder")
            files += found
        else:
            files.append(path)
    return tuple(read_source(path) for path in dict.fromkeys(files))


def tell(
    diagnostics: tuple[Diagnostic, ...], sources: Iterable[SourceFile], fmt: Format, used: Mapping[str, str] = NO_TEXTS
) -> None:
    """Write diagnostics to stderr; ``used`` holds the texts of further files, by name."""
    from pscc.render import render

    if diagnostics:
        color = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
        texts = {**used, **{source.name: source.text for source in sources}}
        click.echo(render(diagnostics, texts, fmt, color), err=True, color=True, nl=False)


def analysed(
    paths: tuple[str, ...], fmt: Format, fix: bool, everyone: bool = False, list_ignored: bool = False
) -> tuple[tuple[SourceFile, ...], Document, Program]:
    """Tree and meaning of the sources at ``paths``, which make one program; its warnings are told.

    Exits with 1, everything told, on errors.
    """
    from pscc.cli._files import loader_for, today
    from pscc.diagnostics import SourceError
    from pscc.driver import analyse

    sources: tuple[SourceFile, ...] = ()
    load = loader_for(*paths)
    try:
        sources = read_sources(paths)
        if fix:
            sources = corrected(sources, fmt, everyone)
        document, program, warnings = analyse(
            *sources, load=load, today=today(), everyone=everyone, list_ignored=list_ignored
        )
    except SourceError as error:
        tell(error.diagnostics, sources, fmt, load.texts)
        raise click.exceptions.Exit(1) from None
    tell(warnings, sources, fmt, load.texts)
    return sources, document, program


def corrected(sources: tuple[SourceFile, ...], fmt: Format, everyone: bool = False) -> tuple[SourceFile, ...]:
    """``sources`` with the corrections of their errors made, until none is left; each is told as a note."""
    from dataclasses import replace

    from pscc.cli._files import loader_for, today
    from pscc.diagnostics import SourceError
    from pscc.driver import analyse
    from pscc.fixes import apply_fixes

    for _ in range(5):
        try:
            analyse(*sources, load=loader_for(*(s.name for s in sources)), today=today(), everyone=everyone)
        except SourceError as error:
            fixable = tuple(d for d in error.diagnostics if d.fixes and d.severity == "error")
            if not fixable:
                return sources
            told = [replace(d, severity="note", message=f"corrected: {d.message}", help=_became(d)) for d in fixable]
            tell(tuple(told), sources, fmt)
            fixes = [f for d in fixable for f in d.fixes]
            sources = tuple(
                replace(one, text=apply_fixes(one.text, [f for f in fixes if f.span.file == one.name]))
                for one in sources
            )
        else:
            return sources
    return sources


def _became(diagnostic: Diagnostic) -> str:
    return f"now `{diagnostic.fixes[0].text}`"
