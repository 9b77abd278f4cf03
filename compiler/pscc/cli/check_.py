"""``pscc check``: diagnostics, and nothing else. They are its results, so they go to stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pscc.base.encoding import encoding_of
from pscc.cli._codes import Wanted, codes
from pscc.cli._shared import (
    Format,
    analysed,
    corrected,
    day,
    everyone_option,
    files_of,
    format_option,
    ignored_option,
    loader,
    namespace_option,
    read_bytes,
    read_source,
    root_option,
    source_argument,
    write_diagnostics,
    write_text,
)

if TYPE_CHECKING:
    from pscc.base.source import SourceFile

_CODES = "A code or the beginning of codes (LNG061, LNG06, SET), several with commas. Can be repeated."


@click.command(
    "check",
    short_help="Report the errors and warnings of a source.",
    epilog="\b\nExample: pscc check examples/psp-default.yaml",
)
@source_argument
@root_option
@everyone_option
@namespace_option
@ignored_option
@click.option("--fix", is_flag=True, help="Write the safe corrections of errors into SOURCE (to stdout for -).")
@click.option(
    "--unsafe-fixes",
    "unsafe",
    is_flag=True,
    help="With --fix: also write corrections that guess what you meant. Review them.",
)
@click.option(
    "--at-least",
    "floor",
    metavar="SOURCE",
    help="Fail if your source admits a pod that this SOURCE refuses, for example pss/baseline.",
)
@click.option("--strict", is_flag=True, help="Fail on warnings, not only on errors.")
@click.option(
    "--select", "selected", multiple=True, metavar="CODE", help=f"Report only warnings with this CODE. {_CODES}"
)
@click.option(
    "--ignore", "ignored", multiple=True, metavar="CODE", help=f"Do not report warnings with this CODE. {_CODES}"
)
@format_option
def command(
    sources: tuple[str, ...],
    everyone: bool,
    namespace: str | None,
    list_ignored: bool,
    fix: bool,
    unsafe: bool,
    floor: str | None,
    strict: bool,
    selected: tuple[str, ...],
    ignored: tuple[str, ...],
    fmt: Format,
) -> None:
    """Report the errors and warnings of SOURCE.

    SOURCE is one or more .psp files, YAML or JSON files with PodSecurityPolicies and RBAC, folders of such files, or - for
    stdin. All of them together are one source.

    To hide a warning, write the comment `# pscc: ignore CODE - reason` beside the statement or on the line above.

    Exit 1 if there are errors or, with --strict, warnings.
    """
    from pscc.diagnostics import SourceError
    from pscc.driver import checked, decode
    from pscc.files import is_in_library

    if unsafe and not fix:
        raise click.UsageError("--unsafe-fixes needs --fix")
    files = files_of(sources)
    load = loader(*sources, files=files)
    wanted = Wanted(codes(selected, "--select"), codes(ignored, "--ignore"))
    on_stdout = not (fix and "-" in files)
    named = files[0] if len(files) == 1 else f"{len(files)} files"
    read: tuple[SourceFile, ...] = ()
    try:
        data = {path: read_bytes(path) for path in files if not is_in_library(path)}
        read = tuple(decode(path, data[path]) if path in data else read_source(path) for path in files)
        if fix:
            fixed = corrected(read, fmt, everyone, namespace, results=on_stdout, unsafe=unsafe)
            for before, after in zip(read, fixed, strict=True):
                if after.name == "-":
                    click.echo(after.text, nl=False)
                elif after.text != before.text:
                    write_text(after.name, encoded(after.text, data[after.name]))
                    click.echo(f"corrected {after.name}", err=True)
            read = fixed
        least = None if floor is None else (analysed((floor,), "text", fix=False)[2], floor)
        _, _, reported = checked(
            *read,
            load=load,
            today=day(),
            everyone=everyone,
            list_ignored=list_ignored,
            floor=least,
            namespace=namespace or "",
        )
    except SourceError as error:
        reported = error.diagnostics
    shown = wanted.of(reported)
    write_diagnostics(shown, read, fmt, load.texts, results=on_stdout)
    errors, warnings = (
        sum(diagnostic.severity == severity for diagnostic in shown) for severity in ("error", "warning")
    )
    besides = f", {_counted(warnings, 'warning')}" if warnings else ""
    click.echo(f"{named}: {_counted(errors, 'error')}{besides}", err=True)
    if errors or (strict and warnings):
        raise click.exceptions.Exit(1)


def _counted(count: int, word: str) -> str:
    return f"{count or 'no'} {word}{'' if count == 1 else 's'}"


def encoded(text: str, before: bytes) -> bytes:
    """``text`` with the encoding, the byte order mark and the line ends of ``before``."""
    encoding = encoding_of(before)
    old = encoding.decode(before)
    ends = "\r\n" if old.count("\r\n") == old.count("\n") > 0 else "\n"
    return encoding.encode(text.replace("\n", ends))
