"""The value of ``--target``: a target, several with commas between them, or ``all``."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from pscc.targets.registry import TARGETS

ALL = "all"
METAVAR = f"[{'|'.join((*TARGETS, ALL))}]"


METAVAR_OF_ONE = f"[{'|'.join(TARGETS)}]"


class Target(click.Choice[str]):
    """The name of one target."""

    def __init__(self) -> None:
        super().__init__(TARGETS)


class Targets(click.ParamType[tuple[str, ...]]):
    """Names of targets, as a tuple."""

    name = "target"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """The targets that ``value`` names. Raises `click.BadParameter` where one is none."""
        if isinstance(value, tuple):
            return value
        names = tuple(TARGETS) if value == ALL else tuple(name.strip() for name in str(value).split(","))
        for name in names:
            if name not in TARGETS:
                from pscc.diagnostics.spelling import did_you_mean

                suggestion = did_you_mean(name, TARGETS)
                hint = f"did you mean {suggestion}?" if suggestion else f"there are {', '.join(TARGETS)}, and {ALL}"
                self.fail(f"there is no target {name!r}: {hint}", param, ctx)
        return names

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The targets that can stand behind the last comma."""
        before, comma, begun = incomplete.rpartition(",")
        offered = TARGETS if comma else (*TARGETS, ALL)
        return [CompletionItem(f"{before}{comma}{name}") for name in offered if name.startswith(begun)]
