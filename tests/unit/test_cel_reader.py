"""The reader of CEL: its tree, its strings, and its errors."""

from __future__ import annotations

import pytest

from pscc.proving.cel.reader import read
from pscc.proving.cel.tree import Call, Index, Listing, Literal, Mapping, Name, Operation, Select
from pscc.proving.errors import NotUnderstoodError

A, B, C = Name("a"), Name("b"), Name("c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a || b && c", Operation("||", (A, Operation("&&", (B, C))))),
        ("a && b && c", Operation("&&", (Operation("&&", (A, B)), C))),
        ("!a == b", Operation("==", (Operation("!", (A,)), B))),
        ("a ? b : c ? a : b", Operation("?:", (A, B, Operation("?:", (C, A, B))))),
        ("a in [b, c]", Operation("in", (A, Listing((B, C))))),
        ("a.b.?c[0][?'k']", Index(Index(Select(Select(A, "b"), "c", True), Literal(0)), Literal("k"), True)),
        ("a.all(x, x)", Call("all", (Name("x"), Name("x")), A)),
        ("index(inside)", Call("index", (Name("inside"),))),
        ('{"a": 1}', Mapping(((Literal("a"), Literal(1)),))),
        ("-1 + 2", Operation("+", (Literal(-1), Literal(2)))),
        ("[true, false, null, []]", Listing((Literal(True), Literal(False), Literal(None), Listing(())))),
        (r'"\"\\\n\u00e9\x41\101" // a remark', Literal('"\\\né' + "AA")),
    ],
)
def test_trees(text: str, tree: object) -> None:
    assert read(text) == tree


@pytest.mark.parametrize("text", ["a &&", "1u", "1.5", "b'a'", "r'a'", "Object{a: 1}", "a b", r'"\q"', ""])
def test_what_is_unknown_is_an_error(text: str) -> None:
    with pytest.raises(NotUnderstoodError):
        read(text)
