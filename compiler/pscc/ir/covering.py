"""The defaults that a pod certainly gets: those of its policy, and of every policy that holds wherever this one does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pscc import ir


def covers(other: ir.Policy, policy: ir.Policy) -> bool:
    """Whether ``other`` sets its defaults in every pod that ``policy`` judges.

    It does if it holds wherever ``policy`` holds, and exempts nobody whom ``policy`` judges.
    """
    return policy.scope.within(other.scope) and set(other.exemptions) <= set(policy.exemptions)


def covering_defaults(policy: ir.Policy, others: Iterable[ir.Policy]) -> tuple[ir.Default, ...]:
    """The defaults of ``policy``, and of each of ``others`` that `covers` it, without repetitions."""
    beside = (other for other in others if other is not policy and other.defaults and covers(other, policy))
    return merged((*policy.defaults, *(default for other in beside for default in other.defaults)))


def merged(defaults: Iterable[ir.Default]) -> tuple[ir.Default, ...]:
    """``defaults`` of several policies as those of one policy: without repetitions, and with one default for each list."""
    by_field: dict[object, ir.Default] = {}
    for default in defaults:
        key = (default.site, default.path, default.value, default.inherits, default.unless, default.unless_in)
        earlier = by_field.get(key)
        added = tuple(dict.fromkeys((*earlier.add, *default.add))) if earlier is not None else default.add
        by_field[key] = replace(earlier or default, add=added)
    return tuple(by_field.values())
