"""Constants of a policy as CEL: the only way by which text of a source gets into an expression."""

from __future__ import annotations

from pscc import ir
from pscc.printers.cel.tree import FALSE, TRUE, Expression, Listing, Mapping, Number, Text


def literal(value: object) -> Expression:
    """A constant: a scalar, a range as a pair, or a list of these. Raises `TypeError` on anything else."""
    match value:
        case bool():
            return TRUE if value else FALSE
        case int():
            return Number(value)
        case str():
            return Text(value)
        case tuple():
            return Listing(tuple(map(literal, value)))
        case ir.Range(min=low, max=high):
            return Listing((Number(low), Number(high)))
        case _:
            raise TypeError(f"CEL has no literal for {value!r}")


def json_literal(value: object) -> Expression:
    """A JSON value without nulls."""
    match value:
        case dict():
            return Mapping(tuple((literal(key), json_literal(below)) for key, below in value.items()))
        case list():
            return Listing(tuple(map(json_literal, value)))
        case _:
            return literal(value)
