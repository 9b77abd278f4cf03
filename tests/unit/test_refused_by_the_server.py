"""Pods that the API server refuses once the defaults of a policy are set: ``eval`` says so, and ``check`` warns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from pscc.base.source import SourceFile
from pscc.cli import main
from pscc.driver import analyse, checked, compile_program
from pscc.pod.validity import refusals
from support.sources import PSP

Json = dict[str, Any]
WINDOWS = {"os": {"name": "windows"}}


def pod(context: Json | None = None, containers: str = "containers", **spec: object) -> Json:
    container = {"name": "c", "image": "i", **({"securityContext": context} if context is not None else {})}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p"},
        "spec": {"containers": [], containers: [container], **spec},
    }


# --- what the API server refuses ---------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "paths"),
    [
        (pod({"privileged": True, "allowPrivilegeEscalation": False}), ["containers[0].securityContext.allowPrivilegeEscalation"]),
        (pod({"privileged": True, "allowPrivilegeEscalation": False}, "initContainers"),
         ["initContainers[0].securityContext.allowPrivilegeEscalation"]),
        (pod({"capabilities": {"add": ["CAP_SYS_ADMIN"]}, "allowPrivilegeEscalation": False}),
         ["containers[0].securityContext.allowPrivilegeEscalation"]),
        # it compares with the other spelling alone
        (pod({"capabilities": {"add": ["SYS_ADMIN"]}, "allowPrivilegeEscalation": False}), []),
        (pod({"privileged": True}), []),
        (pod({"privileged": True, "allowPrivilegeEscalation": True}), []),
        (pod({"allowPrivilegeEscalation": False, "privileged": False}), []),
        (pod({"runAsUser": 0, "privileged": False}, **WINDOWS),
         ["containers[0].securityContext.privileged", "containers[0].securityContext.runAsUser"]),
        (pod({}, **WINDOWS, hostPID=True, hostIPC=False, securityContext={"fsGroup": 0, "sysctls": [], "runAsNonRoot": True}),
         ["hostPID", "securityContext.fsGroup"]),
        (pod({"runAsUser": 0}, hostPID=True), []),
        (pod({"windowsOptions": {"hostProcess": True}}, os={"name": "linux"}), ["containers[0].securityContext.windowsOptions"]),
        (pod({"windowsOptions": {"hostProcess": True}}, **WINDOWS), []),
        ({"spec": {"containers": {}, "initContainers": [None, 1], "os": []}}, []),
        ({}, []),
    ],
)  # fmt: skip
def test_the_fields_that_the_server_refuses(subject: Json, paths: list[str]) -> None:
    assert [refusal.path for refusal in refusals(subject)] == [f"spec.{path}" for path in paths]


# --- eval --------------------------------------------------------------------------

ESCALATION = PSP + "  privileged: true\n  volumes: ['*']\n  allowPrivilegeEscalation: false\n"
PRIVILEGED, PLAIN = pod({"privileged": True}), pod()


def evaluated(tmp_path: Path, *pods: Json, arguments: tuple[str, ...] = ()) -> Result:
    (tmp_path / "p.yaml").write_text(ESCALATION)
    (tmp_path / "m.yaml").write_text(yaml.safe_dump_all(pods))
    return CliRunner().invoke(main, ["eval", str(tmp_path / "p.yaml"), "-f", str(tmp_path / "m.yaml"), *arguments])


def test_eval_says_which_pods_the_server_refuses(tmp_path: Path) -> None:
    done = evaluated(tmp_path, PRIVILEGED, PLAIN, pod({"privileged": True, "allowPrivilegeEscalation": True}))
    said = "the API server refuses the pod as the defaults leave it: allowPrivilegeEscalation cannot be false where privileged"
    assert done.stdout.count(said) == 1
    assert "1 of those admitted is refused by the API server\n" in done.stderr
    rows = evaluated(tmp_path, PRIVILEGED, PLAIN, arguments=("--format", "json")).stdout.splitlines()
    assert [[(refusal["path"], refusal["rule"]) for refusal in json.loads(row)["refused"]] for row in rows] == [
        [("spec.containers[0].securityContext.allowPrivilegeEscalation", "ValidateSecurityContext")], []
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fmt", "text"),
    [("github", "title=POD006::Pod p"), ("sarif", '"ruleId": "POD006"'), ("junit", "<system-out>allowed")],
)
def test_so_does_every_format(fmt: str, text: str, tmp_path: Path) -> None:
    assert evaluated(tmp_path, PRIVILEGED, PLAIN, arguments=("--format", fmt)).stdout.count(text) == 1


# --- check -------------------------------------------------------------------------

DROPS = "    default capabilities.drop add ALL\n"
GROUP = "    default fsGroup 1\n"


@pytest.mark.parametrize(
    ("source", "notes"),
    [
        (ESCALATION, ["where privileged is true"]),
        (ESCALATION + "  allowedCapabilities: ['*']\n", ["where privileged is true", "where capabilities.add has CAP_SYS_ADMIN"]),
        (ESCALATION.replace("privileged: true", "privileged: false"), []),
        (ESCALATION.replace("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"), []),
        ("policy p {\n    require seccompProfile runtime/default\n    default allowPrivilegeEscalation false\n}\n",
         ["where privileged is true", "where capabilities.add has CAP_SYS_ADMIN"]),
        ("policy p {\n    deny privileged, capabilities.add\n    default allowPrivilegeEscalation false\n}\n", []),
        (f"policy p extends pss/restricted@1.30 {{\n{GROUP}}}\npolicy q extends p {{\n    deny csi\n}}\n",
         ["a windows pod cannot have fsGroup"]),
        (f"policy p extends pss/restricted@1.30 {{\n{DROPS}}}\n", []),
        (f"policy p {{\n    deny hostPID\n{DROPS}}}\n", []),
        ("policy wide {\n    deny hostPID\n    default allowPrivilegeEscalation false\n}\nchoose {\n    wide for everyone\n}\n",
         ["where privileged is true", "where capabilities.add has CAP_SYS_ADMIN"]),
    ],
)  # fmt: skip
def test_check_warns_of_defaults_that_make_such_pods(source: str, notes: list[str]) -> None:
    name = "p.psp" if source.startswith("policy") else "p.yaml"
    warnings = [d for d in checked(SourceFile(name, source))[2] if d.code == "POD006"]
    assert len(warnings) == bool(notes)
    for warning in warnings:
        assert warning.severity == "warning"
        shown = [text for _, text in warning.notes]
        assert len(shown) == len(notes) and all(text.endswith(note) for text, note in zip(shown, notes, strict=True))


# --- compile -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "target", "found"),
    [
        (ESCALATION, "gatekeeper", [("warning", 1), ("note", 1)]),
        (ESCALATION, "vap", [("warning", 1), ("note", 1)]),
        # OPA sets no default
        (ESCALATION, "opa", []),
        (ESCALATION.replace("privileged: true", "privileged: false"), "gatekeeper", [("note", 2)]),
        (ESCALATION.replace("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"), "gatekeeper", []),
        # these set no default either
        ("policy p {\n    audit\n    default allowPrivilegeEscalation false\n}\n", "gatekeeper", []),
        (f"policy p extends pss/restricted@1.30 {{\n{GROUP}}}\n", "vap", [("warning", 1)]),
        (f"policy p extends pss/restricted@1.30 {{\n{DROPS}}}\n", "vap", []),
        (f"policy p extends pss/restricted@1.30 {{\n{DROPS}}}\n", "gatekeeper", [("warning", 1)]),
        ("policy p {\n    deny privileged\n    default allowPrivilegeEscalation false\n}\n", "kyverno",
         [("note", 1), ("warning", 1)]),
    ],
)  # fmt: skip
def test_a_compile_says_where_the_server_answers_in_place_of_the_policy(
    source: str, target: str, found: list[tuple[str, int]]
) -> None:
    name = "p.psp" if source.startswith("policy") else "p.yaml"
    _, program, _ = analyse(SourceFile(name, source))
    output = compile_program(program, (target,)).outputs[target]
    assert [(d.severity, len(d.notes)) for d in output.diagnostics if d.code == "TGT019"] == found
