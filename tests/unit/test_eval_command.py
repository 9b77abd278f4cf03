"""What ``pscc eval`` says of pods: its table, its objects, its counts and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.commands import ADMITTED, DENIED, GOOD, run

KEYS = [
    *("file", "line", "kind", "namespace", "name", "template", "policy", "mode", "allowed", "verdict", "reasons"),
    *("psp", "differs", "defaulted", "refused"),
]


def test_eval_gives_one_object_a_line_with_the_promised_keys() -> None:
    done = run("eval", GOOD, "-f", DENIED, "-f", ADMITTED, "--format", "json")
    assert done.exit_code == 1
    denied, admitted = (json.loads(line) for line in done.stdout.splitlines())
    assert list(denied) == list(admitted) == KEYS
    assert (denied["allowed"], admitted["allowed"], admitted["reasons"]) == (False, True, [])
    (reason,) = denied["reasons"]
    assert list(reason) == ["control", "path", "value", "message", "because", "source"]
    assert (reason["control"], reason["value"]) == ("hostPorts", 9000)
    (changed,) = run("eval", GOOD, "-f", ADMITTED, "--format", "json", "--changed").stdout.splitlines()
    assert list(json.loads(changed)) == [*KEYS, "pod"]


def test_eval_shows_a_table() -> None:
    done = run("eval", GOOD, "-f", DENIED, "-f", ADMITTED)
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["VERDICT", "KIND", "NAMESPACE", "NAME", "POLICY", "FILE"]
    assert lines[1].split() == ["DENIED", "Pod", "-", "kubia-hostport", "default", f"{DENIED}:1"]
    assert lines[2].strip() == "container kubia: hostPort is 9000, allowed: 10000-11000, 13000-14000"
    assert lines[3].strip() == f"spec.containers[0].ports[0].hostPort, by {GOOD}:11:2"
    assert lines[4].split()[0] == "allowed"
    assert done.stderr.endswith("1 of 2 pods denied\n")
    assert "readOnlyRootFilesystem: true" in run("eval", GOOD, "-f", ADMITTED, "--changed").stdout


SCOPED = """policy shops {
    in namespaces shop
    exempt users root because "they mend the nodes"
    deny hostPID
}

policy edges {
    in namespaces tier=edge
    deny hostIPC
}

