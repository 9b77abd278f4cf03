"""Every kind of change to a source is reported, with the right direction: the interpreter judges each witness."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from pscc import ir
from pscc.cases.draw import draw_pods
from pscc.ir.access import Request
from pscc.proving.programs.deciding import solved
from pscc.reasoning.difference.compare import compare
from pscc.reasoning.difference.difference import Difference
from pscc.reasoning.difference.witness import Witness
from support.difference_changes import changes, defaults
from support.difference_pairs import program, rank
from support.difference_solved import SECONDS

LEAST = 800
"""Of the comparisons, both ways, those with a difference."""


def confirmed(witness: Witness, objecting: ir.Program, other: ir.Program) -> bool:
    """Whether the interpreter says of each request of ``witness`` that the one objects to its pod, and the other less."""
    for request in witness.requests:
        mine, theirs = (rank(one, request, witness.pod, witness.old_pod)[0] for one in (objecting, other))
        if not mine > theirs:
            return False
    return bool(witness.requests)


def judged_by_the_interpreter(difference: Difference, old: ir.Program, new: ir.Program) -> None:
    for witness in (*difference.looser, *difference.quieter):
        assert confirmed(witness, old, new), witness
    for witness in (*difference.stricter, *difference.louder):
        assert confirmed(witness, new, old), witness
    for change in difference.changed:
        for request in change.requests:
            assert rank(old, request, change.pod, None)[1] != rank(new, request, change.pod, None)[1], change


@pytest.mark.slow
def test_every_kind_of_change_is_reported_with_its_direction() -> None:
    rng = random.Random(17)
    reported: Counter[str] = Counter()
    for change in changes(rng):
        narrow, wide = program(change.narrow), program(change.wide)
        if narrow is None or wide is None:
            reported["no source"] += 1
            continue
        looser, stricter = compare(narrow, wide), compare(wide, narrow)
        for difference, old, new in ((looser, narrow, wide), (stricter, wide, narrow)):
            assert not difference.undecided, change
            judged_by_the_interpreter(difference, old, new)
        assert not looser.stricter and not stricter.looser, change
        assert bool(looser.looser) is bool(stricter.stricter), change
        if looser.looser:
            assert (looser.relation, stricter.relation) == ("more permissive", "less permissive")
            reported["yes"] += 2
        else:
            assert not change.certain and not shown(narrow, wide, rng), change
            assert solved(narrow, wide, SECONDS).relation == "equivalent", change
            reported["no"] += 2
    assert reported["yes"] >= LEAST, reported
    assert reported["no source"] < 5, reported


def shown(narrow: ir.Program, wide: ir.Program, rng: random.Random) -> bool:
    """Whether a drawn pod shows a difference."""
    pods = [
        pod for one in (narrow, wide) for policy in one.policies for pod in draw_pods(policy, rng.randrange(99), 30)
    ]
    asked = Request(groups=("system:authenticated",), user="somebody")
    return any(rank(narrow, asked, dict(pod), None)[0] != rank(wide, asked, dict(pod), None)[0] for pod in pods)


@pytest.mark.parametrize(("one", "other"), list(defaults(random.Random(17))))
def test_a_default_that_is_added_taken_out_or_changed_is_reported(one: str, other: str) -> None:
    with_it, without = (program(f"policy p {{\n    deny hostPID\n    {line}\n}}\n") for line in (one, other))
    assert with_it is not None and without is not None
    for old, new in ((with_it, without), (without, with_it)):
        difference = compare(old, new)
        judged_by_the_interpreter(difference, old, new)
        assert difference.changed and difference.relation == "equivalent" and difference
