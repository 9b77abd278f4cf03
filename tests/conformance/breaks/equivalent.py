"""Breaks that change no answer, by patterns of their labels, each with why.

A pattern that is a break's which is noticed says too much, and one that is no break's is needless: both fail a run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Equivalent:
    """Breaks whose whole labels match ``pattern``, and ``why`` they change nothing."""

    pattern: str
    why: str

    def has(self, label: str) -> bool:
        """Whether the break of this label is one of them."""
        return re.fullmatch(self.pattern, label) is not None


Patterns = tuple[Equivalent, ...]

OUTPUTS: Patterns = ()
PRINTERS: Patterns = (
    Equivalent(
        r"gatekeeper/choice_template\.yaml\.j2: a line is dropped: (validation:|openAPIV3Schema:|type: object)",
        "a choice has no parameters, so its schema has nothing to say",
    ),
)


def why(label: str, patterns: Patterns) -> str:
    """Why the break of this label changes nothing; empty where it is not said."""
    return next((one.why for one in patterns if one.has(label)), "")


def needless(labels: Iterable[str], patterns: Patterns) -> list[str]:
    """Those of ``patterns`` that none of ``labels`` has."""
    known = list(labels)
    return [one.pattern for one in patterns if not any(one.has(label) for label in known)]


def too_wide(noticed: Iterable[str], patterns: Patterns) -> list[str]:
    """Those of ``noticed`` that are said to change nothing."""
    return [label for label in noticed if why(label, patterns)]
