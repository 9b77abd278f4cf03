"""The options that choose warnings by their codes."""

from __future__ import annotations

from collections.abc import Iterable

import click

from pscc.base.frozen import frozen
from pscc.diagnostics import Diagnostic


@frozen
class Wanted:
    """Which warnings and notes are wanted: those whose code begins with one of ``selected``, if any, and none of ``ignored``."""

    selected: tuple[str, ...]
    ignored: tuple[str, ...]

    def of(self, diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """The wanted ones of ``diagnostics``. Errors always are."""
        return tuple(
            diagnostic for diagnostic in diagnostics if diagnostic.severity == "error" or self._has(diagnostic.code)
        )

    def _has(self, code: str) -> bool:
        return (not self.selected or code.startswith(self.selected)) and not code.startswith(self.ignored)


def codes(given: Iterable[str], option: str) -> tuple[str, ...]:
    """The codes, or beginnings of codes, of ``given``, separated by commas. Raises `click.UsageError` where no code begins so."""
    from pscc.diagnostics import catalogue
    from pscc.diagnostics.spelling import did_you_mean

    listed = tuple(word.strip().upper() for words in given for word in words.split(","))
    known = catalogue.codes()
    for word in listed:
        if not word or not any(code.startswith(word) for code in known):
            suggestion = did_you_mean(word, known)
            more = f": did you mean {suggestion}?" if suggestion else ": `pscc explain` lists them"
            raise click.UsageError(f"{option}: no code is, or begins with, `{word}`{more}")
    return listed
