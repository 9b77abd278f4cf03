"""Manifests become the pods that a webhook would see."""

from __future__ import annotations

from copy import deepcopy

import pytest

import pscc
from pscc.base.source import SourceFile
from pscc.diagnostics import Report
from pscc.pod.manifests import read_manifests
from pscc.pod.normalising import normalise


def test_the_token_volume_is_added_unless_declined() -> None:
    pod = {"spec": {"containers": [{"name": "main"}]}}
    assert "kube-api-access-pscc" in str(normalise(pod))
    assert "volumes" not in normalise({"spec": {**pod["spec"], "automountServiceAccountToken": False}})["spec"]  # type: ignore[operator]
    assert pod == {"spec": {"containers": [{"name": "main"}]}}


def test_host_ports_and_sources_are_filled_in() -> None:
    spec = {
        "hostNetwork": True,
        "automountServiceAccountToken": False,
        "volumes": [{"name": "v", "emptyDir": None}],
        "containers": [{"name": "main", "ports": [{"containerPort": 80, "hostPort": 0}]}],
    }
    changed = normalise({"spec": spec})["spec"]
    assert changed["volumes"] == [{"name": "v", "emptyDir": {}}]  # type: ignore[index]
    assert changed["containers"][0]["ports"] == [{"containerPort": 80, "hostPort": 80}]  # type: ignore[index]


def test_workloads_and_lists_are_opened_and_misspellings_told() -> None:
    text = """\
kind: List
items:
- kind: CronJob
  metadata: {name: nightly, namespace: team}
  spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: c, commacd: [a]}]}}}}}
- kind: Service
  metadata: {name: s}
"""
    report = Report()
    (manifest,) = read_manifests(SourceFile("a.yaml", text), report)
    assert (manifest.kind, manifest.namespace, manifest.name) == ("CronJob", "team", "nightly")
    assert [(d.code, d.help) for d in report.diagnostics] == [("POD001", "did you mean `command`?")]


def test_empty_lists_and_maps_are_unset_as_in_the_api_server() -> None:
    container: dict[str, object] = {
        "name": "c",
        "ports": [],
        "volumeMounts": [],
        "securityContext": {"capabilities": {"add": [], "drop": []}, "seLinuxOptions": {}},
    }
    pod: dict[str, object] = {
        "metadata": {"name": "x", "annotations": {}, "labels": {}},
        "spec": {
            "automountServiceAccountToken": False,
            "containers": [container],
            "initContainers": [],
            "nodeSelector": {},
            "securityContext": {"supplementalGroups": [], "sysctls": []},
            "tolerations": [],
            "volumes": [
                {"name": "p", "projected": {"sources": []}},
                {"name": "c", "configMap": {"name": "c", "items": []}},
            ],
        },
    }
    before = deepcopy(pod)
    assert normalise(pod) == {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "x"},
        "spec": {
            "automountServiceAccountToken": False,
            # an empty struct stays, and so does an empty list that Kubernetes always writes
            "containers": [{"name": "c", "securityContext": {"capabilities": {}, "seLinuxOptions": {}}}],
            "securityContext": {},
            "serviceAccountName": "default",
            "volumes": [{"name": "p", "projected": {"sources": []}}, {"name": "c", "configMap": {"name": "c"}}],
        },
    }
    assert pod == before
    assert normalise({"spec": {"containers": []}})["spec"] == {
        "containers": [],
        "securityContext": {},
        "serviceAccountName": "default",
    }


@pytest.mark.parametrize(
    ("statement", "allowed", "groups"), [("deny", False, [5]), ("require", True, [5]), ("allow", True, [5])]
)
def test_a_default_is_set_where_a_list_is_empty(statement: str, allowed: bool, groups: list[int]) -> None:
    text = f"policy p {{\n default supplementalGroups 5\n {statement} supplementalGroups 5\n}}\n"
    pod = {"spec": {"securityContext": {"supplementalGroups": []}, "containers": [{"name": "c", "image": "i"}]}}
    (judgement,) = pscc.evaluate(pscc.load(SourceFile("p.psp", text)), pod).judgements
    assert judgement.allowed is allowed
    assert judgement.pod["spec"]["securityContext"] == {"supplementalGroups": groups}  # type: ignore[index]
