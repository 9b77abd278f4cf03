"""``pscc check``: diagnostics, and nothing else."""

from __future__ import annotations

import click

from pscc.cli._shared import Format, analysed, format_option, source_argument


@click.command("check", epilog="\b\nExample: pscc check examples/psp-default.yaml")
@source_argument
@format_option
def command(source: str, fmt: Format) -> None:
    """Say what is wrong with SOURCE, and nothing else."""
    analysed(source, fmt, fix=False)
