"""IR to IR: the same meaning in fewer words, for code that people read.

Must not import a control, a target or a backend.
"""

from __future__ import annotations

from pscc import ir
from pscc.passes import conjunction, disjunction, negation


def failing(requirement: ir.Requirement) -> ir.Condition:
    """When there is a finding: ``when`` holds and ``must`` does not, without negated alternatives of one fact each."""
    return conjunction((_simple(requirement.when), _simple(negation(requirement.must))))


def message(requirement: ir.Requirement) -> tuple[ir.Part, ...]:
    """The message of ``requirement``, with the value written out where the condition leaves no other."""
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
        case ir.And(conditions=conditions):
            return conjunction(tuple(_simple(one) for one in conditions))
        case ir.Or(conditions=conditions):
            return disjunction(tuple(_simple(one) for one in conditions))
        case ir.Not(condition=inner):
            inner = _simple(inner)
            if isinstance(inner, ir.Or) and all(_is_fact(one) for one in inner.conditions):
                return conjunction(tuple(negation(one) for one in inner.conditions))
            return negation(inner)
        case ir.Any(var=var, items=items, where=where):
            return ir.Any(var, items, _simple(where))
        case ir.All(var=var, items=items, where=where):
            return ir.All(var, items, _simple(where))
        case _:
            return node


def _is_fact(node: ir.Condition) -> bool:
    if isinstance(node, ir.Not):
        return _is_fact(node.condition)
    return not isinstance(node, (ir.And, ir.Or, ir.Any, ir.All))
