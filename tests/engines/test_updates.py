"""Which updates of a pod that a policy refuses are judged, on every target: those that change what it looks at, or an image."""

from __future__ import annotations

import pytest

from conformance.jsonl import Json
from conformance.targets import TARGETS, output_of
from conformance.targets._base import Request, Target
from pscc.base.source import SourceFile
from pscc.driver import analyse
from pscc.ir import Policy, Program
from pscc.reference import interpreter

SOURCES = {
    "of the pod": "policy p {\n    deny hostPID\n}\n",
    "of containers": "policy p {\n    deny privileged\n}\n",
    "with an exemption": 'policy p {\n    exempt images mesh/* because "it forwards ports"\n    deny privileged\n}\n',
}
RUNNING: Json = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "x", "namespace": "default"},
    "spec": {
        "hostPID": True,
        "containers": [{"name": "main", "image": "app:1", "securityContext": {"privileged": True}}],
    },
}
"""A pod that was there before the policy, which refuses it."""


def changed(**container: object) -> Json:
    spec = RUNNING["spec"]
    return {**RUNNING, "spec": {**spec, "containers": [{**spec["containers"][0], **container}]}}


LABELLED: Json = {**RUNNING, "metadata": {**RUNNING["metadata"], "labels": {"a": "b"}}}
DEBUGGED: Json = {
    **RUNNING,
    "spec": {**RUNNING["spec"], "ephemeralContainers": [{"name": "debug", "image": "shell:1"}]},
}
REQUESTS = [
    Request(RUNNING, RUNNING),
    Request(LABELLED, RUNNING),
    Request(changed(image="app:2"), RUNNING),
    Request(DEBUGGED, RUNNING, debug=True),
]
ADMITTED = [True, True, False, False]


def policy(name: str) -> Policy:
    return analyse(SourceFile("p.psp", SOURCES[name]))[1].policies[0]


@pytest.mark.parametrize("name", SOURCES)
def test_the_interpreter(name: str) -> None:
    found = [interpreter.judge(policy(name), request.pod, request.old_pod).allowed for request in REQUESTS]
    assert found == ADMITTED


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
@pytest.mark.parametrize("name", SOURCES)
def test_every_target(name: str, target: Target) -> None:
    with target.run() as running:
        answers = running.answers(output_of(target.name, Program((policy(name),))), REQUESTS)
    assert [answer.allowed for answer in answers] == ADMITTED
