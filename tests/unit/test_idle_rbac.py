"""Roles and bindings that let nobody use a PodSecurityPolicy are no error, whatever is wrong with them; those that do are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

import pscc
from pscc.base.source import SourceFile
from pscc.cli import main
from pscc.diagnostics import SourceError
from pscc.driver import analyse
from support.sources import PSP, meaning

USE = "[{apiGroups: [policy], resources: [podsecuritypolicies], verbs: [use]}]"
CHART = f"""{PSP}  volumes: ['*']
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {{name: agent}}
rules: {USE}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: agent}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: agent}}
subjects: [{{kind: ServiceAccount, name: agent}}]
---
"""
"""A chart that was rendered without a namespace."""
ELSEWHERE = CHART.replace("{name: agent}\n", "{name: agent, namespace: edge}\n")
IDLE = """apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, labels: {version: 1.10}}
rules: [{apiGroups: [''], resources: [configmaps], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: agent}]
"""


def codes(text: str, **options: object) -> list[str]:
    try:
        return [d.code for d in analyse(SourceFile("c.yaml", text), **options)[2]]  # type: ignore[arg-type]
    except SourceError as error:
        return [d.code for d in error.diagnostics if d.severity == "error"]


@pytest.mark.parametrize(
    "idle",
    [
        IDLE,
        IDLE.replace("kind: ServiceAccount", "kind: SystemUser"),
        IDLE.replace("name: agent", "name: 12"),
        IDLE + "---\n" + IDLE.replace("get", "list").replace("name: agent", "name: other"),
        IDLE.replace("kind: RoleBinding", "kind: ClusterRoleBinding").replace("Role\nmeta", "ClusterRole\nmeta").replace(
            "kind: Role,", "kind: ClusterRole,"
        ),
    ],
)  # fmt: skip
def test_what_grants_no_policy_is_no_error(idle: str) -> None:
    assert codes(ELSEWHERE + idle) == codes(ELSEWHERE) == ["SET024"]
    assert meaning(analyse(SourceFile("c.yaml", ELSEWHERE + idle))[1]) == meaning(
        analyse(SourceFile("c.yaml", ELSEWHERE))[1]
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (CHART, ["RBC002"]),
        (CHART.replace("kind: Role\nmetadata: {name: agent}", "kind: Role\nmetadata: {name: agent, namespace: edge}"), ["RBC002"]),
        (ELSEWHERE.replace("kind: ServiceAccount", "kind: SystemUser"), ["RBC004"]),
        (ELSEWHERE.replace("name: agent}]", "name: 12}]"), ["YML008"]),
        (CHART.replace("kind: Role,", "kind: ClusterRole,").replace("kind: Role\n", "kind: ClusterRole\n"), ["RBC002"]),
    ],
)  # fmt: skip
def test_what_grants_a_policy_has_to_be_read(text: str, found: list[str]) -> None:
    assert codes(text) == found


def test_a_binding_to_a_role_that_is_not_given_grants_nothing() -> None:
    lost = IDLE[IDLE.index("---") :]
    assert codes(ELSEWHERE + "---\n" + lost) == ["SET024", "SET006"]


def test_rbac_decides_nothing_where_everyone_may_use_each_policy() -> None:
    assert codes(CHART, everyone=True) == []


def test_the_namespace_is_that_of_objects_that_name_none() -> None:
    _, program, warnings = analyse(SourceFile("c.yaml", CHART + IDLE), namespace="edge")
    assert [warning.code for warning in warnings] == ["SET024"]
    (grant,) = program.choices[0].grants
    assert grant.namespaces.exact == ("edge",)
    assert grant.subjects.service_accounts.exact == ("edge/agent",)
    assert meaning(program) == meaning(analyse(SourceFile("c.yaml", ELSEWHERE), namespace="other")[1])


def test_every_command_that_reads_a_source_takes_a_namespace(tmp_path: Path) -> None:
    chart = tmp_path / "chart.yaml"
    chart.write_text(CHART)
    pod = tmp_path / "pod.yaml"
    spec = {"serviceAccountName": "agent", "containers": [{"name": "c", "image": "i"}]}
    pod.write_text(yaml.safe_dump({"kind": "Pod", "metadata": {"name": "a"}, "spec": spec}))
    target = ["-t", "opa"]
    for command in (
        ["check", str(chart)], ["import", str(chart)], ["explain", str(chart)], ["diff", str(chart), str(chart)],
        ["eval", str(chart), "-f", str(pod)], ["compile", str(chart), *target, "-o", str(tmp_path / "out")],
        ["verify", str(chart), *target, "--count", "1"],
    ):  # fmt: skip
        refused = CliRunner().invoke(main, command)
        assert (refused.exit_code, "--namespace NAME" in refused.output) == (1, True), command
        accepted = CliRunner().invoke(main, [*command, "-n", "edge"])
        assert accepted.exit_code == 0, accepted.output
    record = json.loads((tmp_path / "out" / ".pscc-manifest").read_text())
    assert record["compiled"]["namespace"] == "edge"
    assert (
        CliRunner()
        .invoke(main, ["verify", str(chart), "-n", "edge", "--output", str(tmp_path / "out"), "--count", "1"])
        .exit_code
        == 0
    )


def test_the_api_takes_a_namespace() -> None:
    source = SourceFile("c.yaml", CHART)
    assert [d.code for d in pscc.check(source)] == ["RBC002"]
    assert [d.code for d in pscc.check(source, namespace="edge")] == ["SET024"]
    assert pscc.compile(pscc.load(source, namespace="edge"), "opa").settings.namespace == "edge"
