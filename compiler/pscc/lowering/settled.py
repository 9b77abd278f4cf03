"""The defaults that the pods of a workload will have for certain, for a target whose defaults change pods alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pscc import ir
from pscc.ir.covering import covering_defaults, covers
from pscc.ir.defaulting import check_reads
from pscc.reasoning.default_conflicts import meet


def with_settled(policy: ir.Policy, program: ir.Program) -> ir.Policy:
    """``policy`` with its `covering_defaults`, which is how it judges the template of a workload."""
    return replace(policy, defaults=covering_defaults(policy, program.policies))


def unsettled(policy: ir.Policy, program: ir.Program) -> Iterator[ir.Policy]:
    """The policies of ``program`` whose defaults set a field that ``policy`` reads, in only a part of its namespaces."""
    beside = (other for other in program.policies if other is not policy)
    return (other for other in beside if not covers(other, policy) and _sets_for(other, policy, policy.checks))


def beside_choice(choice: ir.Choice, program: ir.Program) -> Iterator[ir.Policy]:
    """The policies of ``program`` whose defaults set a field that ``choice`` reads. A choice judges workloads without them."""
    checks = tuple(check for policy in choice.policies for check in policy.checks)
    return (other for other in program.policies if _sets_for(other, choice, checks))


def _sets_for(other: ir.Policy, owner: ir.Policy | ir.Choice, checks: Sequence[ir.Check]) -> bool:
    """Whether a default of ``other`` sets a field that ``checks`` read, in pods that ``owner`` judges."""
    return meet(other.scope, owner.scope) and any(
        check_reads(check, default) for default in other.defaults for check in checks
    )
