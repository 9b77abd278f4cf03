"""An update of a workload that changes its service account alone: judged, where it matters which account it is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from conformance import set_engines
from conformance.clusters import Cluster, Requester
from conformance.jsonl import Process
from conformance.sets import Asked
from conformance.workloads import workload
from pscc.driver import packaged
from pscc.output.contents import Output
from pscc.output.options import Options
from pscc.targets.registry import target_named
from support.engines import run
from support.targets import Json, ask_gatekeeper, program_of_text, resources, whole, written
from support.vap import ask_vap, load

CHOICE = """
policy open { require fsGroup 1-5 }
policy tight { deny hostPID }
choose pod-security-policies {
    open for serviceaccounts team-a/deployer
    tight for users jane
}
"""
EXEMPTION = """
policy old {
    exempt serviceaccounts team-a/deployer because "its volumes belong to the group 2"
    require fsGroup 3-5
}
"""
SOURCES = {"a choice": CHOICE, "an exemption": EXEMPTION}
PAIRS = [("deployer", "deployer"), ("deployer", ""), ("deployer", "other"), ("", ""), ("other", "deployer")]
FINDINGS = [0, 1, 1, 0, 0]
JANE = Requester("jane", ("system:authenticated",), "team-a", "unused")


def with_account(number: int, account: str) -> Json:
    """A workload of the kind with this ``number``, whose pods have the file system group 2."""
    spec: Json = {"containers": [{"name": "c", "image": "i"}], "securityContext": {"fsGroup": 2}}
    spec |= {"serviceAccountName": account} if account else {}
    return workload(number, whole({"metadata": {"name": "p", "namespace": "team-a"}, "spec": spec}))


def changes(number: int) -> tuple[list[Json], list[Json]]:
    """The workloads as they were, and as they are to be."""
    before, after = ([with_account(number, pair[at]) for pair in PAIRS] for at in (0, 1))
    return before, after


def output_of(target: str, source: str, options: Options | None = None) -> Output:
    return packaged(target_named(target), program_of_text(SOURCES[source]), options or Options())


@pytest.mark.parametrize("number", [0, 5])
@pytest.mark.parametrize("source", SOURCES)
def test_the_api_server(source: str, number: int) -> None:
    before, after = changes(number)
    user = {"name": JANE.user, "groups": list(JANE.groups)}
    review: Json = {"op": "review", "operation": "UPDATE", "pods": after, "oldPods": before, "mutate": True}
    _, answer = ask_vap(load(output_of("vap", source)), {**review, "namespace": "team-a", "user": user})
    assert [len(result["findings"]) for result in answer["results"]] == FINDINGS


@pytest.mark.parametrize("number", [0, 5])
@pytest.mark.parametrize("engine", ["rego", "cel"])
@pytest.mark.parametrize("source", SOURCES)
def test_gatekeeper(source: str, engine: str, number: int) -> None:
    before, after = changes(number)
    output = output_of("gatekeeper", source, Options(engine="cel" if engine == "cel" else "rego"))
    review: Json = {"op": "review", "operation": "UPDATE", "pods": after, "oldPods": before, "mutate": True}
    loaded, answer = ask_gatekeeper({"op": "load", "documents": resources(output)}, review)
    assert loaded.get("ok")
    assert [len(result["violations"]) for result in answer["results"]] == FINDINGS


@pytest.mark.parametrize("number", [0, 5])
@pytest.mark.parametrize("source", SOURCES)
def test_opa(source: str, number: int, tmp_path: Path) -> None:
    folder = written(output_of("opa", source), tmp_path / "policy")
    counts = []
    for old, new in zip(*changes(number), strict=True):
        request = {"request": {"operation": "UPDATE", "namespace": "team-a", "object": new, "oldObject": old}}
        asked = tmp_path / "input.json"
        asked.write_text(json.dumps(request), encoding="utf-8")
        done = run("opa", "eval", "--format", "raw", "-d", folder, "-i", asked, "count(data.main.warn)")
        counts.append(int(done.stdout))
    assert counts == FINDINGS


@pytest.mark.parametrize("source", SOURCES)
def test_kyvernos_webhooks(source: str) -> None:
    output = output_of("kyverno-cel", source)
    counts = []
    with Process("kyverno-review") as process:
        for before, after in zip(*changes(0), strict=True):
            asked = Asked(Cluster((), (), ()), None, JANE, (after,))
            (answer,) = set_engines.kyverno_webhooks(process, [before])(output, asked)
            counts.append(len(answer.messages))
    assert counts == FINDINGS


@pytest.mark.parametrize(("source", "name"), [("a choice", "pod-security-policies-workloads"), ("an exemption", "old")])
def test_kyvernos_command_line(source: str, name: str, tmp_path: Path) -> None:
    policy = written(output_of("kyverno", source), tmp_path / "out") / f"policies/{name}.yaml"
    before, after = (
        [{**one, "metadata": {**one["metadata"], "name": f"w{at}"}} for at, one in enumerate(given)]
        for given in changes(0)
    )
    values = {"request.operation": "UPDATE"}
    rows = [{"name": f"w{at}", "values": {**values, "request.oldObject": old}} for at, old in enumerate(before)]
    named = {"policies": [{"name": name, "resources": rows}]}
    (tmp_path / "new.yaml").write_text(yaml.safe_dump_all(after))
    (tmp_path / "values.yaml").write_text(
        yaml.safe_dump({"apiVersion": "cli.kyverno.io/v1alpha1", "kind": "Values", **named})
    )
    files = ("--resource", tmp_path / "new.yaml", "--values-file", tmp_path / "values.yaml")
    done = run("kyverno", "apply", policy, *files)
    failed = set(re.findall(r"/w(\d) failed", done.stdout))
    assert [int(str(at) in failed) for at in range(len(PAIRS))] == FINDINGS, done.stdout
