"""Joins: walks over one list inside a walk over another, which a set of keys replaces.

An example is the volume of each mount. With 1,000 mounts and 1,000 volumes the inner walk takes a million steps, and
Gatekeeper's webhook admits a pod whose review takes over 3 seconds (``failurePolicy: Ignore``, its default).
"""

from __future__ import annotations

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.passes import conjunction
from pscc.ir.walking import nodes


@frozen
class Join:
    """The condition that ``value`` is the ``key`` of some element of ``items``, as ``var``, that satisfies ``where``.

    Neither ``items`` nor ``where`` reads a variable of the outer walk, so the pod has one set of keys.
    """

    var: str
    items: ir.Path
    key: ir.Path
    where: ir.Condition
    value: ir.Path


def join_of(condition: ir.Any, scope: tuple[str, ...]) -> Join | None:
    """``condition``, within a walk with the variables in ``scope``, as a join; None where it is none."""
    if not isinstance(condition.items, ir.Path) or not isinstance(condition.where, ir.And):
        return None
    conditions = condition.where.conditions
    for at, equality in enumerate(conditions):
        match equality:
            case ir.Equals(left=ir.Path() as key, right=ir.Path() as value) if key.var == condition.var:
                others = conjunction((*conditions[:at], *conditions[at + 1 :]))
                read = {path.var for path in nodes((condition.items, others), ir.Path)}
                if value.var in scope and read.isdisjoint(scope):
                    return Join(condition.var, condition.items, key, others, value)
    return None
