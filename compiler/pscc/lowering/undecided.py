"""Finds choices whose member depends on a default of a policy outside of them, so their defaults cannot be set. Reads the IR."""

from __future__ import annotations

from pscc import ir
from pscc.ir.defaulting import reads_what
from pscc.reasoning.default_conflicts import meet


def undecided(choice: ir.Choice, plain: tuple[ir.Policy, ...]) -> bool:
    """Whether ``choice`` sets defaults and a ``plain`` policy beside it sets a field that decides which member is chosen.

    The API server applies mutations in no fixed order, so the member would depend on which one comes first.
    """
    return any(member.defaults for member in choice.policies) and any(
        meet(policy.scope, choice.scope) and _decides(default, choice)
        for policy in plain
        for default in policy.defaults
    )


def _decides(default: ir.Default, choice: ir.Choice) -> bool:
    checks = (*(check for policy in choice.policies for check in policy.checks), *choice.concerns)
    return any(reads_what(check, default) for check in checks)
