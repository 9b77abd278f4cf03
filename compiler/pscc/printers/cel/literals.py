"""Constants of a policy as CEL: the only way by which text of a source gets into an expression."""

from __future__ import annotations

from pscc import ir
from pscc.printers.cel.tree import FALSE, TRUE, Call, Expression, Listing, Mapping, Number, Text


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


def dynamic_literal(value: object) -> Expression:
    """A JSON value without nulls for a compiler that wants all elements of a list, or values of a map, to have one type.

    Where they have several, each is ``dyn``. Source: ``HomogeneousAggregateLiterals`` in ``cel-go``, which Kubernetes sets.
    """
    match value:
        case dict():
            below = _of_one_type(list(value.values()))
            return Mapping(tuple((literal(key), expression) for key, expression in zip(value, below, strict=True)))
        case list():
            return Listing(tuple(_of_one_type(value)))
        case _:
            return literal(value)


def _of_one_type(values: list[object]) -> list[Expression]:
    literals = [dynamic_literal(value) for value in values]
    if len({_type_of(value) for value in values}) <= 1:
        return literals
    return [Call("dyn", (expression,)) for expression in literals]


def _type_of(value: object) -> str:
    match value:
        case dict():
            types = {_type_of(below) for below in value.values()}
        case list():
            types = {_type_of(below) for below in value}
        case _:
            return type(value).__name__
    return f"{type(value).__name__} of {types.pop() if len(types) == 1 else 'dyn' if types else 'nothing'}"
