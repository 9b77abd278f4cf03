"""What an expression of CEL gives: values by conditions on the pod, and the condition under which it fails."""

from __future__ import annotations

from collections.abc import Callable

from pscc.base.frozen import frozen
from pscc.proving.logic.terms import FALSE, TRUE, Term, and_, not_, or_
from pscc.proving.values import Guarded, Truth, Value, always, merged


@frozen
class Result:
    """The value of an expression, and ``error``: the condition under which there is none."""

    value: Guarded
    error: Term = FALSE

    @property
    def truth(self) -> tuple[Term, Term]:
        """The conditions under which it is true, and false. Under neither it fails, or is no boolean."""
        true = or_(*(and_(guard, each.term) for guard, each in self.value if isinstance(each, Truth)))
        false = or_(*(and_(guard, not_(each.term)) for guard, each in self.value if isinstance(each, Truth)))
        return true, false

    @property
    def fails(self) -> Term:
        """The condition under which it is neither true nor false."""
        others = (guard for guard, each in self.value if not isinstance(each, Truth))
        return or_(self.error, *others)


FAILS = Result((), TRUE)


def just(value: Value) -> Result:
    """``value``, whatever the pod."""
    return Result(always(value))


def boolean(true: Term, error: Term = FALSE) -> Result:
    """True under ``true``, a failure under ``error``, else false. The two must not meet."""
    if error is TRUE:
        return FAILS
    return Result(((not_(error), Truth(true)),), error)


def then(result: Result, apply: Callable[[Value], Result]) -> Result:
    """``apply`` of the value of ``result``; what fails goes on to fail."""
    value: list[tuple[Term, Value]] = []
    errors = [result.error]
    for guard, before in result.value:
        after = apply(before)
        value += [(and_(guard, inner), each) for inner, each in after.value]
        errors.append(and_(guard, after.error))
    return Result(merged(value), or_(*errors))


def both(left: Result, right: Result, apply: Callable[[Value, Value], Result]) -> Result:
    """``apply`` of the values of ``left`` and ``right``."""
    return then(left, lambda first: then(right, lambda second: apply(first, second)))
