"""Conditions that have a name of their own, as variables: the list of what they hold for, or whether they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from pscc import ir
from pscc.ir.passes import with_parts
from pscc.output.numbering import numbered
from pscc.printers.cel.conditions import condition
from pscc.printers.cel.finding import Finding
from pscc.printers.cel.literals import literal
from pscc.printers.cel.logic import all_of
from pscc.printers.cel.reads import Known
from pscc.printers.cel.tree import Call, Expression, Name, Select, variable
from pscc.printers.cel.walks import walked

_MANY = 12
"""More constants of a control than these are a list with a name."""


class Variables:
    """The variables of a check in the order in which they are read, and which of them are never null."""

    def __init__(self) -> None:
        self.named: dict[str, Expression] = {}
        self._never_null: dict[Expression, None] = {}

    @property
    def known(self) -> Known:
        """The reads of the variables that are never null."""
        return frozenset(self._never_null)

    def add(self, name: str, value: Expression) -> None:
        """A variable that may be null."""
        self.named[name] = value

    def add_list(self, name: str, value: Expression) -> ir.Path:
        """A variable that is never null, and how the IR reads it."""
        self.named[name] = value
        self._never_null[variable(name)] = None
        return ir.Path(f"variables.{name}")


def hoisted(finding: Finding, prefix: str, variables: Variables) -> Finding:
    """``finding`` in which each named condition is read from a variable. Adds the variable to ``variables``.

    A variable whose value depends on the policy has a name that begins with ``prefix``.
    """

    def keep(words: str, value: Expression) -> ir.Path:
        first, *rest = words.split("_")
        name = (prefix + first.capitalize() if prefix else first) + "".join(word.capitalize() for word in rest)
        if variables.named.get(name) != value:
            name = numbered(name, variables.named)
        return variables.add_list(name, value)

    def hoist(node: ir.Condition) -> ir.Condition:
        match node:
            case ir.Any(var=var, items=items, where=ir.And(conditions=(ir.Equals(left=left, right=right), *rest))) if (
                node.name and left == ir.Path(var, ("name",))
            ):
                matching = _matching(var, items, ir.And(tuple(rest)), variables.known)
                names = Call("map", (Name(var), Select(Name(var), "name")), matching)
                return ir.In(right, keep(node.name, names))
            case ir.All() | ir.Any() if node.name and len(finding.each) > 0:
                first = finding.each[0]
                return ir.In(
                    ir.Path(first.var), keep(node.name, _matching(first.var, first.items, node, variables.known))
                )
            case ir.Or() if (word := _asked_of_parameters(node)) is not None:
                return ir.Equals(keep(f"lists_{'_'.join(word)}", condition(node)), ir.Const(True))
            case ir.In(value=value, options=ir.Const(value=tuple() as words)) if not prefix and len(words) > _MANY:
                return ir.In(value, keep("known", literal(words)))
            case _:
                return with_parts(node, hoist)

    return replace(finding, fails=hoist(finding.fails))


def _asked_of_parameters(node: ir.Or) -> list[str] | None:
    """The words of the one constant that ``node`` compares with parameters; None where it does anything else.

    Such a condition is the same for every container.
    """
    constants = set(_constants_asked(node))
    constant = constants.pop() if len(constants) == 1 else None
    return None if constant is None else re.findall("[a-z]+", constant.lower())


def _constants_asked(node: ir.Or) -> Iterator[str | None]:
    """For each alternative of ``node``, the constant that it compares with a parameter; None for any other alternative."""
    for alternative in node.conditions:
        match alternative:
            case ir.In(value=ir.Const(value=str() as word), options=ir.Param()):
                yield word
            case ir.StartsWithAny(value=ir.Const(value=str() as word), patterns=ir.Param()):
                yield word
            case _:
                yield None


def _matching(var: str, items: ir.Items, where: ir.Condition, known: Known) -> Expression:
    """The list of the ``items`` for which ``where`` holds."""
    walk = walked(ir.Each(var, items), known)
    return Call("filter", (Name(var), all_of(walk.counts, condition(where, walk.known))), walk.listed)
