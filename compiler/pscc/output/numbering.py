"""Numbers names in emitted code, so that no two are the same."""

from __future__ import annotations

from collections.abc import Container
from itertools import chain, count


def numbered(name: str, taken: Container[str], between: str = "") -> str:
    """``name`` if it is not ``taken``; else with ``between`` and the first number from 2 that makes it free."""
    return next(
        candidate
        for candidate in chain([name], (f"{name}{between}{number}" for number in count(2)))
        if candidate not in taken
    )
