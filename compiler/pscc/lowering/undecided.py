"""Finds choices whose member depends on a default of a policy outside of them, so their defaults cannot be set. Reads the IR."""

from __future__ import annotations

from pscc import ir
from pscc.reasoning.default_conflicts import meet


def undecided(choice: ir.Choice, plain: tuple[ir.Policy, ...]) -> bool:
    """Whether ``choice`` sets defaults, and a ``plain`` policy beside it sets some, too, in one of its namespaces.

    The API server applies mutations in no fixed order. The first mutation changes what the checks of the choice see, and
    whether its own defaults still change the pod. So the order would decide which member is chosen.
    """
    return any(member.defaults for member in choice.policies) and any(
        policy.defaults and meet(policy.scope, choice.scope) for policy in plain
    )
