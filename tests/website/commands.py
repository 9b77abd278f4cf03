"""The page of the commands, read from the command line itself."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc

import click

from pscc.cli import main
from website.markdown import fence, table, text_of

PATH = "reference/commands.md"


def page() -> str:
    """The page: a list of all commands, and a section for each with its help and its options."""
    return text_of(_lines())


def named() -> Iterator[tuple[str, click.Command, click.Context]]:
    """Every command with its name and the context that its help is written in."""
    above = click.Context(main, info_name="pscc")
    for name in main.list_commands(above):
        command = main.get_command(above, name)
        assert command is not None
        yield name, command, click.Context(command, info_name=f"pscc {name}")


def _lines() -> Iterator[str]:
    yield from ("# Commands", "")
    yield "[Sources, exit codes and options](../command-line.md) has what all commands share."
    yield ""
    yield from table(
        ["command", "does"],
        ((f"[`pscc {name}`](#pscc-{name})", command.get_short_help_str(400)) for name, command, _ in named()),
    )
    for name, command, context in named():
        yield from (f"## pscc {name} {{ #pscc-{name} }}", "")
        yield from fence("text", command.get_usage(context).removeprefix("Usage: "))
        yield from _help(command.help or "")
        options = [param for param in command.get_params(context) if isinstance(param, click.Option)]
        records = [record for option in options if (record := option.get_help_record(context))]
        yield from table(["option", "does"], ((f"`{option}`", _plain(text)) for option, text in records))
        if command.epilog:
            yield from fence("text", command.epilog)


def _help(text: str) -> Iterator[str]:
    """The paragraphs of a help text. What click leaves as it is written (after ``\\b``) becomes a block."""
    for paragraph in cleandoc(text.partition("\f")[0]).split("\n\n"):
        if paragraph.startswith("\b"):
            yield from fence("text", paragraph.removeprefix("\b").lstrip("\n"))
        else:
            yield from (_plain(paragraph), "")


def _plain(text: str) -> str:
    """``text`` with nothing that Markdown would read as HTML or as emphasis."""
    return text.replace("<", "&lt;").replace("*_", "\\*_")
