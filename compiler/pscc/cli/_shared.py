"""What the commands share: sources read, diagnostics told, corrections made."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

if TYPE_CHECKING:
    from pscc.diagnostics import Diagnostic
    from pscc.ir import Program
    from pscc.source import SourceFile
    from pscc.syntax.ast import Document

Format = Literal["text", "json", "github", "sarif"]
FORMATS = click.Choice(["text", "json", "github", "sarif"])
source_argument = click.argument("source", type=click.Path(allow_dash=True))
format_option = click.option(
    "--format", "fmt", type=FORMATS, default="text", show_default=True, help="How diagnostics are written."
)
fix_option = click.option("--fix", is_flag=True, help="Apply the corrections that errors offer, and say so.")
_SARIF = "pscc.sarif"


class Refused(click.ClickException):
    """A file or folder that cannot be read or written: exit 2, in one line."""

    exit_code = 2


def colored(stream: object) -> bool:
    """Whether to colour what goes to ``stream``: on a terminal, unless NO_COLOR is set to anything."""
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty()) and not os.environ.get("NO_COLOR")


def read_bytes(path: str) -> bytes:
    """What the file ``path`` holds, or stdin for ``-``."""
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise Refused(f"{path!r} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def write_text(path: str, data: bytes) -> None:
    """Make ``data`` the content of the file ``path``, whole or not at all; its mode is kept, a link is followed."""
    import tempfile

    target = Path(path).resolve()
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".pscc-", delete=False) as scratch:
            scratch.write(data)
        if target.exists():
            os.chmod(scratch.name, target.stat().st_mode & 0o7777)
        else:
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(scratch.name, 0o666 & ~umask)
        os.replace(scratch.name, target)
    except OSError as error:
        if "scratch" in locals():
            Path(scratch.name).unlink(missing_ok=True)
        raise Refused(f"{path!r} cannot be written: {error.strerror or error}") from None


def read_source(path: str) -> SourceFile:
    """The file ``path``, or stdin for ``-``, as text."""
    from pscc.driver import decode

    return decode(path, read_bytes(path))


def tell(diagnostics: tuple[Diagnostic, ...], source: SourceFile | None, fmt: Format, *, results: bool = False) -> None:
    """Write diagnostics: to stderr, or to stdout where they are the ``results`` of the command.

    SARIF is one document a run, written when the command ends.
    """
    from pscc.render import render

    texts = {source.name: source.text} if source else {}
    if fmt == "sarif":
        context = click.get_current_context()
        if _SARIF not in context.meta:
            told: list[Diagnostic] = []
            context.meta[_SARIF] = told
            context.call_on_close(lambda: click.echo(render(told, texts, fmt, False), err=not results, nl=False))
        context.meta[_SARIF].extend(diagnostics)
    elif diagnostics:
        color = colored(sys.stdout if results else sys.stderr)
        click.echo(render(diagnostics, texts, fmt, color), err=not results, color=True, nl=False)


def analysed(path: str, fmt: Format, fix: bool) -> tuple[SourceFile, Document, Program]:
    """Tree and meaning of the source at ``path``; its warnings are told. Exits with 1, everything told, on errors."""
    from pscc.diagnostics import SourceError
    from pscc.driver import analyse

    source = None
    try:
        source = read_source(path)
        if fix:
            source = corrected(source, fmt)
        document, program, warnings = analyse(source)
    except SourceError as error:
        tell(error.diagnostics, source, fmt)
        raise click.exceptions.Exit(1) from None
    tell(warnings, source, fmt)
    return source, document, program


def corrected(source: SourceFile, fmt: Format, *, results: bool = False) -> SourceFile:
    """``source`` with the corrections of its errors made, until none is left; each is told as a note."""
    from dataclasses import replace

    from pscc.driver import correct

    fixed, made = correct(source)
    told = [replace(d, severity="note", message=f"corrected: {d.message}", help=_became(d), notes=()) for d in made]
    tell(tuple(told), source, fmt, results=results)
    return fixed


def _became(diagnostic: Diagnostic) -> str:
    text = diagnostic.fixes[0].text.strip()
    return f"now `{text}`" if text else "taken out"
