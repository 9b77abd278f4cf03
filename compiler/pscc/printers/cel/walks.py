"""How CEL walks a list of a pod or of a policy."""

from __future__ import annotations

from typing import assert_never

from pscc import ir
from pscc.base.frozen import frozen
from pscc.printers.cel.literals import literal
from pscc.printers.cel.logic import all_of, among, dyn, unequal
from pscc.printers.cel.reads import Known, access, has_value, not_null, parameter, set_at
from pscc.printers.cel.tree import NULL, TRUE, Conditional, Expression, Grouped, Index, Listing, Name, Not, variable

CONTAINERS = "allContainers"
"""The variable that has all containers of the pod."""


@frozen
class Walk:
    """A list to be walked: its ``elements``, the ``guard`` without which they cannot be read, what is ``known`` of each.

    ``counts`` is true of the elements that count, where not all do.
    """

    elements: Expression
    known: Known
    guard: Expression = TRUE
    counts: Expression = TRUE

    @property
    def listed(self) -> Expression:
        """The list, empty where it is not set."""
        return self.elements if self.guard == TRUE else or_empty(self.guard, self.elements)


def or_empty(guard: Expression, listed: Expression) -> Expression:
    """The list ``listed`` where ``guard`` holds, else an empty one; in brackets."""
    return Grouped(Conditional(guard, listed, Listing()))


def walked(each: ir.Each, known: Known) -> Walk:
    """How the list of ``each`` is walked."""
    items = each.items
    match items:
        case ir.Containers():
            return Walk(variable(CONTAINERS), known)
        case ir.Keys(path=path, without=without):
            of, key = access(path), Name(each.var)
            others = (
                unequal(key, literal(without[0])) if len(without) == 1 else Not(Grouped(among(key, literal(without))))
            )
            inside = known | set_at(path) | {among(key, of), not_null(Index(of, key))}
            counts = all_of(others if without else TRUE, unequal(Index(dyn(of), key), NULL))
            return Walk(dyn(of), inside, has_value(path, known), counts)
        case ir.Path():
            return Walk(access(items), known | set_at(items), has_value(items, known))
        case ir.Const():
            return Walk(literal(items.value), known)
        case ir.Param(name=name):
            return Walk(parameter(name), known)
        case _:
            assert_never(items)
