"""Finds choices whose member depends on a default of a policy outside of them, so their defaults cannot be set. Reads the IR."""

from __future__ import annotations

from pscc import ir
from pscc.reasoning.default_conflicts import meet


def undecided(choice: ir.Choice, plain: tuple[ir.Policy, ...]) -> bool:
    """Whether ``choice`` sets defaults and a ``plain`` policy beside it sets some, too, in one of its namespaces.

    The API server applies mutations in no fixed order, so the member that is chosen would depend on which one comes first:
    by what its checks see, and by whether its own defaults still change the pod.
    """
    return any(member.defaults for member in choice.policies) and any(
        policy.defaults and meet(policy.scope, choice.scope) for policy in plain
    )
