"""``pscc config``: what ``pscc.toml`` says, and where it stands."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping

import click

from pscc.cli._config import NAME, Config, commands, defaults, nearest, options_of

_EXAMPLE = """\b
  target = ["gatekeeper", "vap"]
  kubernetes = "1.34"
  exclude-namespace = ["kube-system"]

\b
  [check]
  strict = true
  at-least = "pss/baseline"

Example: pscc config policies/team.psp"""


@click.command("config", short_help="Show the options in pscc.toml, and where the file is.", epilog=_EXAMPLE)
@click.argument("source", required=False, type=click.Path())
def command(source: str | None) -> None:
    """Show the options that the commands take from pscc.toml.

    pscc looks for the file in the folder of SOURCE, and then in the folders above it. A key is the name of an option. At the top
    of the file it sets the option for every command, and in a table for one command. Options on the command line win. Paths
    are relative to the file.
    """
    config = nearest((source,) if source else ())
    if config is None:
        where = os.path.dirname(source) or "." if source else "."
        click.echo(f"there is no {NAME} in {where} or above it: every option is as its command has it")
        return
    for every in commands():
        defaults(config, every)
    lines = list(_lines(config))
    wide = max((len(line) for line, _, _ in lines), default=0)
    click.echo(config.path)
    for line, used, place in lines:
        click.echo(f"  {line.ljust(wide)}  {used}  ({place})")


def _lines(config: Config) -> Iterator[tuple[str, str, str]]:
    """(setting, commands that take it, place) for each setting."""
    for key, value in config.says:
        if isinstance(value, Mapping):
            for inner, setting in value.items():
                yield f"{key}: {inner} = {json.dumps(setting)}", key, f"line {config.line(inner)}"
        else:
            tables = {name for name, table in config.says if isinstance(table, Mapping) and key in table}
            taking = [c.name or "" for c in commands() if key in options_of(c) and c.name not in tables]
            yield f"{key} = {json.dumps(value)}", ", ".join(taking), f"line {config.line(key)}"
