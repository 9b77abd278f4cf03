"""CEL's optional values. Source: cel-go ``cel/library.go``, ``OptionalTypes``."""

from __future__ import annotations

from pscc.proving.cel.result import FAILS, Result, just, then
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.terms import not_
from pscc.proving.values import Nothing, Some, Value


def is_nothing(value: Value) -> bool:
    """Whether ``value`` is the optional value that is not there."""
    return isinstance(value, Nothing)


def of_field(field: Result) -> Result:
    """The optional value of a field: where ``found`` fails it is not there."""
    there = tuple((guard, Some(((guard, value),))) for guard, value in field.value)
    return Result((*there, (field.error, Nothing())))


def constructed(function: str, arguments: list[Result]) -> Result:
    """``optional.FUNCTION`` of ``arguments``."""
    match function, arguments:
        case "of", [given]:
            return then(given, lambda value: just(Some(((not_(given.error), value),))))
        case "none", []:
            return just(Nothing())
        case _:
            raise NotUnderstoodError(f"the function `optional.{function}`")


def or_value(given: Result, otherwise: Result) -> Result:
    """``given.orValue(otherwise)``. It fails on a value that is not optional; ``otherwise`` counts only where it is needed.

    Source: ``evalOptionalOrValue.Eval`` in cel-go ``cel/library.go``, as of the cel-go in Kubernetes 1.37.
    """

    def unpacked(value: Value) -> Result:
        match value:
            case Some(value=inner):
                return Result(inner)
            case Nothing():
                return otherwise
            case _:
                return FAILS

    return then(given, unpacked)
