"""``pscc fmt``: sources of the language in their canonical layout."""

from __future__ import annotations

import click

from pscc.cli._shared import files_of, read_bytes, source_argument, write_diagnostics, write_text


@click.command(
    "fmt",
    short_help="Format .psp files.",
    epilog="\b\nExample: pscc fmt --diff examples/team.psp",
)
@source_argument
@click.option("--check", is_flag=True, help="Write nothing. Exit 1 if a file is not formatted.")
@click.option("--diff", is_flag=True, help="Write nothing. Show the changes, and exit 1 if there are any.")
def command(sources: tuple[str, ...], check: bool, diff: bool) -> None:
    """Format SOURCE in place. Comments are kept.

    SOURCE is one or more .psp files, folders of them, or - to read stdin and write to stdout.
    """
    import difflib

    from pscc.cli.check_ import encoded
    from pscc.diagnostics import SourceError
    from pscc.driver import decode
    from pscc.language.formatting import formatted

    failed = changed = False
    for path in (path for path in files_of(sources) if path == "-" or path.endswith(".psp") or path in sources):
        data = read_bytes(path)
        source = None
        try:
            source = decode(path, data)
            text = formatted(source)
        except SourceError as error:
            write_diagnostics(error.diagnostics, (source,) if source else (), "text")
            failed = True
            continue
        if path == "-" and not (check or diff):
            click.echo(text, nl=False)
        elif text != source.text:
            changed = True
            if diff:
                lines = difflib.unified_diff(
                    source.text.splitlines(), text.splitlines(), path, f"{path} (formatted)", lineterm=""
                )
                click.echo("\n".join(lines))
            elif check:
                click.echo(f"would reformat {path}")
            else:
                write_text(path, encoded(text, data))
                click.echo(f"laid out {path}", err=True)
    if failed or (changed and (check or diff)):
        raise click.exceptions.Exit(1)
