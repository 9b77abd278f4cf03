"""CEL's optional values. Source: cel-go ``cel/library.go``, ``OptionalTypes``."""

from __future__ import annotations

from collections.abc import Callable

from pscc.proving.cel.dialect import Dialect
from pscc.proving.cel.result import FAILS, Result, boolean, just, then
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.terms import FALSE, TRUE, Term, not_
from pscc.proving.values import Nothing, Some, Value

MACROS = ("optMap", "optFlatMap")
METHODS = {("orValue", 2), ("or", 2), ("hasValue", 1), ("value", 1)}


def called(function: str, given: list[Result], dialect: Dialect) -> Result:
    """The method ``function``, one of `METHODS`, of ``given``, the receiver first."""
    match function, given:
        case "orValue", [receiver, otherwise]:
            return or_value(receiver, otherwise, dialect)
        case "or", [receiver, otherwise]:
            return then(receiver, lambda value: otherwise if is_nothing(value) else _itself(value))
        case "value", [receiver]:
            return then(receiver, lambda value: Result(value.value) if isinstance(value, Some) else FAILS)
        case _:
            return then(given[0], _has_value)


def _itself(value: Value) -> Result:
    return just(value) if isinstance(value, Some) else FAILS


def _has_value(value: Value) -> Result:
    if not isinstance(value, Some | Nothing):
        return FAILS
    return boolean(TRUE if isinstance(value, Some) else FALSE)


def mapped(macro: str, given: Result, body: Callable[[Result, Term], Result]) -> Result:
    """``given.MACRO(x, body)``: ``optFlatMap`` gives what the body gives, which is optional, ``optMap`` wraps it."""

    def of_value(value: Value) -> Result:
        if is_nothing(value):
            return just(value)
        if not isinstance(value, Some):
            return FAILS
        inside = body(Result(value.value), TRUE)
        if macro == "optMap":
            there = not_(inside.error)
            return Result(((there, Some(inside.value)),), inside.error) if there is not FALSE else FAILS
        return then(inside, lambda each: just(each) if isinstance(each, Some | Nothing) else FAILS)

    return then(given, of_value)


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


def or_value(given: Result, otherwise: Result, dialect: Dialect) -> Result:
    """``given.orValue(otherwise)``. ``otherwise`` counts only where it is needed; ``dialect`` is for what is not optional.

    Source: ``evalOptionalOrValue.Eval`` in cel-go ``cel/library.go``, which releases of cel-go have differently.
    """

    def unpacked(value: Value) -> Result:
        match value:
            case Some(value=inner):
                return Result(inner)
            case Nothing():
                return otherwise
            case _:
                return just(value) if dialect.plain_or_value == "itself" else FAILS

    return then(given, unpacked)
