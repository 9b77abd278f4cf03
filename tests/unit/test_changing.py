"""What an update of a pod can change, and how little of it an output for pods compares."""

from __future__ import annotations

import pytest

from pscc.base.source import SourceFile
from pscc.driver import analyse, compile_program
from pscc.ir.passes import Reads
from pscc.output.options import Options
from pscc.pod.changing import can_change, changeable
from pscc.pod.schema import CONTAINER, POD, SPEC
from support.updates import takes

SOURCE = """policy p {
    deny privileged
    deny hostPID
    deny hostPorts
    require runAsNonRoot true
    allow volumes secret
}
"""
SAME = "variables.allContainers.map(container, container.name) =="


def output(target: str, path: str, options: Options) -> str:
    _, program, _ = analyse(SourceFile("p.psp", SOURCE))
    return {
        file.path: file.text for file in compile_program(program, (target,), options=options).outputs[target].files
    }[path]


@pytest.mark.parametrize(
    ("target", "path", "workloads"),
    [
        ("vap", "policies/p.yaml", "warn"),
        ("kyverno-cel", "policies/p-ephemeral-containers.yaml", "enforce"),
        ("kyverno-cel", "policies/p.yaml", "off"),
    ],
)
def test_an_object_about_pods_compares_the_containers_and_images_once(target: str, path: str, workloads: str) -> None:
    text = output(target, path, Options(workloads=workloads))  # type: ignore[arg-type]
    assert text.count("- name: unchanged\n") == text.count(SAME) == 1
    assert "oldObject.spec.hostPID" not in text and "oldObject.spec.volumes" not in text
    assert text.count("variables.oldContainers.map(") == 2


def test_a_template_of_a_workload_can_change_anywhere() -> None:
    text = output("vap", "policies/p-workloads.yaml", Options())
    assert "variables.oldTemplate.spec.hostPID" in text and "denyPrivilegedUnchanged" in text


@pytest.mark.parametrize(
    ("root", "path", "can"),
    [
        ("pod", ("spec", "hostPID"), False),
        ("pod", ("spec", "volumes"), False),
        ("pod", ("spec", "serviceAccountName"), False),
        ("pod", ("spec", "securityContext", "runAsUser"), False),
        ("pod", ("metadata", "annotations"), True),
        ("pod", ("metadata", "annotations", "a"), True),
        ("pod", ("spec", "tolerations"), True),
        ("pod", ("spec", "containers"), True),
        ("pod", ("spec",), True),
        ("pod", ("spec", "notInTheSchema"), True),
        ("container", ("image",), True),
        ("container", ("resources",), True),
        ("container", ("securityContext", "privileged"), False),
        ("container", (), True),
    ],
)
def test_what_an_update_can_change(root: str, path: tuple[str, ...], can: bool) -> None:
    assert can_change(root, path) is can


def test_of_what_is_read_the_rest_counts() -> None:
    reads = Reads((("spec", "hostPID"), ("metadata", "annotations")), (("image",), ("ports",)), ("a/",), True)
    assert changeable(reads) == Reads((("metadata", "annotations"),), (("image",),), ("a/",), True)


def test_updates_that_reach_a_policy() -> None:
    pod: dict[str, object] = {"spec": {"containers": [{"name": "main", "image": "app:1"}]}}
    other: dict[str, object] = {"spec": {"containers": [{"name": "main", "image": "app:2"}]}}
    debugged: dict[str, object] = {"spec": {**pod["spec"], "ephemeralContainers": [{"name": "debug"}]}}  # type: ignore[dict-item]
    privileged: dict[str, object] = {"spec": {**pod["spec"], "hostPID": True}}  # type: ignore[dict-item]
    assert takes(pod, other) and takes(pod, debugged)
    assert not takes(debugged, pod) and not takes(pod, privileged)


def test_the_schema_has_what_is_named() -> None:
    assert {field.name for field in SPEC.fields if field.changes} == {
        "activeDeadlineSeconds", "affinity", "ephemeralContainers", "nodeSelector", "resources", "schedulingGates",
        "tolerations",
    }  # fmt: skip
    assert {field.name for field in CONTAINER.fields if field.changes} == {"image", "resources"}
    assert not [field.name for field in POD.fields if field.changes]
