"""``pscc check``: diagnostics, and nothing else."""

from __future__ import annotations

import click

from pscc.cli._shared import Format, analysed, everyone_option, format_option, ignored_option, source_argument


@click.command("check", epilog="\b\nExample: pscc check examples/psp-default.yaml")
@source_argument
@everyone_option
@ignored_option
@format_option
def command(sources: tuple[str, ...], everyone: bool, list_ignored: bool, fmt: Format) -> None:
    """Say what is wrong with SOURCE, and nothing else."""
    analysed(sources, fmt, False, everyone, list_ignored)
