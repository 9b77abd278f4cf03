"""The variables of a policy in CEL: in order, and each name once."""

from __future__ import annotations

from collections.abc import Iterable

from pscc.printers.cel.tree import Expression

Variable = tuple[str, Expression]
"""A name, and the expression that it stands for."""


def once(variables: Iterable[Variable]) -> dict[str, Expression]:
    """``variables`` by name, in order. Raises `ValueError` where one name stands for two expressions."""
    named: dict[str, Expression] = {}
    for name, expression in variables:
        if named.setdefault(name, expression) != expression:
            raise ValueError(f"two variables are called {name}")
    return named
