"""``pscc fix``: what it finds, what it writes and what it leaves alone, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from pscc.cli import _shared, main
from support.fix_command import manifest, rows, run
from support.paths import ROOT

POLICY = """policy team {
    deny hostPID
    deny privileged
    allow hostPorts 80, 443
    require runAsGroup
    default runAsGroup 10
    require capabilities.drop all of ALL
    default capabilities.drop add ALL, KILL
    default readOnlyRootFilesystem true
}
"""
PLAIN = """# the shop
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    spec:
      containers:
      - name: web  # the server
        image: 'web:1'
        securityContext:
          capabilities:
            drop: [NET_RAW]  # more to come
      # no side cars
"""
MENDED = """# the shop
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    spec:
      containers:
      - name: web  # the server
        image: 'web:1'
        securityContext:
          capabilities:
            drop: [NET_RAW, ALL]  # more to come
          runAsGroup: 10
      # no side cars
"""


@pytest.fixture
def policy(tmp_path: Path) -> str:
    (tmp_path / "p.psp").write_text(POLICY, encoding="utf-8")
    return str(tmp_path / "p.psp")


# --- what is written -----------------------------------------------------------------


def test_the_file_gets_what_the_checks_ask_for_and_nothing_else(tmp_path: Path, policy: str) -> None:
    file = manifest(tmp_path, PLAIN)
    done = run(policy, "-f", file, "--write")
    assert (done.exit_code, Path(file).read_text(encoding="utf-8")) == (0, MENDED)
    assert done.stderr == f"changed {file}\n1 workload: 1 mended\n"
    assert "spec.containers[0].securityContext.readOnlyRootFilesystem = true, set by team" in done.stdout
    again = run(policy, "-f", file, "--write")
    assert (again.exit_code, again.stderr) == (0, "1 workload: 1 passes as it is\n")
    assert Path(file).read_text(encoding="utf-8") == MENDED


def test_without_write_there_is_a_diff_that_git_applies(tmp_path: Path, policy: str, monkeypatch: Any) -> None:
    import subprocess

    monkeypatch.chdir(tmp_path)
    manifest(tmp_path, PLAIN)
    done = run("p.psp", "-f", "m.yaml")
    assert done.exit_code == 0 and (tmp_path / "m.yaml").read_text(encoding="utf-8") == PLAIN
    subprocess.run(["git", "apply", "-"], input=done.stdout, text=True, check=True, cwd=tmp_path)
    assert (tmp_path / "m.yaml").read_text(encoding="utf-8") == MENDED


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encoding_and_line_ends_stay(tmp_path: Path, policy: str, codec: str, newline: str) -> None:
    file = manifest(tmp_path, PLAIN.replace("\n", newline).encode(codec))
    assert run(policy, "-f", file, "--write").exit_code == 0
    assert Path(file).read_bytes() == MENDED.replace("\n", newline).encode(codec)


TEXTS = {
    "an empty value": (
        "securityContext:\n  runAsUser: 5",
        "securityContext:\n",
        "securityContext:\n    runAsGroup: 10\n",
    ),
    "null": ("", "securityContext: null  # later\n", "securityContext: {runAsGroup: 10}  # later\n"),
    "braces": ("", "securityContext: {}\n", "securityContext: {runAsGroup: 10}\n"),
    "a text in lines": ("", "command:\n    - |\n      a\n\n      b\n", None),
    "the end of the file": ("", "image: x", "image: x\n  securityContext:\n    runAsGroup: 10"),
}
GROUP = "policy p {\n    require runAsGroup\n    default runAsGroup 10\n}\n"


@pytest.mark.parametrize("name", TEXTS)
def test_where_fields_are_put(tmp_path: Path, name: str) -> None:
    _, before, after = TEXTS[name]
    (tmp_path / "g.psp").write_text(GROUP, encoding="utf-8")
    head = "kind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n"
    lines = "".join(f"  {line}" if line.strip() else line for line in before.splitlines(keepends=True))
    file = manifest(tmp_path, f"{head}  - name: c\n  {lines}")
    assert run(str(tmp_path / "g.psp"), "-f", file, "--write").exit_code == 0
    text = Path(file).read_text(encoding="utf-8")
    if after is None:
        (container,) = yaml.safe_load(text)["spec"]["containers"]
        assert container["command"] == ["a\n\nb\n"] and container["securityContext"] == {"runAsGroup": 10}
    else:
        wanted = "".join(f"  {line}" for line in after.splitlines(keepends=True))
        assert text == f"{head}  - name: c\n  {wanted}"


def test_json_stays_json(tmp_path: Path, policy: str) -> None:
    pod = {"kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "c"}]}}
    for number, text in enumerate(
        (json.dumps(pod), json.dumps(pod, indent=4), json.dumps({"kind": "List", "items": [pod]}))
    ):
        file = manifest(tmp_path, text, f"{number}.json")
        assert run(policy, "-f", file, "--write").exit_code == 0
        written = Path(file).read_text(encoding="utf-8")
        value = json.loads(written)
        (one,) = value.get("items", [value])
        assert one["spec"]["containers"][0]["securityContext"] == {"capabilities": {"drop": ["ALL"]}, "runAsGroup": 10}
        assert ("\n" in text) is ("\n" in written)


def test_what_an_alias_shares_is_left_alone(tmp_path: Path, policy: str) -> None:
    text = """kind: Pod
