"""``pscc diff``: what a new source admits that an old one refuses, and the other way."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from pscc.cli._config import configured
from pscc.cli._shared import analysed, contents_of, namespace_option

if TYPE_CHECKING:
    from pscc.pod.manifests import Manifest
    from pscc.reasoning.difference.compare import Progress

_PATIENCE = 2.0
"""Seconds after which a terminal is shown how far the comparison is."""


@click.command("diff", epilog="\b\nExample: pscc diff examples/restricted.yaml pss/restricted@1.30")
@click.argument("old", type=click.Path(), is_eager=True, callback=configured)
@click.argument("new", type=click.Path())
@click.option(
    "-f", "--file", "files", multiple=True, help="Say which workloads of this file differ, too; may be repeated."
)
@click.option("--no-looser", is_flag=True, help="Exit 1 when NEW admits a pod that OLD refuses, or may admit one.")
@click.option("--exit-code", is_flag=True, help="Exit 1 when there is, or may be, any difference.")
@click.option(
    "--format",
    "fmt",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="json: one object. markdown: for a comment on a pull request.",
)
@namespace_option
def command(
    old: str, new: str, files: tuple[str, ...], no_looser: bool, exit_code: bool, fmt: str, namespace: str | None
) -> None:
    """Compare OLD and NEW. For each control that differs, show a smallest pod that is treated differently.

    NEW is *less permissive*, *more permissive*, *equivalent*, or *incomparable*. A line for each change comes first, then the
    pods: those that one of the two refuses, when they are created or updated; those that both admit, and that one warns of
    or reports; and those that both admit and that their defaults leave different.

    Everybody who may ask is compared: users, groups, service accounts, namespaces and their labels. A control is `behind`
    another where no pod is refused for the one without the other. Where the search is given up, the control is `undecided`,
    with the reason, and the exit code is 1.
    """
    from pscc.reasoning.difference.compare import compare

    _, _, before = analysed((old,), "text", fix=False, namespace=namespace)
    _, _, after = analysed((new,), "text", fix=False, namespace=namespace)
    manifests = _manifests(files)
    with _progress() as progress:
        difference = compare(before, after, progress)
    workloads = None
    if files:
        from pscc.cli._diff_workloads import workload_changes

        workloads = tuple(workload_changes(before, after, manifests))
    if fmt == "json":
        import json

        from pscc.cli._diff_json import as_json

        click.echo(json.dumps(as_json(difference, workloads)))
    else:
        from pscc.cli._diff_text import markdown, text

        for line in (markdown if fmt == "markdown" else text)(difference, workloads):
            click.echo(line)
    if difference.undecided or (no_looser and difference.looser) or (exit_code and difference):
        raise click.exceptions.Exit(1)


def _manifests(files: tuple[str, ...]) -> tuple[Manifest, ...]:
    """The workloads in ``files``. Exits with 1 where a file is no YAML."""
    return contents_of(files).manifests if files else ()


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """What shows on a terminal how far a comparison is that takes long; the line is gone when it ends."""
    if not sys.stderr.isatty():
        yield None
        return
    start, shown = time.monotonic(), False

    def progress(step: int, steps: int) -> None:
        nonlocal shown
        if time.monotonic() - start > _PATIENCE:
            shown = True
            click.echo(f"\rcomparing: {100 * step // steps} %", err=True, nl=False)

    yield progress
    if shown:
        click.echo("\r\033[K", err=True, nl=False)
