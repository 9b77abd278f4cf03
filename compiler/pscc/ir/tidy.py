"""Passes over the IR that simplify a requirement without changing its meaning, for code that people read."""

from __future__ import annotations

from dataclasses import replace

from pscc import ir
from pscc.ir.passes import conjunction, negation, with_parts


def failing(requirement: ir.Requirement) -> ir.Condition:
    """The condition for a finding of ``requirement``: ``when`` holds and ``must`` does not.

    A negated alternative of single facts becomes a conjunction. Parts that the facts beside them decide are left out.
    """
    whole = conjunction((_simple(requirement.when), _simple(negation(requirement.must))))
    if not isinstance(whole, ir.And):
        return whole
    facts = dict.fromkeys(part for part in whole.conditions if _is_fact(part))
    truths = {implied: truth for fact in facts for implied, truth in _implied(fact)}
    return conjunction(tuple(part if part in facts else _simple(_where(part, truths)) for part in whole.conditions))


_Truths = dict[ir.Condition, bool]
"""Whether each condition is true or false."""


def _implied(fact: ir.Condition) -> list[tuple[ir.Condition, bool]]:
    """Conditions that are true, or false, wherever ``fact`` holds."""
    match fact:
        case ir.Not(condition=inner):
            return [(inner, False)]
        case ir.Equals(left=ir.Coalesce(options=options, field=(_, *_)), right=ir.Const()):
            return [(fact, True), (ir.Has(ir.Coalesce(options)), True)]
        case ir.Equals(left=ir.Path(var=var, fields=fields), right=ir.Const()):
            return [(fact, True), *((ir.Has(ir.Path(var, fields[:n])), True) for n in range(1, len(fields) + 1))]
        case _:
            return [(fact, True)]


def _where(node: ir.Condition, truths: _Truths) -> ir.Condition:
    """``node`` in a place where ``truths`` hold."""
    if node in truths:
        return ir.TRUE if truths[node] else ir.FALSE
    match node:
        case ir.Equals(left=left, right=ir.Const(value=value)):
            equal_to = (t.right for t, truth in truths.items() if truth and isinstance(t, ir.Equals) and t.left == left)
            differs = any(isinstance(other, ir.Const) and other.value != value for other in equal_to)
            return ir.FALSE if differs else node
        case _:
            # a walk stays: it has variables of its own
            return with_parts(node, lambda inner: _where(inner, truths))


def message(requirement: ir.Requirement) -> tuple[ir.Part, ...]:
    """The message of ``requirement``. A value that can only be one constant where there is a finding is written out."""
    condition = failing(requirement)
    facts = condition.conditions if isinstance(condition, ir.And) else (condition,)
    known: dict[ir.Value, str] = {}
    for fact in facts:
        match fact:
            case ir.Equals(left=left, right=ir.Const(value=bool() | int() | str() as value)):
                known[left] = _shown(value)
    parts: list[ir.Part] = []
    for part in requirement.message:
        text = known.get(part.value) if isinstance(part, ir.Show) else part if isinstance(part, str) else None
        last = parts[-1] if parts else None
        if text is None:
            parts.append(part)
        elif isinstance(last, str):
            parts[-1] = last + text
        else:
            parts.append(text)
    return tuple(parts)


def _shown(value: ir.Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).replace("\n", "\\n").replace("\r", "\\r")


def _simple(node: ir.Condition) -> ir.Condition:
    match node:
        case ir.Has(value=ir.Coalesce(options=options, field=())) if isinstance(options[-1], ir.Const):
            return ir.TRUE
        case ir.Equals(
            left=ir.Coalesce(options=(ir.Path() as path, ir.Const() as unset), field=()), right=ir.Const() as to
        ):
            equal = ir.Equals(path, to)
            return ir.Or((ir.Not(ir.Has(path)), equal)) if unset == to else equal
        case ir.Not(condition=inner):
            inner = _simple(inner)
            if isinstance(inner, ir.Or) and all(_is_fact(part) for part in inner.conditions):
                return conjunction(tuple(negation(part) for part in inner.conditions))
            return negation(inner)
        case ir.Any(where=where) | ir.All(where=where):
            return replace(node, where=_simple(where))
        case _:
            return with_parts(node, _simple)


def _is_fact(node: ir.Condition) -> bool:
    """Whether ``node`` is a comparison of one value, negated or not, and no walk or connection of conditions."""
    if isinstance(node, ir.Not):
        return _is_fact(node.condition)
    return not isinstance(node, (ir.And, ir.Or, ir.Any, ir.All))
