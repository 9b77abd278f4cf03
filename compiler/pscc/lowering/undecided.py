"""Choices whose defaults cannot be set, since a policy outside sets what decides which member is chosen. Asks the IR."""

from __future__ import annotations

from pscc import ir
from pscc.lowering.beside import reads_what
from pscc.reasoning.default_conflicts import meet


def undecided(choice: ir.Choice, plain: tuple[ir.Policy, ...]) -> bool:
    """Whether ``choice`` sets defaults, and which ones hangs on a default of a ``plain`` policy that holds beside it.

    Mutations are applied in no fixed order: which member is chosen would depend on which is applied first.
    """
    return any(member.defaults for member in choice.policies) and any(
        meet(policy.scope, choice.scope) and _decides(default, choice)
        for policy in plain
        for default in policy.defaults
    )


def _decides(default: ir.Default, choice: ir.Choice) -> bool:
    checks = (*(check for policy in choice.policies for check in policy.checks), *choice.concerns)
    return any(reads_what(check, default) for check in checks)
