"""``pscc report``: its facts are the interpreter's and those of ``eval -t``; its exit codes, and the files that it writes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from pscc.cli import main
from pscc.cli._report_formats import FORMATS
from pscc.targets.registry import TARGETS
from support.reports import CLUSTER, OBJECTS, POLICY, Json, pod, reported, run

FREE = "policy free {\n    in namespaces nowhere\n    deny hostPID\n}\n"


def facts(folder: Path, *arguments: str, **given: Any) -> Json:
    made: Json = json.loads(reported(folder, "--format", "json", *arguments, **given).stdout)
    return made


# --- facts ----------------------------------------------------------------------


def test_each_workload_has_an_outcome_and_its_cause(tmp_path: Path) -> None:
    made = facts(tmp_path)
    assert made["summary"] == {
        "workloads": 4, "refused": 1, "changed": 1, "unjudged": 1, "admitted": 1,
        "keeps": ["gatekeeper", "kyverno", "kyverno-cel", "vap"],
    }  # fmt: skip
    by_name = {workload["name"]: workload for workload in made["workloads"]}
    assert {name: workload["outcome"] for name, workload in by_name.items()} == {
        "plain": "changed", "done": "admitted", "bad": "refused", "free": "unjudged"
    }  # fmt: skip
    assert [(o["verdict"], o["control"], o["policy"]) for o in by_name["bad"]["objections"]] == [
        ("denied", "hostPID", "team"), ("warned", "hostIPC", "team-warn")
    ]  # fmt: skip
    (change,) = by_name["plain"]["changes"]
    assert (change["path"], change["before"], change["after"], change["policy"]) == (
        "spec.containers[0].securityContext.runAsGroup", None, 10, "team"
    )  # fmt: skip
    assert "not in namespace infra" in by_name["free"]["message"]
    assert made["without-a-pod"] == ["Service shop/s"]
    (default,) = made["defaults"]
    assert (default["statement"], [w["name"] for w in default["workloads"]]) == ("default runAsGroup 10", ["plain"])


@pytest.mark.parametrize("policy", [POLICY, Path(CLUSTER[0]).read_text(encoding="utf-8")])
@pytest.mark.parametrize("target", TARGETS)
def test_a_target_does_what_eval_says_that_it_does(target: str, policy: str, tmp_path: Path) -> None:
    made = facts(tmp_path, policy=policy) if policy == POLICY else json.loads(run(*CLUSTER, "--format", "json").stdout)
    source = (str(tmp_path / "p.psp"), "-f", str(tmp_path / "m.yaml")) if policy == POLICY else CLUSTER
    asked = ["eval", *source, "--format", "json", "--changed"]
    answers: dict[str, dict[str, tuple[bool, Json]]] = {}
    for name, arguments in (("source", asked), (target, [*asked, "-t", target])):
        rows = [json.loads(line) for line in CliRunner().invoke(main, arguments).stdout.splitlines()]
        names = dict.fromkeys(row["name"] for row in rows)
        answers[name] = {
            each: (
                all(row["allowed"] for row in rows if row["name"] == each),
                next(r["pod"] for r in rows if r["name"] == each),
            )
            for each in names
        }
    here, there = answers["source"], answers[target]
    expected = {
        name: "refused" if here[name][0] else "admitted" for name in here if here[name][0] != there[name][0]
    } | {name: "otherwise" for name in here if here[name][0] and there[name][0] and here[name][1] != there[name][1]}
    told = {w["name"]: each["how"] for w in made["workloads"] for each in w["targets"] if each["target"] == target}
    assert told == expected
    (row,) = [row for row in made["targets"] if row["target"] == target]
    assert row["keeps"] is ("refused" not in expected.values())
    assert [workload["name"] for workload in row["refused"]] == [n for n, how in expected.items() if how == "refused"]


def test_a_target_that_takes_no_such_program_keeps_nothing(tmp_path: Path) -> None:
    exempting = POLICY.replace("    deny hostPID", '    exempt users admin because "break glass"\n    deny hostPID')
    made = facts(tmp_path, "--kubernetes", "1.25", "-t", "vap,opa", policy=exempting)
    vap, opa = made["targets"]
    assert not vap["keeps"] and "1.25 is too old" in vap["verdict"]
    assert opa["verdict"] == "refuses 1 workload that the policies admit"
    assert made["summary"]["keeps"] == []


def test_the_releases_of_the_cluster_count(tmp_path: Path) -> None:
    keeps = [facts(tmp_path, "-t", "vap", "--kubernetes", release)["summary"]["keeps"] for release in ("1.30", "1.37")]
    assert keeps == [[], ["vap"]]


def test_stages_say_what_they_would_show(tmp_path: Path) -> None:
    workloads = {w["name"]: w for w in json.loads(run(*CLUSTER, "--format", "json").stdout)["workloads"]}
    controls = {name: [each["control"] for each in workload["warn"]] for name, workload in workloads.items()}
    assert controls == {"controller": [], "kube-proxy": [], "debug": ["privileged", "hostPID"], "web": []}
    # everyone authenticated may use `restricted`, and nobody asks where running pods are audited
    assert [name for name, workload in workloads.items() if workload["scan"]] == ["debug", "web"]


def test_a_rollout_is_reported_as_it_would_be(tmp_path: Path) -> None:
    assert facts(tmp_path, "--exclude-namespace", "shop")["summary"]["unjudged"] == 4
    assert facts(tmp_path, "--mode", "audit")["summary"]["refused"] == 0
    assert reported(tmp_path, "--only-namespace", "infra").exit_code == 1


def test_what_a_rollout_leaves_out_is_said(tmp_path: Path) -> None:
    assert "SET021" in run(*CLUSTER, "--ignore-group", "system:masters").stderr
    assert "SET027" in run(*CLUSTER, "--ignore-group", "system:mastres").stderr


def test_without_a_choice_every_default_is_set_on_gatekeeper() -> None:
    made = json.loads(run(*CLUSTER, "--ignore-group", "system:masters", "--format", "json").stdout)
    assert made["summary"]["keeps"] == ["gatekeeper", "kyverno", "kyverno-cel", "vap"]


def owned(name: str, owner: str, digest: str = "", **spec: Any) -> Json:
    one = pod(name, **spec)
    kind = "ReplicaSet" if digest else "StatefulSet"
    one["metadata"]["ownerReferences"] = [{"kind": kind, "name": owner, "controller": True}]
    one["metadata"]["labels"] = {"pod-template-hash": digest} if digest else {}
    return one


def test_running_pods_of_one_owner_are_one_workload(tmp_path: Path) -> None:
    token = [{"name": f"kube-api-access-{n}", "projected": {"sources": []}} for n in "abc"]
    pods = (
        *(owned(f"web-1-{n}", "web-1", "1", nodeName=f"n{n}", volumes=[token[n]]) for n in range(3)),
        owned("web-1-bad", "web-1", "1", hostPID=True),
        owned("db-0", "db"),
        pod("alone"),
    )
    made = facts(tmp_path, objects=pods)["workloads"]
    found = [(w["kind"], w["name"], w["pods"], w["outcome"]) for w in made]
    assert found == [
        ("Deployment", "web", 3, "changed"),
        ("Deployment", "web", 1, "refused"),
        ("Pod", "alone", 0, "changed"),
        ("StatefulSet", "db", 1, "changed"),
    ]


def test_pods_that_differ_in_what_a_policy_reads_are_told_apart(tmp_path: Path) -> None:
    policy = 'policy p {\n    exempt images ok/* from privileged because "built here"\n    deny privileged\n}\n'
    containers = [
        [{"name": "c", "image": f"{where}/x", "securityContext": {"privileged": True}}] for where in ("ok", "no")
    ]
    pods = tuple(pod(f"p{number}", containers=each) for number, each in enumerate(containers))
    made = facts(tmp_path, objects=pods, policy=policy)["workloads"]
    assert [workload["outcome"] for workload in made] == ["admitted", "refused"]


def test_findings_show_the_names_of_their_own_pod(tmp_path: Path) -> None:
    names = ("kube-api-access-aaaaa", "kube-api-access-bbbbb")
    pods = tuple(pod(f"p{n}", volumes=[{"name": name, "hostPath": {"path": "/"}}]) for n, name in enumerate(names))
    made = facts(tmp_path, objects=pods, policy="policy p {\n    deny volumes hostPath\n}\n")["workloads"]
    assert [name in each["objections"][0]["message"] for each, name in zip(made, names, strict=True)] == [True, True]


# --- exit codes and files ---------------------------------------------------------


@pytest.mark.parametrize(
    ("objects", "policy", "arguments", "status"),
    [
        (OBJECTS[:2], POLICY, (), 0),
        (OBJECTS[:2], POLICY, ("-t", "opa"), 1),
        (OBJECTS[1:2], POLICY, ("-t", "opa"), 0),
        (OBJECTS, POLICY, (), 1),
        (OBJECTS[3:], POLICY, (), 1),
        (OBJECTS[:1], FREE, (), 1),
    ],
)
@pytest.mark.parametrize("fmt", FORMATS)
def test_exit_codes(
    objects: tuple[Json, ...], policy: str, arguments: tuple[str, ...], status: int, fmt: str, tmp_path: Path
) -> None:
    assert reported(tmp_path, "--format", fmt, *arguments, objects=objects, policy=policy).exit_code == status


@pytest.mark.parametrize("fmt", FORMATS)
def test_nothing_judged_is_no_success_and_writes_nothing(fmt: str, tmp_path: Path) -> None:
    done = reported(tmp_path, "--format", fmt, "-o", str(tmp_path / "out"), objects=OBJECTS[4:])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "there is no pod to judge" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("p.psp", "-f", "gone.yaml"), 2, "'gone.yaml' cannot be read"),
        (("gone.psp", "-f", "m.yaml"), 2, "'gone.psp' cannot be read"),
        (("p.psp", "-f", "m.yaml", "-o", "m.yaml"), 2, "m.yaml is read by this report: name another file"),
        (("p.psp", "-f", "m.yaml", "-o", "no/such/folder"), 2, "'no/such/folder' cannot be written"),
        (("p.psp", "-f", "m.yaml", "-t", "vapp"), 2, "did you mean vap?"),
        (("p.psp", "-f", "m.yaml", "--as-group", "g"), 2, "--as-group needs --as"),
        (("p.psp", "-f", "broken.yaml"), 1, "error[YML"),
        (("broken.psp", "-f", "m.yaml"), 1, "error[LNG"),
        (("p.psp", "-f", "m.yaml", "--only-namespace", "NO NAME"), 2, "is no name of a namespace"),
    ],
)
def test_what_cannot_be_read_or_written(
    arguments: tuple[str, ...], status: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken.yaml").write_text("a: [\n")
    (tmp_path / "broken.psp").write_text("policy p {\n    allow hostPorts http\n}\n")
    reported(tmp_path)
    monkeypatch.chdir(tmp_path)
    before = sorted(path.name for path in tmp_path.iterdir())
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (status, ""), done.stderr
    assert said in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_file_is_written(tmp_path: Path) -> None:
    done = reported(tmp_path, "-o", str(tmp_path / "r.html"))
    assert done.stdout == ""
    assert done.stderr.endswith("4 workloads: 1 refused, 1 admitted once changed, 1 not judged, 1 admitted as it is\n")
    assert (tmp_path / "r.html").read_text(encoding="utf-8") == reported(tmp_path).stdout


@pytest.mark.parametrize("fmt", FORMATS)
def test_the_order_of_files_changes_no_byte_but_their_names(fmt: str, tmp_path: Path) -> None:
    for number, one in enumerate(OBJECTS[:4]):
        (tmp_path / f"{number}.yaml").write_text(yaml.safe_dump(one))
    (tmp_path / "p.psp").write_text(POLICY)
    files = [["-f", str(tmp_path / f"{number}.yaml")] for number in range(4)]
    texts = []
    for order in (files, files[::-1]):
        done = run(str(tmp_path / "p.psp"), *(word for file in order for word in file), "--format", fmt)
        texts.append(re.sub(r"[0-3]\.yaml", "N.yaml", done.stdout))
    assert texts[0] == texts[1] and "N.yaml" in texts[0]
