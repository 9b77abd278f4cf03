"""A constant put for a variable, and defaults put for fields: what comes of it holds of the same pods."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pscc import ir
from pscc.ir.substitution import UNSET, Field, Object, bound, replaced
from pscc.ir.walking import nodes
from pscc.reference import interpreter

ELEMENTS: tuple[object, ...] = (
    "a", "ab", "", 7, 0, True, False, ir.HostPathPrefix("/a/b", True), ir.HostPathPrefix("/a", False), ir.Range(3, 9),
)  # fmt: skip
FIELDS = ((), ("pathPrefix",), ("readOnly",), ("min",), ("a",))
PODS: tuple[interpreter.Json, ...] = (
    {},
    {"a": "a", "b": "/a/b/c", "n": 7, "list": ["a", 7, True], "map": {"a": "x", "ab": "ab", "xa": "/a"}},
    {"a": "ab", "b": "/a", "n": 3, "list": [], "map": {"b": None}},
)
VARS = ("one", ir.POD, "inner")

paths = st.builds(
    ir.Path, st.sampled_from(VARS), st.sampled_from([*FIELDS, ("b",), ("n",), ("list",), ("map",), ("map", "a")])
)
constants = st.builds(ir.Const, st.sampled_from(["a", "/a", "x", 7, True, ""]))
options = st.lists(paths, min_size=1, max_size=2).flatmap(
    lambda some: st.sampled_from([tuple(some), (*some, ir.Const("a"))])
)
coalesced = st.builds(ir.Coalesce, options, st.sampled_from([(), ("a",)]))
joined = st.builds(ir.Concat, st.sampled_from(["", "x"]), st.one_of(paths, coalesced))
values = st.one_of(paths, constants, coalesced, joined, st.builds(ir.Entry, paths, joined))
words = st.builds(ir.Const, st.sampled_from([(), ("a", "x"), ("ab",)]))
ranges = st.builds(ir.Const, st.sampled_from([(), (ir.Range(5, 8), ir.Range(0, 0))]))
patterns = st.builds(ir.Const, st.sampled_from([(), ("a*",), ("x*", "/a*")]))
items = st.one_of(st.just(ir.Containers()), paths, words, ranges, st.builds(ir.Keys, paths, st.just(("ab",))))
conditions: st.SearchStrategy[ir.Condition] = st.recursive(
    st.one_of(
        st.builds(ir.Has, values),
        st.builds(ir.Equals, values, values),
        st.builds(ir.In, values, st.one_of(paths, words)),
        st.builds(ir.InRanges, values, ranges),
        st.builds(ir.StartsWithAny, values, patterns),
        st.builds(ir.Under, values, values),
        st.builds(ir.SameLevel, values, values),
    ),
    lambda inner: st.one_of(
        st.builds(ir.Not, inner),
        st.builds(ir.And, st.lists(inner, max_size=3).map(tuple)),
        st.builds(ir.Or, st.lists(inner, max_size=3).map(tuple)),
        st.builds(ir.Any, st.sampled_from(VARS), items, inner),
        st.builds(ir.All, st.sampled_from(VARS), items, inner),
    ),
    max_leaves=6,
)


@settings(max_examples=500)
@given(conditions, st.sampled_from(ELEMENTS))
def test_a_constant_for_a_variable(condition: ir.Condition, element: object) -> None:
    walked = ir.Any("one", ir.Const((element,)), condition)  # type: ignore[arg-type]
    try:
        put = bound(condition, "one", element)
    except TypeError as error:
        # by a name that only the pod knows, nothing of the IR reads an object of a constant
        assert "the entries of" in str(error)
        return
    for pod in PODS:
        assert interpreter.holds(put, pod) is interpreter.holds(walked, pod), put


def test_parameters_stay() -> None:
    image = ir.Path("container", ("image",))
    listed, param = ir.Param("values", "strings"), ir.Path("one")
    for node in (ir.StartsWithAny(image, listed), ir.In(param, listed), ir.InRanges(param, ir.Param("r", "ranges"))):
        put = bound(node, "one", "a")
        assert list(nodes(put, ir.Param))
        assert not any(path.var == "one" for path in nodes(put, ir.Path))


@pytest.mark.parametrize(
    ("known", "value", "expected"),
    [
        (UNSET, ir.Has(ir.Path(ir.POD, ("a",))), ir.FALSE),
        (Object(), ir.Has(ir.Path(ir.POD, ("a",))), ir.TRUE),
        (Object(), ir.Equals(ir.Path(ir.POD, ("a",)), ir.Const("a")), ir.FALSE),
        (Object(), ir.Has(ir.Coalesce((ir.Path("container", ("a",)), ir.Path(ir.POD, ("a",))))), ir.TRUE),
        (ir.Const("x"), ir.Equals(ir.Path(ir.POD, ("a",)), ir.Const("x")), ir.TRUE),
    ],
)
def test_what_is_known_of_a_field(known: Field, value: ir.Condition, expected: ir.Condition) -> None:
    assert replaced(value, lambda path: known if path == ir.Path(ir.POD, ("a",)) else path) == expected
