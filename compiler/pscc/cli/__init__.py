"""The command line: options, printing, colour and exit codes. The work is done by `pscc.api` and what lies below it.

A command is a file of its own, imported when it is called. Exit 0: clean; 1: the source has errors, or a pod is denied;
2: wrong usage; 70: a bug of ours.
"""

from __future__ import annotations

import importlib
import os
from typing import Any

import click

from pscc import __version__

BUG = 70
COMMANDS = (
    "compile",
    "check",
    "eval",
    "test",
    "verify",
    "prove",
    "import",
    "show",
    "explain",
    "diff",
    "report",
    "fix",
    "plan",
    "fmt",
    "config",
    "lsp",
    "completion",
)
"""The commands, in the order of ``--help``; each is the ``command`` of the module ``NAME_`` here."""


class Guarded(click.Group):
    """A group that imports its commands late, and ends in one line and exit 70 where pscc itself is at fault."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"pscc.cli.{cmd_name}_").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (
            click.ClickException,
            click.exceptions.Exit,
            click.Abort,
            SystemExit,
            KeyboardInterrupt,
            BrokenPipeError,
        ):
            raise
        except Exception as error:
            if os.environ.get("PSCC_TRACEBACK"):
                raise
            click.echo(f"pscc: a bug of ours: {type(error).__name__}: {error} (PSCC_TRACEBACK=1 shows where)", err=True)
            raise click.exceptions.Exit(BUG) from None


@click.group(cls=Guarded, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pscc")
def main() -> None:
    """Compile pod security policies: PodSecurityPolicy YAML or .psp files in, engine policies out."""
