"""Large formulas, decided piece by piece: the same answer as at once, and never `equal` of an output that is altered."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from pscc.base.source import SourceFile
from pscc.lowering.rollout import Rollout
from pscc.output.options import DEFAULTS
from pscc.proving import question as asking
from pscc.proving.logic.judging import holds
from pscc.proving.logic.terms import (
    Place,
    Term,
    and_,
    equal,
    exists,
    fresh,
    joined,
    nonempty,
    not_,
    or_,
    present,
    starts_with,
    string_at,
    text,
    truth_at,
)
from pscc.proving.pieces import possible
from pscc.proving.prove import claims
from pscc.proving.question import Answer, Differs, Equal, answer, question
from pscc.proving.solver import Unsolved
from support.paths import ROOT
from support.proofs import Proven, of_text, outputs_of

SECONDS = 30.0
SPEC = Place("pod", ("spec",))
LISTS = [SPEC.at("containers"), SPEC.at("initContainers"), SPEC.at("volumes")]
SOURCE = """policy p {
    deny hostPID
    allow hostPorts 1-10, 20-30
    allow hostPath /var/log, /tmp
    require runAsNonRoot true on pod or containers
}
"""


def _drawn(draw: Random, depth: int) -> Term:
    if depth == 0:
        return _atom(draw)
    parts = [_drawn(draw, depth - 1) for _ in range(draw.choice((2, 3)))]
    made = and_(*parts) if draw.random() < 0.5 else or_(*parts)
    return not_(made) if draw.random() < 0.2 else made


def _atom(draw: Random) -> Term:
    items = draw.choice(LISTS)
    element = fresh()
    name = string_at(Place(element, ("name",)))
    same = equal(name, text(draw.choice("ab")))
    begins = starts_with(name, text(draw.choice("ab")))
    match draw.randrange(6):
        case 0:
            return nonempty(items)
        case 1:
            return exists(element, items, same)
        case 2:
            return exists(element, items, and_(not_(same), begins))
        case 3:
            return exists(element, items, not_(or_(same, begins)))
        case 4:
            return equal(string_at(SPEC.at("nodeName")), text(draw.choice("ab")))
        case _:
            return and_(present(SPEC.at("hostPID")), truth_at(SPEC.at("hostPID")))


def _at_once(formula: Term) -> bool:
    given = asking._solved(question("lets in", formula), SECONDS, 0.0)
    assert not isinstance(given, Unsolved)
    return given is not None


@pytest.mark.parametrize("seed", range(4))
def test_the_answer_is_that_of_the_formula_at_once(seed: int) -> None:
    draw, seen = Random(seed), set()
    for _ in range(12):
        formula = and_(*(_drawn(draw, 2) for _ in range(4)))
        choice = possible(formula, SECONDS)
        assert not isinstance(choice, Unsolved)
        seen.add(choice is None)
        assert (choice is not None) is _at_once(formula)
        if choice is not None:
            assert not _at_once(and_(*choice, not_(formula)))
    assert seen == {True, False}


def test_no_time_is_no_answer() -> None:
    assert isinstance(possible(_drawn(Random(1), 2), 0.0), Unsolved)


def test_what_ends_in_a_constant_begins_as_a_formula_says() -> None:
    place = Place("pod", ("spec", "nodeName"))
    strings = ["".join(letters) for length in range(4) for letters in product("a/", repeat=length)]
    for end, wanted in product(strings[1:], strings):
        term = starts_with(joined((string_at(place), text(end))), text(wanted))
        for value in strings:
            known = {"pod": {"spec": {"nodeName": value}}}
            assert holds(term, known) is (value + end).startswith(wanted)


@pytest.fixture
def in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every question is asked piece by piece."""
    monkeypatch.setattr(asking, "_LARGE", 0)


def _answer(proven: Proven) -> Answer:
    (claim,) = claims(proven.program, proven.texts, proven.kind, ("CREATE",)).claims
    return claim.answered(SECONDS)


@pytest.mark.usefixtures("in_pieces")
def test_an_output_is_proven_in_pieces() -> None:
    assert _answer(of_text(SOURCE)) == Equal()


@pytest.mark.usefixtures("in_pieces")
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("port.hostPort <= 30", "port.hostPort <= 31"),
        ("object.spec.hostPID == true", "object.spec.hostPID == false"),
        ('"/var/log/"', '"/var/log"'),
        ("object.spec.initContainers)", "object.spec.containers)"),
    ],
)
def test_an_altered_output_differs_in_pieces(right: str, wrong: str) -> None:
    assert isinstance(_answer(of_text(SOURCE, Rollout(), "vap", DEFAULTS).changed(right, wrong)), Differs)


def _of_example(name: str) -> Proven:
    path = ROOT / "examples" / name
    return outputs_of(SourceFile(path.name, path.read_text()), "vap")


@pytest.mark.slow
def test_many_exemptions_are_proven() -> None:
    proven = _of_example("policies/system-components.psp")
    (claim,) = claims(proven.program, proven.texts, proven.kind, ("CREATE",)).claims
    assert claim.answered(120) == Equal()


@pytest.mark.slow
def test_a_large_choice_is_decided() -> None:
    """It shuts out a pod without a service account, a known gap; nothing else is let in or shut out."""
    proven = _of_example("cluster/dump.yaml")
    (claim,) = claims(proven.program, proven.texts, proven.kind, ("CREATE",)).claims
    lets_in, shuts_out = claim.asked
    assert answer((lets_in,), 120) == Equal()
    assert isinstance(answer((shuts_out,), 120), Differs)