metadata: {name: p}
spec:
  containers:
  - name: c
    securityContext: &context {runAsUser: 5}
  other: *context
---
"""
    file = manifest(tmp_path, text + PLAIN)
    done = run(policy, "-f", file, "--write", "-n", "shop")
    assert done.exit_code == 1
    assert "its text cannot be changed, since an alias or an unusual spelling is in the way" in done.stdout
    assert "spec.containers[0].securityContext.runAsGroup = 10" in done.stdout
    assert Path(file).read_text(encoding="utf-8") == text + MENDED
    assert "1 not written" in done.stderr


def test_an_alias_of_one_workload_stops_no_other_of_the_document(tmp_path: Path, policy: str) -> None:
    pods = [
        f"- kind: Pod\n  metadata: {{name: p{number}}}\n  spec: {{containers: [{{name: c}}]}}\n" for number in range(5)
    ]
    pods[2] = pods[2].replace("containers: ", "containers: &shared ")
    text = "kind: List\nitems:\n" + "".join(pods) + "- kind: ConfigMap\n  metadata: {name: m}\n  data: *shared\n"
    file = manifest(tmp_path, text)
    done = run(policy, "-f", file, "--write", "-n", "shop")
    assert done.exit_code == 1
    assert done.stdout.count("its text cannot be changed") == 1
    assert "Pod shop/p2" in done.stdout
    after = Path(file).read_text(encoding="utf-8").split("- kind: ")
    assert ["runAsGroup" in each for each in after[1:]] == [True, True, False, True, True, False]


def test_nothing_is_written_where_one_file_cannot_be(
    tmp_path: Path, policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = manifest(tmp_path, PLAIN), manifest(tmp_path, PLAIN, "n.yaml")
    staged = _shared._staged

    def refusing(path: str, data: bytes) -> tuple[Path, Path]:
        if path == other:
            raise _shared._unwritable(path, PermissionError(13, "Permission denied"))
        return staged(path, data)

    monkeypatch.setattr(_shared, "_staged", refusing)
    done = run(policy, "-f", one, "-f", other, "--write")
    assert done.exit_code == 2 and f"{other!r} cannot be written: Permission denied" in done.stderr
    assert Path(one).read_text(encoding="utf-8") == Path(other).read_text(encoding="utf-8") == PLAIN
    assert not list(tmp_path.glob(".pscc-*"))


# --- what is found -----------------------------------------------------------------


def test_each_workload_has_its_outcome(tmp_path: Path) -> None:
    objects: list[dict[str, Any]] = [
        {"kind": "Pod", "metadata": {"name": "free", "namespace": "infra"}, "spec": {"containers": [{"name": "c"}]}},
        {"kind": "Pod", "metadata": {"name": "bare"}, "spec": {"containers": [{"name": "c"}]}},
        {
            "kind": "Pod",
            "metadata": {"name": "done"},
            "spec": {"containers": [{"name": "c"}], "securityContext": {"runAsGroup": 3}},
        },
        {
            "kind": "ReplicaSet",
            "metadata": {"name": "made", "ownerReferences": [{"kind": "Deployment", "name": "d", "controller": True}]},
            "spec": {"template": {"spec": {"containers": [{"name": "c"}]}}},
        },
        {
            "kind": "Rollout",
            "metadata": {"name": "canary"},
            "spec": {"template": {"spec": {"containers": [{"name": "c"}]}}},
        },
    ]
    (tmp_path / "g.psp").write_text(GROUP.replace("{\n", "{\n    except namespaces infra\n", 1), encoding="utf-8")
    file = manifest(tmp_path, yaml.safe_dump_all(objects))
    done = run(str(tmp_path / "g.psp"), "-f", file, "--format", "json")
    assert done.exit_code == 0
    outcomes = {row["name"]: row["outcome"] for row in rows(done)}
    assert outcomes == {"free": "unjudged", "bare": "mended", "done": "passes", "made": "owned", "canary": "mended"}
    (setting,) = next(row for row in rows(done) if row["name"] == "canary")["settings"]
    assert setting == {
        "path": "spec.containers[0].securityContext.runAsGroup",
        "value": 10,
        "adds": False,
        "today": True,
        "policy": "p",
        "statement": "default runAsGroup 10",
    }


def test_a_policy_that_judges_nothing_is_no_success(tmp_path: Path) -> None:
    (tmp_path / "g.psp").write_text(GROUP.replace("{\n", "{\n    in namespaces infra\n", 1), encoding="utf-8")
    assert run(str(tmp_path / "g.psp"), "-f", manifest(tmp_path, PLAIN)).exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--write", "-o", "out"), "say one"),
        (("-f", "-", "--write"), "cannot write to stdin"),
        (("--until", "2020-01-01"), "2020-01-01 is over"),
        (("-o", ""), "names no folder"),
    ],
)
def test_options_that_contradict_each_other(tmp_path: Path, policy: str, arguments: tuple[str, ...], says: str) -> None:
    done = run(policy, "-f", manifest(tmp_path, PLAIN), *arguments)
    assert done.exit_code == 2 and says in done.stderr


# --- exemptions ----------------------------------------------------------------------

REFUSED = """kind: Pod
metadata: {name: agent, namespace: infra}
spec:
  hostPID: true
  serviceAccountName: agent
  containers:
  - name: agent
    image: agent:1
    securityContext: {privileged: true}
    ports:
    - {containerPort: 9100, hostPort: 9100}
