"""``pscc plan``: the order of namespaces, and that each command is one that pscc has and that does what the step says."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from pscc.base.source import SourceFile
from pscc.cli import main
from pscc.diagnostics import Report
from pscc.driver import analyse
from pscc.lowering.prepared import prepared
from pscc.output.options import DEFAULTS
from pscc.pod.manifests import Manifest, read_manifests
from pscc.reference.evaluate import SOMEBODY, judgements
from pscc.reporting.targets import on_target
from pscc.targets.registry import TARGETS
from pscc.targets.settings import Settings
from support.paths import ROOT
from support.plan_command import planned
from support.shown import obey

POLICY = """policy team {
    deny hostPID
    require runAsGroup
    default runAsGroup 10
}
"""


def pod(namespace: str, name: str, **spec: Any) -> dict[str, Any]:
    head = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace}}
    return {**head, "spec": {"containers": [{"name": "c", "image": "c:1"}], **spec}}


OBJECTS = [
    pod("big", "one", securityContext={"runAsGroup": 1}),
    pod("big", "two", securityContext={"runAsGroup": 1}),
    pod("small", "one", securityContext={"runAsGroup": 1}),
    pod("lazy", "one"),
    pod("odd", "one", hostPID=True),
]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.psp").write_text(POLICY, encoding="utf-8")
    (tmp_path / "w.yaml").write_text(yaml.safe_dump_all(OBJECTS), encoding="utf-8")
    return tmp_path


def test_namespaces_come_in_the_order_of_what_has_to_change(here: Path) -> None:
    plan = planned("p.psp", "w.yaml", "-t", "opa")
    assert [(each["name"], each["state"]) for each in plan["namespaces"]] == [
        ("small", "ready"),
        ("big", "ready"),
        ("lazy", "patch"),
        ("odd", "blocked"),
    ]
    assert plan["targets"] == [{"name": "opa", "takes": True, "refused": 1}]


def test_the_target_that_refuses_the_fewest_is_taken(here: Path) -> None:
    plan = planned("p.psp", "w.yaml", "-t", "opa,vap")
    assert (plan["target"], [each["state"] for each in plan["namespaces"]][:3]) == ("vap", ["ready"] * 3)


@pytest.mark.parametrize("target", TARGETS)
def test_every_command_is_one_that_there_is(here: Path, target: str) -> None:
    plan = planned("p.psp", "w.yaml", "-t", target, "--folder", "out put")
    for step in plan["steps"]:
        assert step["commands"]
        for command in step["commands"]:
            obey(command)
    # once the workload that nothing mends is gone, and the others are mended, nothing stands in the way
    objects = [
        each
        for each in yaml.safe_load_all((here / "w.yaml").read_text("utf-8"))
        if each["metadata"]["namespace"] != "odd"
    ]
    (here / "w.yaml").write_text(yaml.safe_dump_all(objects), encoding="utf-8")
    done = run("plan", "p.psp", "-f", "w.yaml", "-t", target)
    assert (done.exit_code, done.stderr) == (0, "3 namespaces: 3 ready\n")
    assert ("kubectl delete -k" in done.stdout) is (target != "opa")
    for line in done.stdout.splitlines():
        if line and not line.startswith("#"):
            obey(line)


@pytest.mark.parametrize("target", TARGETS)
def test_no_stage_refuses_a_workload_of_a_namespace_that_it_says_is_ready(here: Path, target: str) -> None:
    cluster = ROOT / "examples" / "cluster"
    (here / "dump.yaml").write_bytes((cluster / "dump.yaml").read_bytes())
    manifests = read_manifests(SourceFile("pods.yaml", (cluster / "pods.yaml").read_text("utf-8")), Report())
    program = analyse(SourceFile("dump.yaml", (here / "dump.yaml").read_text("utf-8")))[1]
    done = run("plan", "dump.yaml", "-f", str(cluster / "pods.yaml"), "-t", target, "--format", "json")
    plan = json.loads(done.stdout)
    ready = [each["name"] for each in plan["namespaces"] if each["state"] == "ready"]
    stages = [each for step in plan["steps"] for each in step["commands"] if "/enforce" in each and "compile" in each]
    assert ready and len(stages) == 2
    for command in stages:
        words = shlex.split(command)
        options = [tuple(words[i + 1] for i, word in enumerate(words) if word == name) for name in NAMES]
        settings = Settings(only_namespace=options[0], exclude_namespace=options[1])
        output = on_target(target, prepared(program, settings.rollout), DEFAULTS)
        judged = [each for each in manifests if each.namespace in ready]
        assert judged and all(admitted(output.program, each, output.widely) for each in judged)


NAMES = ("--only-namespace", "--exclude-namespace")


def admitted(program: Any, manifest: Manifest, widely: frozenset[str]) -> bool:
    return all(each.allowed for each in judgements(program, manifest, SOMEBODY, widely))


def test_the_users_options_are_in_the_commands(here: Path) -> None:
    more = (
        "-t",
        "vap",
        "--kubernetes",
        "1.34",
        "--exclude-namespace",
        "odd",
        "--as",
        "me",
        "--as-group",
        "g",
        "-n",
        "big",
    )
    text = run("plan", "p.psp", "-f", "w.yaml", *more, "--assume-everyone-may-use").stdout
    compiles = [line for line in text.splitlines() if line.startswith("pscc compile")]
    for line in compiles:
        for words in ("--kubernetes 1.34", "--exclude-namespace odd", "--assume-everyone-may-use", "--namespace big"):
            assert words in line
    assert "-f w.yaml --as me --as-group g" in next(line for line in text.splitlines() if "pscc report" in line)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--mode", "audit"), "modes and namespaces of its own"),
        (("--only-namespace", "big"), "modes and namespaces of its own"),
        (("-f", "-"), "write stdin (-) into one first"),
    ],
)
def test_wrong_usage(here: Path, arguments: tuple[str, ...], says: str) -> None:
    done = run("plan", "p.psp", "-f", "w.yaml", *arguments)
    assert done.exit_code == 2 and says in done.stderr


def test_where_nothing_is_judged_there_is_no_plan(here: Path) -> None:
    (here / "p.psp").write_text(POLICY.replace("{\n", "{\n    in namespaces none-of-these\n", 1), encoding="utf-8")
    done = run("plan", "p.psp", "-f", "w.yaml")
    assert (done.exit_code, done.stdout) == (1, "") and "no policy judges any workload" in done.stderr
