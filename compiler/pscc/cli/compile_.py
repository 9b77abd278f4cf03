"""``pscc compile``: a source in, the folder of a target out."""

from __future__ import annotations

from pathlib import Path

import click

from pscc.backends.registry import DEFAULT_TARGET, TARGETS
from pscc.cli._shared import Format, Refused, analysed, fix_option, format_option, source_argument, tell


@click.command(
    "compile",
    short_help="Compile a source into the folder of a target.",
    epilog="\b\nExample: pscc compile examples/psp-default.yaml -o rego/",
)
@source_argument
@click.option("-o", "--output", required=True, help="The folder to write, or - for one YAML stream on stdout.")
@click.option(
    "-t",
    "--target",
    "targets",
    multiple=True,
    type=click.Choice(TARGETS),
    help="What to compile for; may be repeated. [default: gatekeeper]",
)
@fix_option
@format_option
def command(source: str, output: str, targets: tuple[str, ...], fix: bool, fmt: Format) -> None:
    """Compile SOURCE (a .psp file, PSP YAML or JSON, or - for stdin) into the folder of a target.

    The folder is written whole or not at all. Diagnostics go to stderr.
    """
    from pscc.driver import compile_program
    from pscc.emit import EmitError, emit

    text, _, program = analysed(source, fmt, fix)
    outputs = compile_program(program, tuple(dict.fromkeys(targets)) or (DEFAULT_TARGET,))
    for made in outputs.values():
        tell(made.diagnostics, text, fmt)
    files = tuple(file for made in outputs.values() for file in made.files)
    if output == "-":
        by_path = {file.path: file.text for file in files}
        for path in (path for made in outputs.values() for path in made.resources):
            body = by_path[path]
            click.echo(body if body.startswith("---") or path.endswith(".rego") else f"---\n{body}", nl=False)
        return
    try:
        emit(Path(output), files)
    except EmitError as error:
        raise Refused(str(error)) from None
    click.echo(f"wrote {len(files)} files to {output}", err=True)
