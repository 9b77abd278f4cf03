"""An exemption admits a workload's own values as they stand, and the text says how far it reaches. A plan keeps what works."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from pscc.base.source import SourceFile
from pscc.cli import main
from pscc.driver import analyse
from pscc.mending.proof import literal_alone, policy_named
from pscc.targets.settings import Settings, chosen_arguments
from support.fix_command import run
from support.plan_command import planned

POLICY = """policy base {
    allow capabilities.add CHOWN
    allow volumes configMap, csi, emptyDir, flexVolume, projected
    allow flexVolume example/x
    allow csi example.x
    allow hostProbes localhost
    allow seccompProfile runtime/default
    allow sysctls kernel.shm_rmid_forced
    deny privileged
    deny hostPID
}
"""


def pod(name: str, namespace: str = "shop", kind: str = "Pod", **spec: Any) -> dict[str, Any]:
    inner = {"serviceAccountName": "app", "containers": [{"name": "c", "image": "c:1"}], **spec}
    metadata = {"name": name, "namespace": namespace}
    if kind == "Job":
        return {"apiVersion": "batch/v1", "kind": kind, "metadata": metadata, "spec": {"template": {"spec": inner}}}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, "spec": inner}


def container(**fields: Any) -> dict[str, Any]:
    return {"containers": [{"name": "c", "image": "c:1", **fields}]}


STARS: dict[str, dict[str, Any]] = {
    "capabilities": container(securityContext={"capabilities": {"add": ["CHOWN", "*"]}}),
    "flexVolume": {"volumes": [{"name": "v", "flexVolume": {"driver": "exam*"}}]},
    "csi": {"volumes": [{"name": "v", "csi": {"driver": "example.*"}}]},
    "hostProbes": container(livenessProbe={"httpGet": {"host": "*", "port": 80}}),
    "seccompProfile": container(securityContext={"seccompProfile": {"type": "Localhost", "localhostProfile": "*"}}),
    "sysctls": {"securityContext": {"sysctls": [{"name": "net.*", "value": "1"}]}},
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fix(here: Path, policy: str, *objects: dict[str, Any]) -> list[dict[str, Any]]:
    wrote(here, policy, *objects)
    return [json.loads(line) for line in run("p.psp", "-f", "w.yaml", "--format", "json").stdout.splitlines()]


def wrote(here: Path, policy: str, *objects: dict[str, Any]) -> None:
    (here / "p.psp").write_text(policy, encoding="utf-8")
    (here / "w.yaml").write_text(yaml.safe_dump_all(objects), encoding="utf-8")


def text_of(here: Path, policy: str, *objects: dict[str, Any]) -> str:
    wrote(here, policy, *objects)
    return run("p.psp", "-f", "w.yaml").stdout


@pytest.mark.parametrize("spec", STARS.values(), ids=STARS)
def test_a_star_of_a_workload_is_no_wildcard_in_its_exemption(here: Path, spec: dict[str, Any]) -> None:
    (row,) = fix(here, POLICY, pod("a", **spec))
    beside = row["exemption"]["beside"]
    assert '*"' in beside and "*" not in beside.replace('*"', "")
    program = analyse(SourceFile("p.psp", POLICY + beside))[1]
    assert literal_alone(policy_named(program, "base"), policy_named(program, "base-shop-a"))


@pytest.mark.parametrize(
    ("statement", "literal"),
    [
        ("allow capabilities.add CHOWN, *", False),
        ('allow capabilities.add CHOWN, "*"', True),
        ("allow capabilities.add CHOWN, SYS_*", False),
        ("allow hostPorts 80-90", False),
        ("allow hostPorts 80, 90", True),
    ],
)
def test_a_wildcard_and_a_range_are_more_than_a_value(statement: str, literal: bool) -> None:
    text = f"policy p {{\n    allow capabilities.add CHOWN\n}}\npolicy q extends p {{\n    {statement}\n}}\n"
    program = analyse(SourceFile("p.psp", text))[1]
    assert literal_alone(policy_named(program, "p"), policy_named(program, "q")) is literal


def test_a_namespace_that_is_a_keyword_is_quoted_in_the_line(here: Path) -> None:
    (row,) = fix(here, POLICY, pod("a", "default", hostPID=True))
    assert row["exemption"]["line"] == 'except namespaces "default"'


def test_where_a_control_is_taken_out_the_text_says_what_else_gets_in(here: Path) -> None:
    (row,) = fix(here, POLICY, pod("a", hostPID=True))
    assert row["exemption"]["taken_out"] == ["hostPID"]
    out = text_of(here, POLICY, pod("a", hostPID=True))
    assert "they may be anything that these checks refuse: hostPID" in out and "nothing else" not in out
    narrow = text_of(here, POLICY, pod("a", **STARS["csi"]))
    assert "It admits the values and images that are written there, and nothing else" in narrow


def test_two_exemptions_of_one_account_that_cannot_be_one_are_said_to_cancel_each_other(here: Path) -> None:
    says = "shop has further exemptions here, which cancel this one"
    different = (pod("a", hostPID=True), pod("b", **STARS["csi"]))
    assert text_of(here, POLICY, *different).count(says) == 2
    assert says not in text_of(here, POLICY, pod("a", hostPID=True), pod("b", "else", hostPID=True))


def test_workloads_of_one_account_that_need_the_same_share_an_exemption(here: Path) -> None:
    out = text_of(here, POLICY, pod("a", hostPID=True), pod("b", hostPID=True))
    assert out.count("Write into `policy base`") == 1
    assert "the exemption of Pod shop/a, w.yaml:1 admits it, too" in out
    assert "cancel" not in out


# --- what the API server refuses, and what kubectl does -----------------------------

BREAKS = "policy base {\n    default allowPrivilegeEscalation false\n}\n"
PRIVILEGED = container(securityContext={"privileged": True})


def test_a_workload_that_defaults_break_is_not_counted_as_working(here: Path) -> None:
    (row,) = fix(here, BREAKS, pod("a", **PRIVILEGED))
    assert row["outcome"] == "refused" and "the API server refuses the pod" in row["objections"][0]["message"]
    plan = planned("p.psp", "w.yaml", "-t", "gatekeeper")
    assert [each["state"] for each in plan["namespaces"]] == ["blocked"]


NON_ROOT = "policy base {\n    require runAsNonRoot true\n    default runAsNonRoot true\n}\n"


@pytest.mark.parametrize(("user", "outcome"), [(0, "refused"), (7, "mended")])
def test_nobody_is_told_to_run_as_root_and_not_as_root(here: Path, user: int, outcome: str) -> None:
    (row,) = fix(here, NON_ROOT, pod("a", **container(securityContext={"runAsUser": user})))
    assert (row["outcome"], bool(row["settings"])) == (outcome, outcome == "mended")
    assert any("does not start" in each["message"] for each in row["objections"]) is (outcome == "refused")


def test_a_workload_that_differs_in_the_user_alone_is_judged_by_itself(here: Path) -> None:
    pods = (pod(f"u{user}", **container(securityContext={"runAsUser": user})) for user in (7, 0))
    assert [row["outcome"] for row in fix(here, NON_ROOT, *pods)] == ["mended", "refused"]


DEFAULTED = "policy base {\n    require runAsGroup\n    default runAsGroup 10\n}\n"


def commands(plan: dict[str, Any]) -> list[str]:
    return [command for step in plan["steps"] for command in step["commands"]]


def test_a_folder_is_applied_with_all_that_is_below_it(here: Path) -> None:
    wrote(here, DEFAULTED)
    (here / "all" / "below").mkdir(parents=True)
    (here / "all" / "below" / "w.yaml").write_text(yaml.safe_dump(pod("a")), encoding="utf-8")
    assert "kubectl apply -R -f all" in commands(planned("p.psp", "all", "-t", "opa"))


def test_pods_and_jobs_are_deleted_before_they_are_applied_again(here: Path) -> None:
    wrote(here, DEFAULTED, pod("a"), pod("b", kind="Job"))
    listed = commands(planned("p.psp", "w.yaml", "-t", "opa"))
    deleted = [f"kubectl delete {each} --namespace shop --ignore-not-found" for each in ("pod a", "job b")]
    at = listed.index("kubectl apply -f w.yaml")
    assert listed[at - 2 : at] == deleted


def test_a_value_with_a_space_is_one_argument() -> None:
    assert chosen_arguments(Settings(ignore_group=("the team",))) == (("--ignore-group", "the team"),)


def test_a_report_and_a_plan_agree_about_what_defaults_break(here: Path) -> None:

    wrote(here, BREAKS, pod("a", **PRIVILEGED))
    result = CliRunner().invoke(main, ["report", "p.psp", "-f", "w.yaml", "-t", "vap", "--format", "json"])
    assert '"outcome": "refused"' in result.stdout
