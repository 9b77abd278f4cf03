"""Releases on the command line: ``1.30``, ``v1.30`` and ``1.30.4`` are the same."""

from __future__ import annotations

import re

import click


class Release(click.ParamType[tuple[int, int]]):
    """A release of a program whose major version is ``major``: a pair of numbers."""

    name = "version"

    def __init__(self, major: int) -> None:
        """See the class."""
        self.major = major

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """The pair. Fails as a usage error where ``value`` is no release."""
        if isinstance(value, tuple):
            return value
        match = re.fullmatch(rf"v?({self.major})\.(\d{{1,3}})(\.\d+)?", str(value))
        if match is None:
            self.fail(f"{value!r} is no release such as {self.major}.20", param, ctx)
        return int(match[1]), int(match[2])
