"""Which objects of an output hold the checks of a policy: one for the policy, or one for each control."""

from __future__ import annotations

from collections.abc import Sequence

from pscc import ir
from pscc.cases.suite import Case
from pscc.ir.passes import Reads, rechecked_on, specialise
from pscc.lowering.capabilities import Layout
from pscc.pod.changing import changeable
from pscc.targets.shared.names import Names
from pscc.targets.shared.shape_names import endings_of

PER_POLICY_OR_CONTROL: tuple[Layout, ...] = ("per-policy", "per-control")
Checks = tuple[tuple[ir.Check, Reads], ...]
"""Checks, and what an update has to change for each to judge it."""


def checks_of(policy: ir.Policy) -> Checks:
    """The checks of ``policy`` with their values put in. A check that every pod passes is left out.

    Each comes with the fields that an update must change to be judged by it. They include fields that the check no longer
    reads with these values.
    """
    both = ((specialise(check), rechecked_on(check, bool(policy.exemptions))) for check in policy.checks)
    return tuple((check, reads) for check, reads in both if check.requirements)


def on_pods(checks: Checks) -> Checks:
    """``checks`` for an object that judges pods alone: an update of a pod can change little of what they read."""
    return tuple((check, changeable(reads)) for check, reads in checks)


def parts(policy: ir.Policy, checks: Checks, layout: Layout | None, names: Names) -> list[tuple[str, Checks]]:
    """The names of the objects that hold ``checks`` of ``policy``, which have some, and what each of them holds."""
    if layout != "per-control":
        return [(names[policy.name], checks)] if checks else []
    return [(names.derived(policy.name, *endings_of(both[0].shape)), (both,)) for both in checks]


def of_part(held: Checks, cases: Sequence[Case]) -> tuple[Case, ...]:
    """The ``cases`` for an object with the checks ``held``: pods that these refuse, and pods that no check refuses."""
    shapes = {check.shape for check, _ in held}
    return tuple(case for case in cases if case.allowed or not shapes.isdisjoint(case.shapes))
