"""A `choose`, compiled to one object or to plain policies: proven equal to its source, and never once it is altered."""

from __future__ import annotations

import pytest

from pscc.lowering.rollout import Rollout
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.prove import claims
from pscc.proving.question import Answer, Equal, Undecided
from support.proofs import Proven, answers, difference, of_text

POLICIES = "policy a {\n    deny privileged\n}\npolicy b {\n    deny hostPID\n}\n"
ONE_OBJECT = f"""{POLICIES}choose {{
    a for groups ops, system:serviceaccounts:web
    b for users x in namespaces kube-system, web-*
    b for users y in namespaces shop
}}
"""
PARTED = f"""{POLICIES}choose {{
    a for groups ops in namespaces shop
    b for groups ops in namespaces web
}}
"""


@pytest.mark.parametrize("target", ["vap", "kyverno", "kyverno-cel"])
def test_one_object_is_proven(target: str) -> None:
    assert set(answers(of_text(ONE_OBJECT, target=target))) == {Equal()}


@pytest.mark.parametrize("target", ["vap", "kyverno", "kyverno-cel"])
def test_plain_policies_are_proven_of_created_pods(target: str) -> None:
    proven = of_text(PARTED, target=target)
    (claim,) = claims(proven.program, proven.texts, proven.kind, ("CREATE",)).claims
    assert claim.answered(60) == Equal()


def _update(text: str) -> Answer:
    proven = of_text(text)
    (claim,) = claims(proven.program, proven.texts, proven.kind, ("UPDATE",)).claims
    return claim.answered(60)


def test_an_update_that_the_plain_policies_judge_otherwise_is_not_equal() -> None:
    """The choice judges all of a pod if an annotation changed that one of its policies reads, a plain policy its own."""
    assert isinstance(_update(PARTED.replace("hostPID", "appArmorProfile unconfined")), Undecided)


def test_what_no_update_can_change_does_not_part_them() -> None:
    assert _update(PARTED) == Equal()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('{"ops": {"*": ["a"]}', '{"ops": {"*": ["b"]}'),
        ('{"ops": {"*": ["a"]}', '{"op": {"*": ["a"]}'),
        ('{"y": {"shop": ["b"]}}', '{"y": {"*": ["b"]}}'),
        ('{"y": {"shop": ["b"]}}', '{"y": {"shop": ["a", "b"]}}'),
        ('request.namespace == "kube-system"', 'request.namespace == "kube"'),
        ('startsWith("web-")', 'startsWith("web")'),
        ('variables.mayUseA && variables.objectionsA == ""', "variables.mayUseA"),
        ("variables.accepted || variables.unchanged", "variables.accepted || variables.mayUseB"),
        ("object.spec.hostPID == true", "object.spec.hostPID == false"),
        ("validationActions: [Deny]", "validationActions: [Audit]"),
    ],
)
def test_an_altered_choice_has_a_witness(right: str, wrong: str) -> None:
    assert difference(of_text(ONE_OBJECT).changed(right, wrong)) is not None


def test_a_choice_that_asks_the_cluster_is_not_understood() -> None:
    live: Proven = of_text(ONE_OBJECT, Rollout(live=True))
    with pytest.raises(NotUnderstoodError, match="the cluster's RBAC decides"):
        claims(live.program, live.texts, live.kind)
