"""The defaults that the pods of a workload will have for certain, for a target whose defaults change pods alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pscc import ir
from pscc.ir.defaulting import check_reads
from pscc.reasoning.default_conflicts import meet


def settled_defaults(policy: ir.Policy, program: ir.Program) -> tuple[ir.Default, ...]:
    """The defaults of ``policy`` and of the policies of ``program`` that hold wherever it does, each once."""
    covering = (
        other for other in program.policies if other is not policy and other.defaults and _covers(other, policy)
    )
    return merged((*policy.defaults, *(default for other in covering for default in other.defaults)))


def merged(defaults: Iterable[ir.Default]) -> tuple[ir.Default, ...]:
    """``defaults`` of several policies as those of one: each once, and what they add to one list together."""
    by_field: dict[object, ir.Default] = {}
    for default in defaults:
        key = (default.site, default.path, default.value, default.inherits, default.unless, default.unless_in)
        earlier = by_field.get(key)
        added = tuple(dict.fromkeys((*earlier.add, *default.add))) if earlier is not None else default.add
        by_field[key] = replace(earlier or default, add=added)
    return tuple(by_field.values())


def with_settled(policy: ir.Policy, program: ir.Program) -> ir.Policy:
    """``policy`` with its `settled_defaults`: as it judges the template of a workload."""
    return replace(policy, defaults=settled_defaults(policy, program))


def unsettled(policy: ir.Policy, program: ir.Program) -> Iterator[ir.Policy]:
    """The policies of ``program`` that set what ``policy`` reads in some of its namespaces, and not in all of them."""
    for other in (other for other in program.policies if other is not policy and other.defaults):
        partly = meet(other.scope, policy.scope) and not _covers(other, policy)
        if partly and any(check_reads(check, default) for default in other.defaults for check in policy.checks):
            yield other


def _covers(other: ir.Policy, policy: ir.Policy) -> bool:
    """Whether ``other`` sets its defaults in each pod that ``policy`` judges: it holds wherever that does, and exempts no more."""
    return policy.scope.within(other.scope) and set(other.exemptions) <= set(policy.exemptions)
