"""Manifests become the pods that a webhook would see."""

from __future__ import annotations

from pscc.diagnostics import Report
from pscc.pods import normalise, read_manifests
from pscc.source import SourceFile


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


def test_a_null_field_is_dropped_and_a_null_in_a_list_is_an_element() -> None:
    context = {"supplementalGroups": [None, 5], "fsGroup": None}
    spec = {"containers": [{"name": "main", "ports": None}], "securityContext": context, "hostPID": None}
    changed = normalise({"metadata": {"annotations": None}, "spec": {**spec, "automountServiceAccountToken": False}})
    assert changed["metadata"] == {}
    assert changed["spec"] == {
        "containers": [{"name": "main"}],
        "securityContext": {"supplementalGroups": [None, 5]},
        "automountServiceAccountToken": False,
        "serviceAccountName": "default",
    }
