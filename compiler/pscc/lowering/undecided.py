"""Choices whose defaults cannot be set, since a policy outside sets what decides which member is chosen. Asks the IR."""

from __future__ import annotations

from pscc import ir
from pscc.ir.defaulting import overlap
from pscc.ir.passes import looked_at_by_choice
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
    """Whether a policy of ``choice`` looks at the field that ``default`` sets, at what is above it or below it."""
    reads = looked_at_by_choice(choice)
    return any(overlap(path, default.path) for path in (reads.pod if default.site == "pod" else reads.container))
