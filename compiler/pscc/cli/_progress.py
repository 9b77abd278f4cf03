"""How far a command is that takes long, on a terminal alone."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

_PATIENCE = 2.0
"""Seconds after which a terminal is shown how far a command is."""
_WIDTH = 30
Progress = Callable[[int, int], None]
"""Takes the number of steps that are done, and the number of all."""


@contextmanager
def progress(what: str) -> Iterator[Progress | None]:
    """What shows a bar behind ``what`` (``comparing``) on a terminal; the line is gone when it ends. None without a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    start, last = time.monotonic(), ""

    def show(step: int, steps: int) -> None:
        nonlocal last
        if time.monotonic() - start > _PATIENCE:
            done = _WIDTH * step // steps
            line = f"\r{what}: [{'#' * done}{' ' * (_WIDTH - done)}] {100 * step // steps} %"
            if line != last:
                last = line
                click.echo(line, err=True, nl=False)

    try:
        yield show
    finally:
        if last:
            click.echo("\r\033[K", err=True, nl=False)
