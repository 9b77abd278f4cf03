"""``pscc check``: diagnostics, and nothing else. They are its results, so they go to stdout."""

from __future__ import annotations

import click

from pscc.cli._shared import Format, corrected, format_option, read_bytes, source_argument, tell, write_text


@click.command(
    "check",
    short_help="Say what is wrong with a source.",
    epilog="\b\nExample: pscc check examples/psp-default.yaml",
)
@source_argument
@click.option("--fix", is_flag=True, help="Write the corrections that errors offer into SOURCE (stdout for -).")
@format_option
def command(source: str, fix: bool, fmt: Format) -> None:
    """Say what is wrong with SOURCE (a .psp file, PSP YAML or JSON, or - for stdin). Exit 1 if it has errors."""
    from pscc.diagnostics import SourceError
    from pscc.driver import analyse, decode

    data = read_bytes(source)
    text = None
    on_stdout = not (fix and source == "-")
    try:
        text = decode(source, data)
        if fix:
            fixed = corrected(text, fmt, results=on_stdout)
            if source == "-":
                click.echo(fixed.text, nl=False)
            elif fixed.text != text.text:
                write_text(source, encoded(fixed.text, data))
                click.echo(f"corrected {source}", err=True)
            text = fixed
        _, _, warnings = analyse(text)
    except SourceError as error:
        tell(error.diagnostics, text, fmt, results=on_stdout)
        errors = sum(d.severity == "error" for d in error.diagnostics)
        click.echo(f"{source}: {errors} error{'s' if errors > 1 else ''}", err=True)
        raise click.exceptions.Exit(1) from None
    tell(warnings, text, fmt, results=on_stdout)
    click.echo(f"{source}: no errors", err=True)


def encoded(text: str, before: bytes) -> bytes:
    """``text`` as UTF-8 with the byte order mark and the line ends of ``before``."""
    ends = "\r\n" if before.count(b"\r\n") == before.count(b"\n") > 0 else "\n"
    mark = b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b""
    return mark + text.replace("\n", ends).encode("utf-8")