policy spaces {
    except namespaces infra
    deny hostPID
}
"""
PODS = """apiVersion: v1
kind: Pod
metadata: {name: bad, namespace: shop}
spec: {hostPID: true, containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: good, namespace: shop}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: free, namespace: infra}
spec: {hostPID: true, containers: [{name: c, image: i}]}
"""


@pytest.fixture
def scoped(tmp_path: Path) -> list[str]:
    (tmp_path / "scoped.psp").write_text(SCOPED)
    (tmp_path / "pods.yaml").write_text(PODS)
    return [str(tmp_path / "scoped.psp"), "-f", str(tmp_path / "pods.yaml")]


def test_eval_counts_pods_and_names_those_that_no_policy_judges(scoped: list[str]) -> None:
    done = run("eval", *scoped)
    assert (done.exit_code, done.stdout.count("DENIED")) == (1, 2)
    assert "unjudged  Pod   infra      free  -       " in done.stdout
    assert "shops: not in namespace infra; edges: goes by labels" in done.stdout
    assert done.stderr.endswith("1 of 3 pods denied\n1 judged by no policy: infra/free\n")


def test_eval_gives_an_object_for_a_pod_that_no_policy_judges(scoped: list[str]) -> None:
    done = run("eval", *scoped, "--format", "json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["name"], row["policy"]) for row in rows] == [
        ("bad", "shops"), ("bad", "spaces"), ("good", "shops"), ("good", "spaces"), ("free", None)
    ]  # fmt: skip
    (free,) = rows[4:]
    assert (free["allowed"], free["reasons"], free["mode"], free["verdict"]) == (True, [], None, "unjudged")
    assert list(free) == [*KEYS, "message"]


MODES = """policy modes {
    deny hostIPC
    warn deny hostPID
    audit deny privileged
}
"""


@pytest.mark.parametrize(
    ("spec", "verdicts", "count", "status"),
    [
        ("hostPID: true", ["allowed", "warned", "allowed"], "0 of 1 pods denied, 1 warned of", 0),
        ("hostIPC: true, hostPID: true", ["denied", "warned", "allowed"], "1 of 1 pods denied", 1),
        ("hostIPC: false", ["allowed", "allowed", "allowed"], "0 of 1 pods denied", 0),
    ],
)
def test_eval_denies_what_is_enforced_alone(
    spec: str, verdicts: list[str], count: str, status: int, tmp_path: Path
) -> None:
    (tmp_path / "p.psp").write_text(MODES)
    (tmp_path / "pods.yaml").write_text(PODS.partition("---")[0].replace("hostPID: true", spec))
    arguments = ("eval", str(tmp_path / "p.psp"), "-f", str(tmp_path / "pods.yaml"))
    done = run(*arguments, "--format", "json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["mode"] for row in rows] == ["enforce", "warn", "audit"]
    assert [row["verdict"] for row in rows] == verdicts
    assert [row["allowed"] for row in rows] == [verdict != "denied" for verdict in verdicts]
    assert [bool(row["reasons"]) for row in rows] == [verdict != "allowed" for verdict in verdicts]
    table = run(*arguments)
    assert [line.split()[0].lower() for line in table.stdout.splitlines() if " Pod " in line] == verdicts
    assert table.stderr.endswith(f"{count}\n")
    assert (done.exit_code, table.exit_code) == (status, status)


@pytest.mark.parametrize(
    ("mode", "verdict", "count"), [("warn", "WARNED", "1 warned of"), ("audit", "AUDITED", "1 audited")]
)
def test_a_choice_that_does_not_enforce_denies_nothing(mode: str, verdict: str, count: str, tmp_path: Path) -> None:
    (tmp_path / "p.psp").write_text(f"{REASONED}choose {mode} {{\n    reasoned for everyone\n}}\n")
    (tmp_path / "pods.yaml").write_text(PODS.partition("---")[0])
    arguments = ("eval", str(tmp_path / "p.psp"), "-f", str(tmp_path / "pods.yaml"))
    done = run(*arguments)
    assert (done.exit_code, done.stdout.splitlines()[1].split()[0]) == (0, verdict)
    assert "reasoned: pod: hostPID must not be true" in done.stdout
    assert done.stderr.endswith(f"0 of 1 pods denied, {count}\n")
    (row,) = [json.loads(line) for line in run(*arguments, "--format", "json").stdout.splitlines()]
    assert (row["mode"], row["allowed"], row["verdict"], row["policy"]) == (mode, True, verdict.lower(), "")


REASONED = """policy reasoned {
    deny hostPID because "ask #platform"
    deny hostIPC
}
"""


def test_eval_and_diff_show_the_reason_that_the_author_gives(tmp_path: Path) -> None:
    source, none, pods = (str(tmp_path / name) for name in ("p.psp", "none.psp", "pods.yaml"))
    Path(source).write_text(REASONED)
    Path(none).write_text("policy none {\n    deny hostIPC\n}\n")
    Path(pods).write_text(PODS.partition("---")[0].replace("hostPID: true", "hostPID: true, hostIPC: true"))
    said = "hostPID must not be true (ask #platform)\n"
    shown = run("eval", source, "-f", pods).stdout
    assert said in shown and "hostIPC must not be true\n" in shown
    row = json.loads(run("eval", source, "-f", pods, "--format", "json").stdout)
    assert [reason["because"] for reason in row["reasons"]] == ["ask #platform", ""]
    assert said.rstrip() in run("diff", source, none).stdout
    (looser,) = json.loads(run("diff", source, none, "--format", "json").stdout)["looser"]
    assert [reason["because"] for reason in looser["reasons"]] == ["ask #platform"]


def test_a_choice_shows_the_reason_that_the_author_gives(tmp_path: Path) -> None:
    (tmp_path / "p.psp").write_text(f"{REASONED}choose {{\n    reasoned for everyone\n}}\n")
    (tmp_path / "pods.yaml").write_text(PODS.partition("---")[0])
    done = run("eval", str(tmp_path / "p.psp"), "-f", str(tmp_path / "pods.yaml"))
    assert "reasoned: pod: hostPID must not be true (ask #platform)\n" in done.stdout


def test_eval_says_who_is_exempt(tmp_path: Path) -> None:
    (tmp_path / "p.psp").write_text(SCOPED.partition("policy edges")[0])
    (tmp_path / "pods.yaml").write_text(PODS.partition("---")[0])
    done = run("eval", str(tmp_path / "p.psp"), "-f", str(tmp_path / "pods.yaml"), "--as", "root")
    assert done.exit_code == 0
    assert "shops: exempt (they mend the nodes)" in done.stdout
    assert done.stderr.endswith("0 of 1 pods denied\n1 judged by no policy: shop/bad\n")


def test_eval_reads_stdin_once() -> None:
    assert run("eval", GOOD, "-f", "-", stdin=Path(ADMITTED).read_bytes()).exit_code == 0
    assert run("eval", "-", "-f", DENIED, stdin=Path(GOOD).read_bytes()).exit_code == 1
    assert run("eval", "-", "-f", "-").exit_code == 2


def test_eval_says_when_there_is_nothing_to_judge(tmp_path: Path) -> None:
    (tmp_path / "service.yaml").write_text("apiVersion: v1\nkind: Service\n")
    (tmp_path / "deployment.yaml").write_text(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {}\n"
    )
    done = run("eval", GOOD, "-f", str(tmp_path / "service.yaml"), "-f", str(tmp_path / "deployment.yaml"))
    assert (done.exit_code, done.stdout) == (1, "")
    assert "POD003" in done.stderr and "POD002" in done.stderr


def test_eval_judges_nothing_when_a_file_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text("kind: [\n")
    done = run("eval", GOOD, "-f", DENIED, "-f", str(tmp_path / "pod.yaml"), "--format", "json")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "YML001" in done.stderr
