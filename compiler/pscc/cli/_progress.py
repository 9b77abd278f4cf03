"""Shows on a terminal how far a long command is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

_PATIENCE = 2.0
"""Seconds after which a terminal is shown what a command does, and how far it is."""
_WIDTH = 30
Progress = Callable[[int, int], None]
"""Takes the number of steps that are done, and the number of all."""


@contextmanager
def progress(what: str) -> Iterator[Progress | None]:
    """A function that shows the progress of ``what`` (``judging``) as a bar. It yields None where stderr is no terminal.

    It appears after `_PATIENCE` seconds, and is removed at the end.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from threading import Timer

    start, shown = time.monotonic(), ""

    def write(line: str) -> None:
        nonlocal shown
        if line != shown:
            shown = line
            click.echo(f"\r\033[K{line}", err=True, nl=False)

    def show(step: int, steps: int) -> None:
        if time.monotonic() - start > _PATIENCE:
            done = _WIDTH * step // steps
            write(f"{what}: [{'#' * done}{' ' * (_WIDTH - done)}] {100 * step // steps} %")

    def name() -> None:
        if not shown:
            write(what)

    waiting = Timer(_PATIENCE, name)
    waiting.daemon = True
    waiting.start()
    try:
        yield show
    finally:
        waiting.cancel()
        waiting.join()
        if shown:
            click.echo("\r\033[K", err=True, nl=False)
