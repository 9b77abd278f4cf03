"""What is drawn of the whole space: everything that the registry and the grammar offer, without anyone adding it."""

from __future__ import annotations

import random
from collections import Counter
from itertools import islice

import pytest

from conformance.result import Tally
from conformance.space import grammar, options, requests, sources, words
from conformance.space.coverage import missing
from conformance.space.features import features, possible
from conformance.workloads import KINDS, made_by
from pscc.controls import CONTROLS
from pscc.targets.registry import TARGETS
from support.updates import takes


@pytest.mark.slow
def test_everything_that_the_registry_and_the_grammar_offer_is_drawn() -> None:
    tally, rng = Tally(), random.Random(4)
    for number, source in enumerate(islice(sources.programs(rng, tally.discarded), 500)):
        tally.draw(features(source, options.draw(rng, tuple(TARGETS)[number % len(TARGETS)], "rego", source.program)))
    assert missing({"space": tally}) == frozenset()
    assert len(possible()) > 110
    assert sum(tally.discarded.values()) < 500


def test_an_update_that_is_drawn_is_one_that_the_api_server_takes() -> None:
    rng, drawn = random.Random(2), list[requests.Asked]()
    for source in islice(sources.programs(rng), 6):
        drawn += (asked for asked in requests.draw(rng, source.program, 200) if asked.operation == "UPDATE")
    assert all(takes(asked.old, asked.object) for asked in drawn if asked.kind == "Pod" and asked.old is not None)
    assert {asked.change for asked in drawn if asked.kind == "Pod"} == set(requests.CHANGES)
    templates = [asked for asked in drawn if asked.change == "template" and asked.old is not None]
    assert {asked.kind for asked in templates} == {kind for _, kind in KINDS} - {"Job"}
    assert any(made_by(asked.object) != made_by(asked.old) for asked in templates if asked.old is not None)


def test_keywords_are_the_grammars() -> None:
    assert grammar.words("MODE") == ("enforce", "warn", "audit")
    assert grammar.words("ON") == ("on pod and containers", "on pod or containers", "on pod", "on containers")
    assert grammar.words("SCOPE") == ("in namespaces", "except namespaces")
    assert set(grammar.items()) == {"statement", "scope", "mode", "exemption", "without"}


def test_values_of_a_kind_that_nobody_knows_are_those_of_the_controls_example() -> None:
    from dataclasses import replace

    class Odd:
        noun = "an odd value"

    control = replace(
        next(c for c in CONTROLS if c.id == "capabilities.add"), id="odd", values=Odd(), example="deny csi a, b"
    )
    assert {words.values(control, random.Random(seed), single=True) for seed in range(9)} == {"a", "b"}


def test_a_control_that_is_added_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    added = tuple(control for control in CONTROLS if control.id in ("hostPID", "sysctls"))
    monkeypatch.setattr(sources, "CONTROLS", added)
    drawn = {
        name.text
        for source in islice(sources.programs(random.Random(1)), 20)
        for policy in source.document.policies
        for statement in policy.statements
        for name in statement.controls
    }
    assert drawn == {"hostPID", "sysctls"}


def test_requests_are_of_every_operation_and_change() -> None:
    rng = random.Random(2)
    kinds: Counter[str] = Counter()
    for source in islice(sources.programs(rng), 12):
        for asked in requests.draw(rng, source.program, 60):
            kinds.update((asked.operation, asked.kind, asked.change or ""))
            assert asked.who.namespace in requests.NAMESPACES
    assert {"CREATE", "UPDATE", "DELETE"} <= set(kinds)
    assert {"Pod", "Deployment", "CronJob", "Job", "DaemonSet", "StatefulSet", "ReplicaSet"} <= set(kinds)
    assert set(requests.CHANGES) <= set(kinds)


def test_what_is_drawn_depends_on_the_seed_alone() -> None:
    first, again, other = ([s.text for s in islice(sources.programs(random.Random(seed)), 5)] for seed in (1, 1, 2))
    assert first == again != other
