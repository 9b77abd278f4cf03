"""A check of any place of the schema is compared: `diff` shows a pod, or says that it is undecided, never "no difference".

The checks are made from the schema, so that a field which is added there is tried without an edit here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from pscc import ir
from pscc.base.source import Span
from pscc.pod.kinds import Boolean, Enumeration, Field, Integer, Kind, ListOf, Object, Opaque, Text
from pscc.pod.schema import CONTAINER, POD
from pscc.reasoning.difference.compare import compare_admitted
from pscc.reference import interpreter

SPAN = Span("p.psp", 1, 1, 1, 1)


class Leaf(NamedTuple):
    """A field: the walk to the object that has it, the path from there, and the field."""

    each: tuple[ir.Each, ...]
    path: ir.Path
    field: Field

    @property
    def name(self) -> str:
        """The field in words."""
        steps = [".".join(step.items.fields) for step in self.each if isinstance(step.items, ir.Path)]
        return "/".join((*(["container"] if self.path.var.startswith("c") else []), *steps, ".".join(self.path.fields)))


def leaves(kind: Object, each: tuple[ir.Each, ...], var: str, above: tuple[str, ...] = ()) -> Iterator[Leaf]:
    for field in kind.fields:
        path = (*above, field.name)
        inner: Kind = field.kind
        if field.kind is CONTAINER or (isinstance(inner, ListOf) and inner.of is CONTAINER):
            continue
        if isinstance(inner, Object):
            yield from leaves(inner, each, var, path)
        elif isinstance(inner, ListOf) and isinstance(inner.of, Object):
            name = f"{var}{len(each)}"
            yield from leaves(inner.of, (*each, ir.Each(name, ir.Path(var, path))), name)
        else:
            yield Leaf(each, ir.Path(var, path), field)


LEAVES = [
    *(leaf for leaf in leaves(POD, (), ir.POD) if leaf.path.fields[:1] != ("metadata",)),
    *leaves(CONTAINER, (ir.Each("container", ir.Containers()),), "container"),
]


def refusing(leaf: Leaf) -> Iterator[ir.Condition]:
    """Conditions on the field, each of which some valid pod fails."""
    kind = leaf.field.kind
    if leaf.field.needs is None and leaf.field.filled is None:
        yield ir.Not(ir.Has(leaf.path))
    match kind:
        case Boolean():
            yield ir.Not(ir.Equals(leaf.path, ir.Const(True)))
        case Integer(low=low, high=high):
            number = low + (high - low) // 3 + 1
            yield ir.Not(ir.Equals(leaf.path, ir.Const(number)))
            yield ir.Not(ir.InRanges(leaf.path, ir.Const((ir.Range(number, number + 5),))))
        case Enumeration(values=values):
            yield ir.Not(ir.Equals(leaf.path, ir.Const(values[-1])))
        case Text():
            yield ir.Not(ir.Equals(leaf.path, ir.Const("/some-word")))
            yield ir.Not(ir.StartsWithAny(leaf.path, ir.Const(("/start*",))))
        case ListOf(of=Text()):
            yield ir.Not(ir.In(ir.Const("WORD"), leaf.path))
        case ListOf(of=Integer()):
            yield ir.Not(ir.In(ir.Const(77), leaf.path))
        case Opaque():
            yield ir.Not(ir.Equals(leaf.path, ir.Const("word")))
        case _:
            raise AssertionError(leaf)


def program(leaf: Leaf, must: ir.Condition) -> ir.Program:
    requirement = ir.Requirement(leaf.each, must, ("no",), leaf.path)
    check = ir.Check("toy", "DenyToy", "toy", "toy", (requirement,), (), SPAN)
    return ir.Program((ir.Policy("p", "", "enforce", (check,), (), SPAN),))


ASKED = [(leaf, must) for leaf in LEAVES for must in refusing(leaf)]


@pytest.mark.parametrize(
    ("leaf", "must"), ASKED, ids=[f"{leaf.name}-{type(m).__name__}-{n}" for n, (leaf, m) in enumerate(ASKED)]
)
def test_a_check_of_any_place_is_compared(leaf: Leaf, must: ir.Condition) -> None:
    with_it = program(leaf, must)
    difference = compare_admitted(with_it, ir.Program())
    assert difference.looser or difference.undecided
    for witness in difference.looser:
        assert not interpreter.check(with_it.policies[0], dict(witness.pod)).allowed
    assert not compare_admitted(with_it, with_it)


def test_most_places_are_decided() -> None:
    decided = sum(bool(compare_admitted(program(leaf, must), ir.Program()).looser) for leaf, must in ASKED)
    assert decided >= 0.8 * len(ASKED)
