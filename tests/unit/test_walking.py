"""The one walk over the IR: what it sees, and what it puts in the place of what it sees."""

from __future__ import annotations

from pscc import ir
from pscc.ir.passes import with_parts
from pscc.ir.walking import children, nodes, replace, substitute, walk

NAME = ir.Path("container", ("name",))
OWN = ir.Path("container", ("a",))
PODS = ir.Path(ir.POD, ("spec", "a"))
CONDITION = ir.Any(
    "container",
    ir.Containers(),
    ir.And((ir.Has(NAME), ir.Not(ir.Equals(ir.Coalesce((OWN, PODS)), ir.Const(True))))),
)


def test_children_are_what_is_directly_inside() -> None:
    assert children(ir.Equals(OWN, ir.Const(1))) == (OWN, ir.Const(1))
    assert children((OWN, PODS)) == children([OWN, PODS]) == (OWN, PODS)
    assert children("text") == children(None) == ()


def test_a_walk_sees_all_in_order() -> None:
    assert [node for node in walk(CONDITION) if isinstance(node, ir.Path)] == [NAME, OWN, PODS]
    assert next(walk(CONDITION)) is CONDITION


def test_nodes_are_the_outermost() -> None:
    assert list(nodes(CONDITION, ir.Path)) == [NAME, OWN, PODS]
    assert list(nodes(CONDITION, ir.Path, ir.Coalesce)) == [NAME, ir.Coalesce((OWN, PODS))]


def test_a_substitution_changes_what_it_is_given_for_and_keeps_the_rest() -> None:
    changed = substitute(CONDITION, lambda node: PODS if node == OWN else None)
    assert list(nodes(changed, ir.Path)) == [NAME, PODS, PODS]
    assert substitute(changed, lambda node: OWN if node == NAME else None) != changed
    assert substitute(CONDITION, lambda _: None) is CONDITION


def test_a_replacement_is_of_what_is_directly_inside() -> None:
    assert replace(ir.Not(ir.TRUE), lambda child: ir.FALSE) == ir.Not(ir.FALSE)
    assert replace((OWN, PODS), lambda child: NAME) == (NAME, NAME)


def test_parts_are_what_connectives_connect() -> None:
    def falsified(condition: ir.Condition) -> ir.Condition:
        return ir.FALSE if condition == ir.Has(OWN) else with_parts(condition, falsified)

    assert falsified(ir.And((ir.Has(NAME), ir.Has(OWN)))) == ir.FALSE
    assert falsified(ir.Or((ir.Has(NAME), ir.Not(ir.Has(PODS)), ir.Has(OWN)))) == (
        ir.Or((ir.Has(NAME), ir.Not(ir.Has(PODS))))
    )
    assert falsified(ir.Not(ir.Has(OWN))) == ir.TRUE
    assert falsified(CONDITION) is CONDITION
