"""``pscc import``: a PSP in the policy language."""

from __future__ import annotations

import click

from pscc.cli._shared import (
    Format,
    analysed,
    everyone_option,
    fix_option,
    format_option,
    ignored_option,
    source_argument,
)


@click.command("import", epilog="\b\nExample: pscc import examples/restricted.yaml")
@source_argument
@everyone_option
@ignored_option
@fix_option
@format_option
def command(sources: tuple[str, ...], everyone: bool, list_ignored: bool, fix: bool, fmt: Format) -> None:
    """Print SOURCE in the policy language, what PSP leaves implicit spelled out."""
    from pscc.syntax.printer import print_document

    _, document, _ = analysed(sources, fmt, fix, everyone, list_ignored)
    click.echo(print_document(document), nl=False)
