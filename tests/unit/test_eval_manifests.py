"""``pscc eval`` judges what has a pod, names what has none, and does not take a pod's word for who made it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from click.testing import CliRunner, Result

import pscc
from pscc.base.source import SourceFile
from pscc.cli import main

Json = dict[str, Any]
POLICY = "policy tight {\n    deny privileged\n    warn deny hostPID\n}\n"
GOOD: Json = {"containers": [{"name": "c", "image": "i"}]}
BAD: Json = {"containers": [{"name": "c", "image": "i", "securityContext": {"privileged": True}}]}


def thing(kind: str, name: str, **fields: Any) -> Json:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, **fields.pop("metadata", {})}, **fields}


def evaluated(tmp_path: Path, *objects: Json, arguments: tuple[str, ...] = (), policy: str = POLICY) -> Result:
    (tmp_path / "p.psp").write_text(policy)
    (tmp_path / "m.yaml").write_text(yaml.safe_dump_all(objects))
    return CliRunner().invoke(main, ["eval", str(tmp_path / "p.psp"), "-f", str(tmp_path / "m.yaml"), *arguments])


def rows(done: Result) -> list[Json]:
    return [json.loads(line) for line in done.stdout.splitlines()]


# --- what is judged ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("unknown", "templates"),
    [
        (thing("Rollout", "r", spec={"template": {"spec": BAD}}), ["spec.template"]),
        (thing("Deploymnet", "r", spec={"template": {"spec": BAD}}), ["spec.template"]),
        (thing("Pdo", "r", spec=BAD), [""]),
        (thing("Service", "knative", spec={"template": {"metadata": {}, "spec": BAD}}), ["spec.template"]),
        (thing("JobSet", "s", spec={"jobs": [{"template": {"spec": {"template": {"spec": BAD}}}}]}),
         ["spec.jobs[0].template.spec.template"]),
        (thing("RayCluster", "s", spec={"head": {"template": {"spec": BAD}}, "workers": [{"template": {"spec": BAD}}]}),
         ["spec.head.template", "spec.workers[0].template"]),
    ],
)  # fmt: skip
def test_a_pod_in_any_kind_is_judged(unknown: Json, templates: list[str], tmp_path: Path) -> None:
    done = evaluated(tmp_path, thing("Pod", "fine", spec=GOOD), unknown, arguments=("--format", "json"))
    judged = [(row["kind"], row["template"], row["verdict"]) for row in rows(done) if row["mode"] == "enforce"]
    assert judged == [("Pod", "", "allowed"), *((unknown["kind"], template, "denied") for template in templates)]
    assert done.exit_code == 1
    assert f"note[POD004]: {unknown['kind']} is none of Kubernetes' workloads" in done.stderr
    table = evaluated(tmp_path, unknown).stdout
    for template in templates:
        assert not template or f"({template})" in table


def test_metadata_and_status_are_no_pods(tmp_path: Path) -> None:
    done = evaluated(tmp_path, thing("Robot", "r", metadata={"spec": BAD}, status={"template": {"spec": BAD}}))
    assert (done.exit_code, done.stdout) == (1, "")


def test_what_has_no_pod_is_counted_and_named(tmp_path: Path) -> None:
    others = [thing("Service", "s", metadata={"namespace": "team"}), {"data": {}}, thing("Deployment", "d", spec={})]
    done = evaluated(tmp_path, thing("Pod", "p", spec=GOOD), *others, *(thing("Secret", f"s{n}") for n in range(9)))
    assert done.exit_code == 0
    names = "Service team/s, an object without a kind, Deployment d, Secret s0"
    assert f"12 objects have no pod to judge: {names}" in done.stderr
    assert "Secret s6 and 2 more\n" in done.stderr
    assert "objects" not in evaluated(tmp_path, thing("Pod", "p", spec=GOOD), thing("Namespace", "n")).stderr


@pytest.mark.parametrize(
    "objects", [[], [thing("Service", "s")], [thing("Namespace", "n")], [thing("PodList", "l", items=None)]]
)
@pytest.mark.parametrize("fmt", ["text", "json", "github", "sarif", "junit"])
def test_nothing_judged_is_no_success(objects: list[Json], fmt: str, tmp_path: Path) -> None:
    done = evaluated(tmp_path, *objects, arguments=("--format", fmt))
    assert done.exit_code == 1
    assert "there is no pod to judge" in done.stderr
    manifests = [SourceFile(f"{n}.yaml", yaml.safe_dump(one)) for n, one in enumerate(objects)]
    assert not pscc.evaluate(pscc.load(SourceFile("p.psp", POLICY)), *manifests).allowed


def test_the_files_of_a_folder_are_judged(tmp_path: Path) -> None:
    (tmp_path / "p.psp").write_text(POLICY)
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    for number, name in enumerate(("a.yaml", "deep/b.json", "deep/c.yml", "policy.psp", "README.md")):
        (tmp_path / "folder" / name).write_text(json.dumps(thing("Pod", f"p{number}", spec=GOOD)))
    done = CliRunner().invoke(
        main, ["eval", str(tmp_path / "p.psp"), "-f", str(tmp_path / "folder"), "--format", "json"]
    )
    assert [row["name"] for row in rows(done) if row["mode"] == "enforce"] == ["p0", "p1", "p2"]


def test_all_errors_of_all_files_are_reported(tmp_path: Path) -> None:
    (tmp_path / "p.psp").write_text(POLICY)
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("kind: Pod\nspec: {containers: [], containers: []}\n")
    done = CliRunner().invoke(main, ["eval", str(tmp_path / "p.psp"), "-f", str(tmp_path)])
    assert (done.exit_code, done.stdout, done.stderr.count("YML004")) == (1, "", 2)


# --- namespaces -------------------------------------------------------------------

EDGE = "policy edge {\n    in namespaces tier=edge\n    deny privileged\n}\n"


@pytest.mark.parametrize(
    ("labels", "arguments", "verdict", "why"),
    [
        (None, (), "unjudged", "which are not known here"),
        ({"tier": "edge"}, (), "denied", ""),
        ({"tier": "core"}, (), "unjudged", "which has other labels"),
        ({}, (), "unjudged", "which has other labels"),
        (None, ("--namespace-label", "tier=edge"), "denied", ""),
        ({"tier": "core"}, ("--namespace-label", "tier=edge"), "denied", ""),
        ({"tier": "edge"}, ("--namespace-label", "a=b", "--namespace-label", "c=d=e"), "denied", ""),
    ],
)
def test_namespaces_have_their_labels(
    labels: Json | None, arguments: tuple[str, ...], verdict: str, why: str, tmp_path: Path
) -> None:
    pod = thing("Pod", "p", metadata={"namespace": "team"}, spec=BAD)
    namespaces = [] if labels is None else [thing("Namespace", "team", metadata={"labels": labels})]
    namespaces += [thing("Namespace", "other", metadata={"labels": {"tier": "edge"}})]
    done = evaluated(tmp_path, pod, *namespaces, policy=EDGE, arguments=(*arguments, "--format", "json"))
    (row,) = rows(done)
    assert (row["verdict"], why in row.get("message", "")) == (verdict, True)
    told = "the labels of team are not known, so that edge judged no pod there"
    assert (told in done.stderr) == ("not known" in why)


def test_a_policy_beside_others_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    elsewhere = EDGE.replace("policy edge", "policy far").replace("    deny", "    except namespaces d*\n    deny")
    policy = POLICY + EDGE + elsewhere
    done = evaluated(tmp_path, thing("Pod", "p", spec=GOOD), policy=policy)
    assert done.exit_code == 0
    assert "warning[POD007]: the labels of default are not known, so that edge judged no pod there" in done.stderr
    loaded = pscc.load(SourceFile("p.psp", policy))
    assert [d.code for d in pscc.evaluate(loaded, thing("Pod", "p", spec=GOOD)).diagnostics] == ["POD007"]


def test_a_label_has_a_key_and_a_value(tmp_path: Path) -> None:
    done = evaluated(tmp_path, thing("Pod", "p", spec=GOOD), arguments=("--namespace-label", "edge"))
    assert (done.exit_code, "write KEY=VALUE" in done.stderr) == (2, True)


BY_NAME = EDGE.replace("tier=edge", "kubernetes.io/metadata.name=team")
BUT_FOR_TEAM = BY_NAME.replace("in namespaces", "except namespaces")


@pytest.mark.parametrize("arguments", [(), ("--namespace-label", "tier=core")])
@pytest.mark.parametrize("namespaces", [(), (thing("Namespace", "team"),)])
@pytest.mark.parametrize(("policy", "denied"), [(BY_NAME, "team"), (BUT_FOR_TEAM, "other")])
def test_every_namespace_has_its_name_as_a_label(
    policy: str, denied: str, namespaces: tuple[Json, ...], arguments: tuple[str, ...], tmp_path: Path
) -> None:
    pods = [thing("Pod", "p", metadata={"namespace": name}, spec=BAD) for name in ("team", "other")]
    done = evaluated(tmp_path, *pods, *namespaces, policy=policy, arguments=(*arguments, "--format", "json"))
    verdicts = {row["namespace"]: row["verdict"] for row in rows(done)}
    assert verdicts == {"team": "unjudged", "other": "unjudged"} | {denied: "denied"}
    assert done.exit_code == 1 and "POD007" not in done.stderr
    loaded = pscc.load(SourceFile("p.psp", policy))
    assert [pscc.evaluate(loaded, pod).allowed for pod in pods] == [verdicts[n] != "denied" for n in verdicts]


def test_the_name_of_a_namespace_is_not_given_as_a_label(tmp_path: Path) -> None:
    given = ("--namespace-label", "kubernetes.io/metadata.name=team")
    done = evaluated(tmp_path, thing("Pod", "p", spec=GOOD), arguments=given)
    assert (done.exit_code, "write `-n NAME` instead" in done.stderr) == (2, True)


def test_a_namespace_that_readers_take_in_different_ways_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p.psp").write_text(EDGE)
    (tmp_path / "m.yaml").write_text("kind: Namespace\nmetadata: {name: a, labels: {tier: core, tier: edge}}\n")
    done = CliRunner().invoke(main, ["eval", str(tmp_path / "p.psp"), "-f", str(tmp_path / "m.yaml")])
    assert (done.exit_code, "YML004" in done.stderr) == (1, True)


def test_the_api_takes_labels() -> None:
    loaded = pscc.load(SourceFile("p.psp", EDGE))
    pod = thing("Pod", "p", spec=BAD)
    assert pscc.evaluate(loaded, pod).allowed
    assert not pscc.evaluate(loaded, pod, namespace_labels={"tier": "edge"}).allowed
    assert not pscc.evaluate(loaded, pod, thing("Namespace", "default", metadata={"labels": {"tier": "edge"}})).allowed


# --- who asks ---------------------------------------------------------------------

CHOICE = """policy wide {
    deny hostIPC
}
policy narrow {
    deny privileged
}
choose {
    wide for groups system:nodes
    wide for users system:serviceaccount:kube-system:replicaset-controller, admin
    wide for serviceaccounts default/default
    narrow for everyone
}
"""
MIRROR = {"annotations": {"kubernetes.io/config.mirror": "x"}, "namespace": "default"}
OWNED = {
    "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "r", "uid": "u", "controller": True}]
}


@pytest.mark.parametrize(
    ("manifest", "user", "policy"),
    [
        (thing("Pod", "p", metadata={"namespace": "t", **OWNED}, spec=BAD), "", "wide"),
        (thing("Pod", "p", metadata={"namespace": "t", **OWNED}, spec=BAD), "mallory", ""),
        (thing("Pod", "p", metadata={"namespace": "t", **OWNED}, spec=BAD), "admin", "wide"),
        (thing("Pod", "p", metadata=MIRROR, spec=BAD), "", "wide"),
        # a mirror has no service account, so that of the namespace gives it nothing
        (thing("Pod", "p", metadata=MIRROR, spec=BAD), "mallory", ""),
        (thing("Pod", "p", metadata={"namespace": "default"}, spec=BAD), "mallory", "wide"),
        # a controller asks for the pods of its workload, whoever applies it
        (thing("Deployment", "d", metadata={"namespace": "t"}, spec={"template": {"spec": BAD}}), "mallory", "wide"),
        # and it is no node, whatever its template claims
        (thing("Job", "j", metadata={"namespace": "t"}, spec={"template": {"metadata": MIRROR, "spec": BAD}}), "", ""),
        # nobody knows who asks for the pods of another kind: not the one who applies it
        (thing("Rollout", "r", metadata={"namespace": "t"}, spec={"template": {"spec": BAD}}), "admin", ""),
        (thing("Rollout", "r", metadata={"namespace": "t"}, spec={"template": {"metadata": MIRROR, "spec": BAD}}), "", ""),
        (thing("Rollout", "r", spec={"template": {"spec": BAD}}), "", "wide"),
    ],
)  # fmt: skip
def test_as_wins_over_what_a_pod_claims(manifest: Json, user: str, policy: str, tmp_path: Path) -> None:
    arguments = ("--format", "json", *(("--as", user) if user else ()))
    (row,) = rows(evaluated(tmp_path, manifest, policy=CHOICE, arguments=arguments))
    assert row["policy"] == policy


# --- formats ----------------------------------------------------------------------

THREE = [
    thing("Pod", "bad\x07", metadata={"namespace": "a"}, spec=BAD),
    thing("Deployment", "warned", spec={"template": {"spec": {**GOOD, "hostPID": True}}}),
    thing("Pod", "free", metadata={"namespace": "b"}, spec=GOOD),
]
SCOPED = "policy scoped {\n    except namespaces b\n    deny privileged\n    warn deny hostPID\n}\n"


def test_the_table_has_the_file_and_the_line(tmp_path: Path) -> None:
    lines = evaluated(tmp_path, *THREE[:2]).stdout.splitlines()
    assert lines[0].split()[-1] == "FILE"
    assert [line.split()[-1] for line in lines if "m.yaml:" in line and "Pod" in line] == [f"{tmp_path}/m.yaml:1"] * 2
    assert any(line.split()[-1] == f"{tmp_path}/m.yaml:13" for line in lines)


def test_github_annotates_what_is_objected_to(tmp_path: Path) -> None:
    done = evaluated(tmp_path, *THREE, policy=SCOPED, arguments=("--format", "github"))
    place = f"file={tmp_path}/m.yaml,"
    kinds = [(line.split()[0], line.split(",")[1], "privileged" in line) for line in done.stdout.splitlines()]
    assert kinds == [("::error", "line=1", True), ("::warning", "line=13", False), ("::notice", "line=25", False)]
    assert done.stdout.count(place) == 3


def test_sarif_has_the_same(tmp_path: Path) -> None:
    done = evaluated(tmp_path, *THREE, policy=SCOPED, arguments=("--format", "sarif"))
    (run,) = json.loads(done.stdout)["runs"]
    assert [(result["ruleId"], result["level"]) for result in run["results"]] == [
        ("POD005", "error"), ("POD005", "warning"), ("POD005", "note")
    ]  # fmt: skip
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["POD005"]


def test_junit_has_a_case_for_each_judgement(tmp_path: Path) -> None:
    done = evaluated(tmp_path, *THREE, policy=SCOPED, arguments=("--format", "junit"))
    assert done.exit_code == 1
    root = ElementTree.fromstring(done.stdout)
    (suite,) = root
    assert {key: suite.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "5", "failures": "1", "errors": "0", "skipped": "1"
    }  # fmt: skip
    cases = {(case.get("name"), case.get("line")): [part.tag for part in case] for case in suite}
    assert cases == {
        ("Pod a/bad\ufffd by scoped", "1"): ["failure"],
        ("Pod a/bad\ufffd by scoped-warn", "1"): [],
        ("Deployment warned by scoped", "13"): [],
        ("Deployment warned by scoped-warn", "13"): ["system-out"],
        ("Pod b/free", "25"): ["skipped"],
    }
    (failure,) = suite[0]
    assert "privileged must not be true" in (failure.text or "")
