"""How many elements a list needs: from the shape of a formula, and never fewer than a difference does need."""

from __future__ import annotations

import pytest

from pscc.proving.errors import NoBoundError
from pscc.proving.logic.bound import bounds
from pscc.proving.logic.terms import Place, Term, and_, equal, exists, nonempty, not_, or_, string_at, text

CONTAINERS, VOLUMES = Place("pod", ("spec", "containers")), Place("pod", ("spec", "volumes"))


def _named(element: str, name: str) -> Term:
    return equal(string_at(Place(element, ("name",))), text(name))


def _some(name: str, items: Place = CONTAINERS) -> Term:
    return exists(f"of {name}", items, _named(f"of {name}", name))


def test_each_claim_needs_one_element() -> None:
    assert bounds(and_(_some("a"), _some("b")), {}) == {"pod.spec.containers": 2}
    assert bounds(or_(_some("a"), _some("b")), {}) == {"pod.spec.containers": 1}


def test_a_claim_about_all_elements_needs_none() -> None:
    assert bounds(not_(_some("a")), {}) == {"pod.spec.containers": 0}
    assert bounds(not_(_some("a")), {"pod.spec.containers": 1}) == {"pod.spec.containers": 1}
    assert bounds(and_(nonempty(CONTAINERS), not_(_some("a"))), {}) == {"pod.spec.containers": 1}


def test_lists_in_elements_are_counted_for_each_element() -> None:
    ports = Place("c", ("ports",))
    inside = and_(_some("x", ports), _some("y", ports))
    assert bounds(exists("c", CONTAINERS, inside), {})["pod.spec.containers[].ports"] == 2
    assert bounds(not_(exists("c", CONTAINERS, not_(inside))), {}) == {
        "pod.spec.containers": 0,
        "pod.spec.containers[].ports": 2,
    }


def test_elements_for_each_element_of_another_list_are_multiplied() -> None:
    same = equal(string_at(Place("v", ("name",))), string_at(Place("c", ("name",))))
    every = not_(exists("c", CONTAINERS, not_(exists("v", VOLUMES, same))))
    assert bounds(and_(_some("a"), _some("b"), _some("d"), every), {})["pod.spec.volumes"] == 3


def test_lists_that_need_each_other_have_no_bound() -> None:
    other = exists("d", CONTAINERS, equal(string_at(Place("d", ("image",))), string_at(Place("c", ("name",)))))
    with pytest.raises(NoBoundError):
        bounds(not_(exists("c", CONTAINERS, not_(other))), {})
