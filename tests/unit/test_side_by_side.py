"""A cluster whose PodSecurityPolicies are still active: the annotation of its pods, and how PSP steps aside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from pscc.cli import main
from support.paths import ROOT

EXAMPLES = ROOT / "examples"
DUMP = EXAMPLES / "cluster" / "dump.yaml"
Json = dict[str, Any]


def evaluated(pods: Path, *arguments: str) -> list[Json]:
    done = CliRunner().invoke(main, ["eval", str(DUMP), "-f", str(pods), "--format", "json", *arguments])
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_what_runs_is_compared_with_what_admitted_it() -> None:
    rows = evaluated(EXAMPLES / "side-by-side" / "running.yaml")
    assert [(row["psp"], row["policy"], bool(row["differs"])) for row in rows] == [
        ("restricted", "restricted", False),
        ("privileged", "privileged", False),
        ("privileged", "", True),
    ]
    assert "--as" in rows[2]["differs"]
    rows = evaluated(EXAMPLES / "side-by-side" / "running.yaml", "--as", "root", "--as-group", "system:masters")
    # whoever says who asks does not leave it to the metadata of the pods
    assert [bool(row["differs"]) for row in rows] == [True, False, False]


def test_the_table_counts_those_that_differ() -> None:
    pods = EXAMPLES / "side-by-side" / "running.yaml"
    done = CliRunner().invoke(main, ["eval", str(DUMP), "-f", str(pods)])
    assert "in the cluster it was admitted by PodSecurityPolicy privileged" in done.stdout
    assert "3 carry the annotation kubernetes.io/psp of a cluster's PodSecurityPolicy: 1 differs from it" in done.stderr
    bare = CliRunner().invoke(main, ["eval", str(DUMP), "-f", str(EXAMPLES / "cluster" / "pods.yaml")])
    assert "kubernetes.io/psp" not in bare.stderr


@pytest.mark.parametrize(
    ("pod", "psp", "told"),
    [
        ({}, "eks.privileged", "is not among the policies here"),
        ({"hostPID": True}, "restricted", "refuses it now"),
        ({}, "privileged", "may not use"),
    ],
)
def test_in_what_a_running_pod_differs(pod: Json, psp: str, told: str, tmp_path: Path) -> None:
    metadata = {"name": "p", "namespace": "shop", "annotations": {"kubernetes.io/psp": psp}}
    spec = {"containers": [{"name": "c", "image": "i"}], **pod}
    path = tmp_path / "pod.yaml"
    path.write_text(yaml.safe_dump({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}))
    (row,) = evaluated(path)
    assert told in row["differs"]


def test_one_policy_on_a_pod_that_it_had_admitted(tmp_path: Path) -> None:
    metadata = {"name": "p", "annotations": {"kubernetes.io/psp": "default"}}
    spec = {"hostNetwork": True, "containers": [{"name": "c", "image": "i"}]}
    path = tmp_path / "pod.yaml"
    path.write_text(yaml.safe_dump({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}))
    arguments = ["eval", str(EXAMPLES / "psp-default.yaml"), "-f", str(path), "--format", "json"]
    (row,) = [json.loads(line) for line in CliRunner().invoke(main, arguments).stdout.splitlines()]
    assert (row["allowed"], row["differs"].endswith("which refuses it now")) == (False, True)


def test_a_pod_that_is_only_warned_of_fares_as_it_did(tmp_path: Path) -> None:
    metadata = {"name": "p", "annotations": {"kubernetes.io/psp": "a"}}
    spec = {"hostNetwork": True, "containers": [{"name": "c", "image": "i"}]}
    path, source = tmp_path / "pod.yaml", tmp_path / "a.psp"
    path.write_text(yaml.safe_dump({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}))
    for text in (
        "policy a {\n warn\n deny hostNetwork\n}\n",
        "policy a {\n deny hostNetwork\n}\nchoose warn {\n a for everyone\n}\n",
    ):
        source.write_text(text)
        done = CliRunner().invoke(main, ["eval", str(source), "-f", str(path), "--format", "json"])
        (row,) = [json.loads(line) for line in done.stdout.splitlines()]
        assert (row["verdict"], row["differs"], row["psp"]) == ("warned", "", "a")
