"""What a check finds wrong with a pod, as the printers of CEL take it."""

from __future__ import annotations

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.tidy import failing, message

CONTAINER = "container"
"""The variable of a walk over containers."""


@frozen
class Finding:
    """A requirement, ready to be printed: where its findings are, when there is one, and what its message is."""

    name: str
    each: tuple[ir.Each, ...]
    fails: ir.Condition
    message: tuple[ir.Part, ...]


def finding_of(requirement: ir.Requirement) -> Finding:
    """The finding where ``requirement`` is not met."""
    return Finding(requirement.name, requirement.each, failing(requirement), message(requirement))
