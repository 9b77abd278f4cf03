"""Whether any pod passes both programs."""

from __future__ import annotations

from itertools import product

from pscc.reasoning.difference.requests import RequestClass
from pscc.reasoning.difference.search import UndecidedError
from pscc.reasoning.difference.space import Space


def share_a_pod(space: Space, case: RequestClass) -> bool:
    """Whether both sides of ``case`` admit some pod. Yes also where the search is given up.

    Yes too where a side admits nothing because none of its policies may be used: that is reported elsewhere.
    """
    sides = (case.old, case.new)
    options = [(side, option) for side in sides for option in side.options if option.mode == "enforce"]
    if not all(option.policies for _, option in options):
        return True
    outside = [
        constraint
        for side in sides
        for policy in side.policies
        if policy.mode == "enforce"
        for _, constraint in space.accepted(side.policies, policy)
    ]
    try:
        for chosen in product(*(option.policies for _, option in options)):
            pairs = [(side, policy) for (side, _), policy in zip(options, chosen, strict=True)]
            inside = [c for side, policy in pairs for _, c in space.accepted((*side.policies, policy), policy)]
            if space.solve((), [*outside, *inside]) is not None:
                return True
    except UndecidedError:
        return True
    return False
