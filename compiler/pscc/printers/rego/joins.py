"""Where a walk asks for the elements of one list for each element of another, and a set of keys answers at once.

The mounts of a volume, for each mount: 1,000 mounts of 1,000 volumes are a million steps, and Gatekeeper's webhook lets
a pod in whose review takes over 3 seconds (``failurePolicy: Ignore``, its default).
"""

from __future__ import annotations

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.passes import conjunction
from pscc.ir.walking import nodes


@frozen
class Join:
    """``value`` is one of the ``key`` of those ``items``, as ``var``, that satisfy ``where``.

    Neither ``items`` nor ``where`` reads a variable of the walk around, so that the keys are one set for the pod.
    """

    var: str
    items: ir.Path
    key: ir.Path
    where: ir.Condition
    value: ir.Path


def join_of(condition: ir.Any, scope: tuple[str, ...]) -> Join | None:
    """``condition``, within a walk whose variables are ``scope``, as a join; None where it is none."""
    if not isinstance(condition.items, ir.Path) or not isinstance(condition.where, ir.And):
        return None
    conditions = condition.where.conditions
    for at, equality in enumerate(conditions):
        match equality:
            case ir.Equals(left=ir.Path() as key, right=ir.Path() as value) if key.var == condition.var:
                rest = conjunction((*conditions[:at], *conditions[at + 1 :]))
                inside = {path.var for path in nodes((condition.items, rest), ir.Path)}
                if value.var in scope and inside.isdisjoint(scope):
                    return Join(condition.var, condition.items, key, rest, value)
    return None
