"""Conditions in CEL put together, with what constants decide left out."""

from __future__ import annotations

from pscc.printers.cel.tree import (
    FALSE,
    NULL,
    TRUE,
    Call,
    Conditional,
    Expression,
    Grouped,
    Infix,
    Not,
    infix,
)

_OPPOSITE = {"==": "!=", "!=": "=="}


def all_of(*conditions: Expression) -> Expression:
    """The conjunction of ``conditions``; true where there are none."""
    if FALSE in conditions:
        return FALSE
    kept = [condition for condition in conditions if condition != TRUE]
    return infix("&&", *kept) if kept else TRUE


def any_of(*conditions: Expression) -> Expression:
    """The disjunction of ``conditions``; false where there are none."""
    if TRUE in conditions:
        return TRUE
    kept = [condition for condition in conditions if condition != FALSE]
    return infix("||", *kept) if kept else FALSE


def negated(condition: Expression) -> Expression:
    """The negation of ``condition``."""
    if condition in (TRUE, FALSE):
        return FALSE if condition == TRUE else TRUE
    if (guard_and_read := _guarded_read(condition)) is not None:
        guard, read = guard_and_read
        return any_of(Not(guard), equal(read, NULL))
    match condition:
        case Not(operand=Grouped(inside=inside)) | Not(operand=inside):
            return inside
        case Infix(operator="&&", operands=(Infix("!=", (read, null)), Infix("!=", (same, value)))) if (
            null == NULL and read == same
        ):
            return any_of(equal(read, NULL), equal(read, value))
        case Infix(operator=("==" | "!=") as operator, operands=operands) if not any(map(_has_operator, operands)):
            return Infix(_OPPOSITE[operator], operands)
        case _:
            return Not(condition)


def _guarded_read(condition: Expression) -> tuple[Expression, Expression] | None:
    """The guard and what it guards, where ``condition`` is that a field is there and not null."""
    match condition:
        case Infix(operator="&&", operands=(Call(function="has", arguments=(field,)) as guard, last)):
            read = next((value for value in (field, dyn(field)) if last == unequal(value, NULL)), None)
            return None if read is None else (guard, read)
        case _:
            return None


def _has_operator(node: Expression) -> bool:
    return isinstance(node, (Infix, Conditional))


def equal(left: Expression, right: Expression) -> Expression:
    """``left == right``."""
    return Infix("==", (left, right))


def unequal(left: Expression, right: Expression) -> Expression:
    """``left != right``."""
    return Infix("!=", (left, right))


def among(element: Expression, of: Expression) -> Expression:
    """``element in of``."""
    return Infix("in", (element, of))


def has(read: Expression) -> Expression:
    """``has(read)``."""
    return Call("has", (read,))


def dyn(value: Expression) -> Expression:
    """``value`` without its type, for the API server's type checker."""
    return Call("dyn", (value,))


def branch(condition: Expression, then: Expression, otherwise: Expression) -> Expression:
    """``then`` where ``condition`` holds, else ``otherwise``: a branch that branches itself stands in brackets."""
    return Conditional(condition, grouped(then), grouped(otherwise))


def chosen(guard: Expression, condition: Expression, otherwise: Expression) -> Expression:
    """The condition that is ``condition`` where ``guard`` holds, and else ``otherwise``."""
    if guard == TRUE or condition == otherwise:
        return condition
    if condition == TRUE:
        return any_of(guard, otherwise)
    if otherwise == FALSE:
        return all_of(guard, condition)
    return branch(guard, condition, otherwise)


def grouped(node: Expression) -> Expression:
    """``node``, in brackets where it branches."""
    return Grouped(node) if isinstance(node, Conditional) else node
