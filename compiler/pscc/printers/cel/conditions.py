"""Prints conditions of the IR as CEL, in the core subset that every CEL engine of Kubernetes runs."""

from __future__ import annotations

from typing import assert_never

from pscc import ir
from pscc.ir.passes import conjunction, disjunction, negation
from pscc.ir.substitution import bound
from pscc.printers.cel.fragments import cel
from pscc.printers.cel.logic import all_of, any_of, equal, negated
from pscc.printers.cel.matching import (
    are_single,
    below,
    below_any,
    elements,
    equals,
    in_ranges,
    is_among,
    is_one_string,
    same_level,
    same_level_as,
    starts_with_any,
)
from pscc.printers.cel.reads import (
    NOTHING,
    Known,
    entry_at,
    guarded,
    has_value,
    parameter,
    read,
    set_at,
    variable_named,
)
from pscc.printers.cel.tree import EMPTY, FALSE, TRUE, Call, Expression, Name
from pscc.printers.cel.walks import walked


def condition(node: ir.Condition, known: Known = NOTHING) -> Expression:
    """``node`` as a CEL condition."""
    match node:
        case ir.Has(value=value):
            return _is_set(value, known)
        case ir.Equals(left=ir.Path(var=var, fields=()), right=ir.Const(value=True)) if variable_named(var) in known:
            return variable_named(var)
        case ir.Equals(left=left, right=right):
            if isinstance(left, ir.Const):
                left, right = right, left
            second = right
            null = isinstance(right, (ir.Const, ir.Param))
            return read(left, known, lambda a, k: read(second, k, lambda b, _: equals(a, b), null=True), null=null)
        case ir.In(value=value, options=options):
            return read(value, known, lambda own, k: is_among(own, options, k), null=True)
        case ir.InRanges(value=value, ranges=ranges):
            return read(value, known, lambda number, _: in_ranges(number, ranges), null=are_single(ranges))
        case ir.StartsWithAny(value=value, patterns=patterns):
            return read(value, known, lambda string, _: starts_with_any(string, patterns))
        case ir.Under(value=value, prefix=prefix):
            return read(value, known, lambda path, _: below(path, prefix))
        case ir.SameLevel(left=left, right=ir.Param(name=wanted)):
            unset = equal(parameter(wanted), EMPTY)
            return read(left, known, lambda own, _: same_level_as(own, wanted), unset)
        case ir.SameLevel(left=left, right=ir.Const(value=str() as level)):
            unset = FALSE if level else TRUE
            return read(left, known, lambda own, _: same_level(own, level), unset, is_one_string(level))
        case ir.SameLevel():
            raise TypeError("a level is held against one that the policy has")
        case ir.Any(var=var, items=items, where=where):
            return _quantified(var, items, where, known, every=False)
        case ir.All(var=var, items=items, where=where):
            return _quantified(var, items, where, known, every=True)
        case ir.And(conditions=conditions):
            printed = []
            for part in conditions:
                printed.append(condition(part, known))
                known |= facts(part)
            return all_of(*printed)
        case ir.Or(conditions=conditions):
            printed = []
            for part in conditions:
                printed.append(condition(part, known))
                known |= facts(negation(part))
            return any_of(*printed)
        case ir.Not(condition=inner):
            return negated(condition(inner, known))
        case _:
            assert_never(node)


def facts(node: ir.Condition) -> Known:
    """The reads that are safe wherever ``node`` holds."""
    match node:
        case ir.Has(value=ir.Path() as path) | ir.InRanges(value=ir.Path() as path):
            return set_at(path)
        case ir.Has(value=ir.Entry() as entry):
            return entry_at(entry)
        case ir.In(value=ir.Path() as path) | ir.StartsWithAny(value=ir.Path() as path):
            return set_at(path)
        case ir.Under(value=ir.Path() as path):
            return set_at(path)
        case ir.Equals(left=left, right=right):
            return NOTHING.union(*(set_at(value) for value in (left, right) if isinstance(value, ir.Path)))
        case ir.And(conditions=conditions):
            return NOTHING.union(*(facts(part) for part in conditions))
        case ir.Not(condition=ir.Not(condition=inner)):
            return facts(inner)
        case _:
            return NOTHING


def _is_set(value: ir.Value, known: Known) -> Expression:
    match value:
        case ir.Path():
            return has_value(value, known)
        case ir.Const() | ir.Param():
            return TRUE
        case ir.Concat(value=inner) | ir.Upper(value=inner):
            return _is_set(inner, known)
        case ir.Coalesce(options=options, field=()):
            return any_of(*(_is_set(option, known) for option in options))
        case ir.Coalesce():
            return read(value, known, lambda *_: TRUE)
        case ir.Entry():
            # the API server keeps an entry that is null, as an empty string
            return read(value, known, lambda *_: TRUE, null=True)
        case _:
            assert_never(value)


def _quantified(var: str, items: ir.Items, where: ir.Condition, known: Known, every: bool) -> Expression:
    if isinstance(items, ir.Const):
        unrolled = tuple(bound(where, var, element) for element in elements(items))
        if not every and (under := _under_one_of(unrolled)) is not None:
            value, prefixes = under
            return read(value, known, lambda path, _: below_any(path, prefixes))
        return condition(conjunction(unrolled) if every else disjunction(unrolled), known)
    walk = walked(ir.Each(var, items), known)
    if not every and where == ir.TRUE and walk.counts == TRUE:
        return all_of(walk.guard, cel("$elements.size() > 0", elements=walk.elements))
    holds = condition(where, walk.known)
    holds = any_of(negated(walk.counts), holds) if every else all_of(walk.counts, holds)
    asked = Call("all" if every else "exists", (Name(var), holds), walk.elements)
    return guarded(walk.guard, asked, TRUE if every else FALSE)


def _under_one_of(conditions: tuple[ir.Condition, ...]) -> tuple[ir.Value, tuple[str, ...]] | None:
    """The value that is to be below one of several prefixes, and these; None where the conditions say something else."""
    left = [condition for condition in conditions if condition != ir.FALSE]
    prefixes: list[str] = []
    values: set[ir.Value] = set()
    for condition in left:
        if isinstance(condition, ir.Under) and isinstance(condition.prefix, ir.Const):
            prefixes.append(str(condition.prefix.value))
            values.add(condition.value)
    return (values.pop(), tuple(prefixes)) if len(prefixes) == len(left) and len(values) == 1 else None
