"""``pscc import``: a PSP in the policy language."""

from __future__ import annotations

import click

from pscc.cli._shared import Format, analysed, fix_option, format_option, source_argument


@click.command("import", epilog="\b\nExample: pscc import examples/restricted.yaml")
@source_argument
@fix_option
@format_option
def command(source: str, fix: bool, fmt: Format) -> None:
    """Print SOURCE in the policy language, what PSP leaves implicit spelled out."""
    from pscc.syntax.printer import print_document

    _, document, _ = analysed(source, fmt, fix)
    click.echo(print_document(document), nl=False)
