"""``pscc completion``: shell completion, by click."""

from __future__ import annotations

import click


@click.command(
    "completion",
    short_help="Print a shell's completion script.",
    epilog="\b\nExample: pscc completion bash >> ~/.bashrc",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script of a shell."""
    from click.shell_completion import get_completion_class

    from pscc.cli import main

    shell_completion = get_completion_class(shell)
    assert shell_completion is not None
    click.echo(shell_completion(main, {}, "pscc", "_PSCC_COMPLETE").source())
