"""The checks that judge the pods of a policy beside its own. Reads the IR."""

from __future__ import annotations

from pscc import ir
from pscc.lowering.capabilities import Judging
from pscc.reasoning.default_conflicts import meet


def beside(policy: ir.Policy, program: ir.Program) -> Judging:
    """The checks of other policies and of choices in ``program`` that may refuse pods of ``policy``.

    Policies that only warn or audit refuse no pod, so their checks are left out. Empty where ``policy`` sets no default.
    """
    if not policy.defaults:
        return ()
    others = [other for other in program.policies if other is not policy and _refuses_beside(other, policy)]
    others += [other for choice in program.choices if _refuses_beside(choice, policy) for other in choice.policies]
    return tuple(check for other in others for check in other.checks)


def _refuses_beside(other: ir.Policy | ir.Choice, policy: ir.Policy) -> bool:
    return other.mode == "enforce" and meet(policy.scope, other.scope)
