"""Manifests become the pods that a webhook would see."""

from __future__ import annotations

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
