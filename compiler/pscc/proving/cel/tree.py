"""The syntax tree of CEL, as it is read. Source: ``doc/langdef.md`` of the CEL specification, "Syntax"."""

from __future__ import annotations

from pscc.base.frozen import frozen


@frozen
class Literal:
    """A string, an integer, a boolean or null."""

    value: str | int | bool | None


@frozen
class Name:
    """A variable."""

    name: str


@frozen
class Select:
    """The field ``field`` of ``of``; with ``optional`` it is written ``.?`` and gives an optional value."""

    of: Expression
    field: str
    optional: bool = False


@frozen
class Index:
    """The element of ``of`` at ``key``; with ``optional`` it is written ``[?…]`` and gives an optional value."""

    of: Expression
    key: Expression
    optional: bool = False


@frozen
class Call:
    """A function, a method of ``of``, or a macro, called with ``arguments``."""

    function: str
    arguments: tuple[Expression, ...]
    of: Expression | None = None


@frozen
class Operation:
    """``operands`` with an operator: ``!``, ``-``, ``&&``, ``?:``, ``in``, ``==`` and so on."""

    operator: str
    operands: tuple[Expression, ...]


@frozen
class Listing:
    """A list of ``items``."""

    items: tuple[Expression, ...]


@frozen
class Mapping:
    """A map of keys to values."""

    entries: tuple[tuple[Expression, Expression], ...]


Expression = Literal | Name | Select | Index | Call | Operation | Listing | Mapping
