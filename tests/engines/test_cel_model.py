"""The meaning of CEL that proofs use, held against cel-go in the API server's own plugin: true, false, or a failure."""

from __future__ import annotations

from typing import Any

import pytest

from pscc.proving.cel.evaluate import Evaluator
from pscc.proving.cel.reader import read
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.judging import holds
from pscc.proving.readers.admission import names
from support.cel_draw import Drawn
from support.vap import OLDEST, ask_vap

COUNT = 400
_SPEC: dict[str, Any] = {"containers": [{"name": "a", "image": "app:1"}]}
_PROFILE = {"type": "RuntimeDefault"}
PODS: list[dict[str, Any]] = [
    _SPEC,
    {**_SPEC, "hostNetwork": True, "runtimeClassName": "a"},
    {**_SPEC, "securityContext": {"runAsUser": 1000, "seccompProfile": _PROFILE, "supplementalGroups": [1, 1000]}},
    {**_SPEC, "securityContext": {"runAsUser": 0, "runAsNonRoot": False}, "volumes": [{"name": "a", "emptyDir": {}}]},
    {
        "containers": [
            {"name": "a", "image": "app:1", "securityContext": {"privileged": True, "runAsUser": 1}},
            {
                "name": "b",
                "image": "a",
                "securityContext": {"capabilities": {"add": ["NET_RAW"]}, "seccompProfile": _PROFILE},
            },
        ],
        "initContainers": [{"name": "c", "image": "a", "securityContext": {"privileged": False}}],
    },
    {
        "containers": [{"name": "a", "image": "app:1", "ports": [{"containerPort": 80}], "securityContext": {}}],
        "initContainers": [{"name": "c", "image": "kernel.x"}, {"name": "d", "image": "app:1"}],
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "Localhost", "localhostProfile": "a"}},
    },
]
KNOWN = {
    "orValue on what is not optional": ("dyn(1).orValue(2) == 1", "fails"),
    "null is no number": ("dyn(null) >= 1", "fails"),
    "a field of null is not there": ("has(dyn(null).type)", "false"),
    "a missing field fails": ("object.spec.nodeName == 'a'", "fails"),
    "a failure beside what decides": ("object.spec.nodeName == 'a' || true", "true"),
    "a failure behind what decides": ("false && object.spec.nodeName == 'a'", "false"),
    "a failure that nothing decides": ("object.spec.nodeName == 'a' || false", "fails"),
    "different types are unequal": ("dyn(1) == dyn('1')", "false"),
    "all of none": ("[].all(x, dyn(x).y)", "true"),
    "a failure among elements that decide": ("[1, 2].exists(x, x == 2 || dyn(x).y == 1)", "true"),
    "an element that fails in filter": ("[dyn(1)].filter(x, x.y).size() == 0", "fails"),
    "optional.of": ("optional.of(1).orValue(2) == 1", "true"),
    "an optional field that is missing": ("object.spec.?nodeName.orValue('b') == 'b'", "true"),
    "substring beyond the end": ("'ab'.substring(3) == ''", "fails"),
    "substring up to the end": ("'ab'.substring(1, 2) == 'b'", "true"),
    "substring of nothing at the end": ("'ab'.substring(2, 2) == ''", "true"),
    "substring up to beyond the end": ("'ab'.substring(1, 3) == 'b'", "fails"),
    "substring backwards": ("'ab'.substring(2, 1) == ''", "fails"),
    "substring from before the start": ("'ab'.substring(-1, 1) == ''", "fails"),
    "substring counts characters": ("'añ🙂b'.substring(1, 3) == 'ñ🙂'", "true"),
    "size counts characters": ("'añ🙂b'.size() == 4", "true"),
    "a difference of sizes": ("'abc'.size() - 1 == 2 && 'abc'.substring(0, 'abc'.size() - 1) == 'ab'", "true"),
    "a difference beyond 64 bits": ("-9223372036854775807 - 2 == 0", "fails"),
    "a sum beyond 64 bits": ("9223372036854775807 + 1 == 0", "fails"),
    "a difference of what is no integer": ("dyn(1) - dyn('a') == 0", "fails"),
    "the size of a string of the pod": ("object.spec.containers[0].image.size() == 5", "true"),
    "a size on the right": ("5 >= object.spec.containers[0].image.size()", "true"),
    "a size that is too small": ("object.spec.containers[0].image.size() > 5", "false"),
    "a size below nothing": ("object.spec.containers[0].image.size() > -1", "true"),
    "split of nothing": ("''.split(',').size() == 1", "true"),
}


def _policy(number: int, expression: str) -> list[dict[str, Any]]:
    name = f"p{number}"
    api = "admissionregistration.k8s.io/v1"
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    spec = {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": [rule]},
        "validations": [{"expression": expression, "message": "false"}],
    }
    binding = {"policyName": name, "validationActions": ["Deny"]}
    return [
        {"apiVersion": api, "kind": "ValidatingAdmissionPolicy", "metadata": {"name": name}, "spec": spec},
        {"apiVersion": api, "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": name}, "spec": binding},
    ]


def _of_engine(expressions: list[str]) -> tuple[list[dict[str, Any]], list[list[str]]]:
    """The pods as the API server has them, and for each the outcome of each expression."""
    documents = [document for number, text in enumerate(expressions) for document in _policy(number, text)]
    pods = [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec} for spec in PODS]
    _, normal, answer = ask_vap(
        {"op": "load", "documents": documents, "kubernetes": OLDEST},
        {"op": "normalize", "pods": pods},
        {"op": "review", "pods": pods},
    )
    outcomes = []
    for result in answer["results"]:
        found = {finding["policy"]: finding["message"] for finding in result["findings"]}
        kinds = {policy: "false" if message == "false" else "fails" for policy, message in found.items()}
        outcomes.append([kinds.get(f"p{number}", "true") for number in range(len(expressions))])
    return [each["pod"] for each in normal["results"]], outcomes


def _of_model(expression: str, pod: dict[str, Any]) -> str:
    result = Evaluator(names("CREATE"), {}).result(read(expression))
    roots = {"pod": pod, "request": {}, "namespace": {}}
    true, false = (holds(term, roots) for term in result.truth)
    assert not (true and false)
    assert holds(result.fails, roots) is not (true or false)
    return "true" if true else "false" if false else "fails"


def _understood(expression: str) -> bool:
    try:
        Evaluator(names("CREATE"), {}).result(read(expression))
    except NotUnderstoodError:
        return False
    return True


def test_what_is_known_of_cel_go() -> None:
    expressions = [expression for expression, _ in KNOWN.values()]
    pods, outcomes = _of_engine(expressions)
    wanted = [outcome for _, outcome in KNOWN.values()]
    assert outcomes[0] == wanted
    assert [_of_model(expression, pods[0]) for expression in expressions] == wanted


@pytest.mark.parametrize("seed", [1, 2])
def test_drawn_expressions(seed: int) -> None:
    drawn = Drawn(seed)
    expressions = [f"({text}) && true" for text in dict.fromkeys(drawn.condition() for _ in range(COUNT))]
    understood = [expression for expression in expressions if _understood(expression)]
    assert len(understood) > len(expressions) / 2
    pods, outcomes = _of_engine(understood)
    differ = [
        (expression, number, outcome, ours)
        for number, (pod, row) in enumerate(zip(pods, outcomes, strict=True))
        for expression, outcome in zip(understood, row, strict=True)
        if (ours := _of_model(expression, pod)) != outcome
    ]
    assert not differ
    assert {outcome for row in outcomes for outcome in row} == {"true", "false", "fails"}
