"""Which defaults count where a workload is judged: those that are set wherever the policy holds; others are announced."""

from __future__ import annotations

import random

import pytest

from pscc.base.source import SourceFile
from pscc.driver import analyse, compile_program
from pscc.ir.access import ALL, Names, Scope
from pscc.lowering.rollout import AS_WRITTEN
from pscc.lowering.settled import with_settled
from pscc.lowering.shortfalls import WorkloadsLackDefaults
from pscc.output.options import Options

NAMES = ("a", "ab", "abc", "b", "bc", "c")
PREFIXES = ("", "a", "ab", "b", "c")
LABELS = (("k", "1"), ("k", "2"), ("l", "1"))


def drawn(rng: random.Random) -> Scope:
    def names(most: int) -> Names:
        return Names(
            tuple(rng.sample(NAMES, rng.randint(0, most))), tuple(rng.sample(PREFIXES[1:], rng.randint(0, most - 1)))
        )

    inside = rng.choice((ALL, names(2)))
    labels = tuple(rng.sample(LABELS, rng.choice((0, 0, 1))))
    return Scope(
        inside,
        names(2),
        labels,
        tuple(label for label in rng.sample(LABELS, rng.choice((0, 1))) if label not in labels),
    )


def test_within_is_what_every_namespace_says() -> None:
    rng, yes = random.Random(3), 0
    every = [f"{name}{end}" for name in (*NAMES, "d", *PREFIXES) for end in ("", "x")]
    labellings = [(), *((label,) for label in LABELS), (LABELS[0], LABELS[2]), (LABELS[1], LABELS[2])]
    for _ in range(5000):
        one, other = drawn(rng), drawn(rng)
        holds = all(
            other.holds_in(name, labels) for name in every for labels in labellings if one.holds_in(name, labels)
        )
        if one.within(other):
            yes += 1
            assert holds, (one, other)
        elif not one.labels and not one.except_labels and not other.labels and not other.except_labels:
            assert not holds, (one, other)
    assert yes > 500


def policies(outer: str, inner: str, exempt: str = "") -> str:
    return (
        f"policy sets {{\n    {outer}\n    {exempt}\n    default runAsGroup 10\n}}\n\n"
        f"policy asks {{\n    {inner}\n    require runAsGroup\n}}\n"
    )


COVERED = [
    ("in namespaces team-*", "in namespaces team-a"),
    ("in namespaces a, b", "in namespaces a"),
    ("except namespaces kube-system", "in namespaces a"),
    ("", "in namespaces tier=edge"),
    ("in namespaces tier=edge", "in namespaces tier=edge, kind=x"),
]
PARTLY = [
    ("in namespaces team-*", ""),
    ("in namespaces a", "in namespaces a, b"),
    ("except namespaces a", ""),
    ("in namespaces tier=edge", ""),
]


def lacking(text: str, target: str, options: Options) -> list[str]:
    program = analyse(SourceFile("p.psp", text))[1]
    output = compile_program(program, (target,), AS_WRITTEN, options).outputs[target]
    return [s.other.name for s in output.shortfalls if isinstance(s, WorkloadsLackDefaults)]


@pytest.mark.parametrize("target", ["gatekeeper", "vap", "kyverno-cel"])
def test_what_is_not_seen_is_announced(target: str) -> None:
    for outer, inner in COVERED:
        text = policies(outer, inner)
        _, asks = analyse(SourceFile("p.psp", text))[1].policies
        assert len(with_settled(asks, analyse(SourceFile("p.psp", text))[1]).defaults) == 1, (outer, inner)
        assert lacking(text, target, Options(workloads="enforce")) == [], (outer, inner)
    for outer, inner in PARTLY:
        assert lacking(policies(outer, inner), target, Options(workloads="enforce")) == ["sets"], (outer, inner)
        assert lacking(policies(outer, inner), target, Options(workloads="off")) == [], (outer, inner)
    # Gatekeeper sets the defaults of those exempt, too
    expected = [] if target == "gatekeeper" else ["sets"]
    exempt = 'exempt serviceaccounts a/b because "c"'
    assert lacking(policies("", "", exempt), target, Options(workloads="enforce")) == expected


CHOSEN = """
policy asks {
    require readOnlyRootFilesystem true
}

policy asks-more {
    require readOnlyRootFilesystem true
    deny hostPID
}

policy sets {
    default readOnlyRootFilesystem true
}

choose {
    asks for groups ops
    asks-more for everyone
}
"""


@pytest.mark.parametrize("target", ["gatekeeper", "vap", "kyverno-cel", "kyverno"])
def test_a_choice_judges_workloads_without_what_is_set_beside_it(target: str) -> None:
    assert lacking(CHOSEN, target, Options(workloads="warn")) == ["sets"]
    assert lacking(CHOSEN, target, Options(workloads="off")) == []
    unread = CHOSEN.replace("default readOnlyRootFilesystem true", "default fsGroup 5")
    assert lacking(unread, target, Options(workloads="warn")) == []


def test_the_announcement_is_a_diagnostic() -> None:
    program = analyse(SourceFile("p.psp", policies("in namespaces team-*", "")))[1]
    codes = [d.code for d in compile_program(program, ("gatekeeper",)).all_diagnostics]
    assert "TGT020" in codes
