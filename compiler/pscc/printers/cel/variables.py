"""The variables of a policy in CEL: in order, and each name once."""

from __future__ import annotations

from collections.abc import Iterable

Variable = tuple[str, str]
"""A name, and the expression that it stands for."""


def once(variables: Iterable[Variable]) -> dict[str, str]:
    """``variables`` by name, in order. Raises `ValueError` where one name stands for two expressions."""
    found: dict[str, str] = {}
    for name, expression in variables:
        if found.setdefault(name, expression) != expression:
            raise ValueError(f"two variables are called {name}")
    return found
