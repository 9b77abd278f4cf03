"""Pods on which other people's policies differ from what they should say, on the engines that run such policies."""

from __future__ import annotations

import os

import pytest

from pscc.ir.access import Request
from pscc.proving.comparing import kind_in
from pscc.proving.logic.judging import holds
from pscc.proving.question import Direction
from pscc.proving.readers import READERS
from pscc.verify.engines.review import Reviewed, review
from support.others import (
    BOTH_WAYS,
    BYPASSES,
    Texts,
    admission_policy,
    cluster_policy,
    constraint,
    said_of,
    validating_policy,
)
from support.paths import ROOT

pytestmark = pytest.mark.usefixtures("engines_on_the_path")


@pytest.fixture
def engines_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engines are where the command looks for them."""
    monkeypatch.setenv("PATH", str(ROOT / ".engines" / "bin"), prepend=os.pathsep)


POD = {
    "metadata": {"name": "p"},
    "spec": {"containers": [{"name": "c", "image": "i", "securityContext": {"capabilities": {"add": ["A"]}}}]},
}


def _reviewed(texts: Texts, statements: tuple[str, ...], does: Direction) -> Reviewed:
    _, pods = said_of(texts, *statements)
    shown = pods[does]
    reviewed = review(kind_in(texts), texts, shown.pod, shown.request)
    assert reviewed is not None
    assert not reviewed.problem
    return reviewed


@pytest.mark.parametrize("name", BYPASSES)
def test_the_engine_admits_the_pod(name: str) -> None:
    assert not _reviewed(*BYPASSES[name], "lets in").objections


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_the_engine_refuses_the_pod(name: str) -> None:
    assert _reviewed(*BOTH_WAYS[name], "shuts out").objections


MAKERS = {
    "ValidatingAdmissionPolicy": admission_policy,
    "ValidatingPolicy": validating_policy,
    "ClusterPolicy": cluster_policy,
    "ConstraintTemplate": lambda expression: constraint({}, {}, expression),
}
ALIKE = {
    "size of a list": ("object.spec.containers.size() == 1", True),
    "an index": ("object.spec.containers[0].name == 'c'", True),
    "an index behind the end": ("object.spec.containers[1].name == 'c'", False),
    "exists_one": ("object.spec.containers.exists_one(c, c.name == 'c')", True),
    "exists_one of two": ("[1, 1].exists_one(x, x == 1)", False),
    "map with a condition": ("[1, 2].map(x, x > 1, x) == [2]", True),
    "optMap": ("object.spec.?hostPID.optMap(x, x == false).orValue(true) == true", True),
    "optFlatMap": ("object.?spec.optFlatMap(x, x.?hostPID).hasValue()", False),
    "or": ("object.spec.?hostPID.or(optional.of(true)).value() == true", True),
    "value of nothing": ("object.spec.?hostPID.value() == true", False),
    "lowerAscii": ("'AbÄ'.lowerAscii() == 'abÄ'", True),
    "has of what the request has": ("has(request.operation)", True),
    "a last comma": ("[1, 2,].size() == 2 && {'a': 1,}.a == 1", True),
    "a field that is missing": ("object.spec.nodeName == 'a'", False),
}


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("name", ALIKE)
def test_the_model_is_the_engines(kind: str, name: str) -> None:
    expression, passes = ALIKE[name]
    texts = MAKERS[kind](expression)
    assert _passes(texts) is passes
    assert _formula_passes(texts) is passes


DIALECTS = [
    ("ValidatingAdmissionPolicy", "dyn(1).orValue(2) == 1", False),
    ("ConstraintTemplate", "dyn(1).orValue(2) == 1", False),
    ("ValidatingPolicy", "dyn(1).orValue(2) == 1", True),
    ("ClusterPolicy", "dyn(1).orValue(2) == 1", True),
    ("ValidatingAdmissionPolicy", "object.spec == 1 || true", True),
    ("ConstraintTemplate", "!(object.spec == 1)", True),
    ("ValidatingPolicy", "!(object.spec == 1)", True),
    ("ClusterPolicy", "!(object.spec == 1)", True),
]


@pytest.mark.parametrize(("kind", "expression", "passes"), DIALECTS)
def test_dialects_are_the_engines(kind: str, expression: str, passes: bool) -> None:
    texts = MAKERS[kind](expression)
    assert _passes(texts) is passes
    assert _formula_passes(texts) is passes


def _passes(texts: Texts) -> bool:
    reviewed = review(kind_in(texts), texts, POD, Request(namespace="default", user="u"))
    assert reviewed is not None
    assert not reviewed.problem, reviewed.problem
    return not reviewed.objections


def _formula_passes(texts: Texts) -> bool:
    read = READERS[kind_in(texts)](texts, "CREATE", False)
    known = {"pod": POD, "request": {"namespace": "default", "userInfo": {"username": "u"}}, "namespace": {}}
    return not any(holds(each.holds, known) for each in read.objections)
