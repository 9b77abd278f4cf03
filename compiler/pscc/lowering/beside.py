"""What holds beside a policy, and whether it looks at what a default of the policy sets. Asks the IR."""

from __future__ import annotations

from pscc import ir
from pscc.ir.defaulting import overlap
from pscc.ir.passes import looked_at
from pscc.lowering.capabilities import Judging
from pscc.reasoning.default_conflicts import meet


def beside(policy: ir.Policy, program: ir.Program) -> Judging:
    """The checks of the other policies of ``program``, and of its choices, that may refuse the pods of ``policy``.

    A policy that only warns or audits refuses none: nothing is asked of pods for its sake.
    """
    if not policy.defaults:
        return ()
    others = [one for one in program.policies if one is not policy and _refuses_beside(one, policy)]
    others += [one for choice in program.choices if _refuses_beside(choice, policy) for one in choice.policies]
    return tuple(check for one in others for check in one.checks)


def _refuses_beside(one: ir.Policy | ir.Choice, policy: ir.Policy) -> bool:
    return one.mode == "enforce" and meet(policy.scope, one.scope)


def reads_what(check: ir.Check, default: ir.Default) -> bool:
    """Whether ``check`` looks at the field that ``default`` sets, at what is above it or below it, or at what it inherits."""
    reads = looked_at(check)
    own = reads.pod if default.site == "pod" else reads.container
    inherited = reads.pod if default.inherits else ()
    return any(overlap(path, default.path) for path in own) or any(
        overlap(path, default.inherits) for path in inherited
    )
