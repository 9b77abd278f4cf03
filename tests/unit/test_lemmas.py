"""The facts that are added for solvers hold of every string."""

from __future__ import annotations

from itertools import product

from pscc.proving.logic.judging import holds
from pscc.proving.logic.lemmas import lemmas
from pscc.proving.logic.parts import has_part, in_parts
from pscc.proving.logic.terms import Place, contains, equal, starts_with, string_at, text, without_start

FIRST, SECOND = string_at(Place("pod", ("first",))), string_at(Place("pod", ("second",)))
STRINGS = ("", "s", "s:", "s:a", "s:b,a", "s:a,b", "s:a,b,c", "t:a,b", "a,b")


def test_facts_about_strings_hold_of_every_string() -> None:
    end = without_start(FIRST, 2)
    claims = [
        starts_with(FIRST, text("s:")),
        in_parts(end, ",", 2),
        has_part(end, ",", "a"),
        has_part(end, ",", "b"),
        equal(end, text("a,b")),
        starts_with(end, text("a,")),
        starts_with(end, text("a,b,")),
        contains(end, text(",")),
        equal(FIRST, SECOND),
        equal(end, SECOND),
        starts_with(FIRST, SECOND),
    ]
    facts = list(lemmas(claims))
    assert len(facts) > len(claims)
    for first, second in product(STRINGS, repeat=2):
        known = {"pod": {"first": first, "second": second}}
        assert [fact for fact in facts if not holds(fact, known)] == []