"""


def exempted(folder: Path, policy: str, text: str = REFUSED, *arguments: str) -> dict[str, Any]:
    done = run(policy, "-f", manifest(folder, text), "--format", "json", *arguments)
    assert done.exit_code == 1
    (row,) = rows(done)
    assert row["outcome"] == "refused"
    return row


def test_the_exemption_has_the_workloads_own_values_and_an_end(tmp_path: Path, policy: str) -> None:
    row = exempted(tmp_path, policy, REFUSED, "--until", "2027-03-31")
    exemption = row["exemption"]
    assert (exemption["policy"], exemption["account"], exemption["dated"]) == ("team", "infra/agent", True)
    assert exemption["line"] == "except namespaces infra" and not exemption["shared"]
    assert exemption["beside"].count("until 2027-03-31") == 2
    for words in ("allow hostPorts 80, 443, 9100", 'exempt images "agent:1" from privileged', "without hostPID"):
        assert words in exemption["beside"]
    assert [setting["path"] for setting in row["settings"]] == [
        "spec.containers[0].securityContext.capabilities.drop",
        "spec.containers[0].securityContext.runAsGroup",
    ]


def test_with_the_exemption_written_the_workload_is_admitted_and_no_other(tmp_path: Path, policy: str) -> None:
    exemption = exempted(tmp_path, policy)["exemption"]
    text = POLICY.replace("{\n", "{\n    " + exemption["line"] + "\n", 1) + "\n" + exemption["beside"] + "\n"
    (tmp_path / "new.psp").write_text(text, encoding="utf-8")
    assert run(str(tmp_path / "new.psp"), "-f", str(tmp_path / "m.yaml")).exit_code == 0
    for other in (
        REFUSED.replace("namespace: infra", "namespace: shop"),
        REFUSED.replace("serviceAccountName: agent", "serviceAccountName: other"),
        REFUSED.replace("image: agent:1", "image: agent:2"),
        REFUSED.replace("9100", "9101"),
    ):
        done = CliRunner().invoke(main, ["eval", str(tmp_path / "new.psp"), "-f", manifest(tmp_path, other, "o.yaml")])
        assert done.exit_code == 1, other


def test_a_shared_account_is_named(tmp_path: Path, policy: str) -> None:
    text = REFUSED.replace("  serviceAccountName: agent\n", "")
    assert exempted(tmp_path, policy, text)["exemption"]["shared"] is True
    done = run(policy, "-f", str(tmp_path / "m.yaml"))
    assert "every pod in infra that names no service account may use it" in done.stdout


def test_an_exemption_that_cannot_be_proven_is_not_proposed(
    tmp_path: Path, policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pscc.mending import exemptions

    monkeypatch.setattr(exemptions, "proven", lambda *_: False)
    assert exempted(tmp_path, policy)["exemption"] is None


def test_a_wider_program_is_not_proven() -> None:
    from pscc.base.source import SourceFile
    from pscc.driver import analyse
    from pscc.ir.access import Request
    from pscc.mending.exemptions import proven

    def program(text: str) -> Any:
        return analyse(SourceFile("p.psp", text))[1]

    old = program("policy p { deny hostPID\n deny hostIPC }")
    parts = 'policy o extends p {{ in namespaces shop\n exempt serviceaccounts {} because "x" }}'
    beside = "policy p { except namespaces shop\n deny hostPID\n deny hostIPC }\n"
    wider = "policy w extends p { in namespaces shop\n without hostPID }"
    here = Request("shop", service_account="a")
    good = program(f"{beside}{parts.format('shop/a')}\n{wider}")
    assert proven(old, good, here, frozenset(("hostPID",)))
    assert not proven(old, good, here, frozenset(("hostIPC",)))
    assert not proven(old, old, here, frozenset(("hostPID",)))
    assert not proven(old, program(f"{beside}{parts.format('shop/*')}\n{wider}"), here, frozenset(("hostPID",)))
    everywhere = 'policy p { exempt serviceaccounts shop/a because "x"\n deny hostPID\n deny hostIPC }'
    assert not proven(old, program(everywhere), here, frozenset(("hostPID", "hostIPC")))


def test_in_a_choice_the_account_is_granted_a_policy() -> None:
    cluster = ROOT / "examples" / "cluster"
    done = run(str(cluster / "dump.yaml"), "-f", str(cluster / "pods.yaml"), "--format", "json")
    exemption = next(row for row in rows(done) if row["name"] == "debug")["exemption"]
    assert (exemption["choice"], exemption["dated"]) == ("pod-security-policies", False)
    assert exemption["line"] == "restricted-shop-debug for serviceaccounts shop/default in namespaces shop"
    assert "without hostPID, allowPrivilegeEscalation" in exemption["beside"]


def test_paths_of_the_node_are_as_narrow_as_the_workload_mounts_them(tmp_path: Path) -> None:
    done = run("pss/restricted@1.30", "-f", str(ROOT / "examples" / "policies" / "log-agent-daemonset.yaml"))
    assert "allow hostPath /var/log (read-only)\n" in done.stdout
    assert "projected, secret,\n              hostPath\n" in done.stdout
