"""The layouts of an output: an object for each policy, or one for each control."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from pscc.cli import main
from pscc.driver import packaged
from pscc.output.contents import Output
from pscc.output.options import Options
from pscc.targets.registry import TARGETS, target_named
from pscc.targets.shared.shape_names import LONGEST_KIND
from support.targets import program_of_text

SOURCE = """\
policy team {
    deny    privileged, hostPorts
    allow   volumes configMap, secret
    require runAsNonRoot true
    default runAsNonRoot true
}
"""
USUAL = {"gatekeeper": "per-control", "kyverno": "per-policy", "kyverno-cel": "per-policy", "vap": "per-policy"}
"""The targets with both layouts, and the usual one of each."""
VALIDATING = {"ClusterPolicy", "ValidatingPolicy", "ValidatingAdmissionPolicy"}


def held(target: str, layout: str | None) -> dict[str, str]:
    """The objects that validate pods themselves, and their texts."""
    output = packaged(target_named(target), program_of_text(SOURCE), Options(workloads="off", layout=layout))  # type: ignore[arg-type]
    return {
        named.name: file.text
        for file in output.files
        for named in file.objects
        if (named.kind in VALIDATING or named.api_version.startswith("constraints."))
        and not named.name.endswith(("-defaults", "-ephemeral-containers"))
    }


@pytest.mark.parametrize(("target", "usual"), USUAL.items())
def test_each_target_has_its_usual_layout(target: str, usual: str) -> None:
    assert held(target, None) == held(target, usual)


@pytest.mark.parametrize("target", USUAL)
def test_an_object_for_each_policy(target: str) -> None:
    assert list(held(target, "per-policy")) == ["team"]


@pytest.mark.parametrize("target", USUAL)
def test_an_object_for_each_control(target: str) -> None:
    objects = held(target, "per-control")
    assert list(objects) == [
        "team-deny-privileged", "team-deny-host-ports", "team-allow-volumes", "team-require-run-as-non-root",
    ]  # fmt: skip
    for text in objects.values():
        assert text.count("# deny ") + text.count("# allow ") + text.count("# require ") == 1


@pytest.mark.parametrize("target", sorted(set(TARGETS) - set(USUAL)))
def test_a_target_with_one_layout_refuses_the_other(target: str) -> None:
    (own,) = target_named(target).capabilities(Options()).layouts
    other = "per-policy" if own == "per-control" else "per-control"
    done = CliRunner().invoke(main, ["compile", "pss/baseline", "-t", target, "--layout", other, "-o", "out"])
    assert done.exit_code == 2
    assert f"--layout {other}: the target {target} has {own} alone" in done.output
    assert (
        CliRunner().invoke(main, ["compile", "pss/baseline", "-t", target, "--layout", own, "-o", "-"]).exit_code == 0
    )


def gatekeeper(text: str, **options: object) -> Output:
    return packaged(target_named("gatekeeper"), program_of_text(text), Options(layout="per-policy", **options))  # type: ignore[arg-type]


def of_kind(output: Output, kind: str) -> list[str]:
    return [named.name for file in output.files for named in file.objects if named.kind == kind]


def test_a_policy_that_judges_workloads_as_pods_has_one_template() -> None:
    assert of_kind(gatekeeper("policy p { deny hostPID }"), "ConstraintTemplate") == ["psccpolicyp"]
    output = gatekeeper("policy p {\n require runAsNonRoot true\n default runAsNonRoot true\n}")
    assert of_kind(output, "ConstraintTemplate") == ["psccpolicyp", "psccworkloadsp"]


def test_kinds_of_policies_do_not_clash() -> None:
    names = ("a-b", "a.b", "ab", "ab-workloads", "x" * 63)
    text = "\n".join(f"policy {name} {{ deny hostPID }}" for name in dict.fromkeys(names))
    kinds = of_kind(gatekeeper(text), "ConstraintTemplate")
    assert len(kinds) == len(set(kinds)) == len(names)
    assert max(map(len, kinds)) <= LONGEST_KIND


def test_a_policy_without_a_check_has_no_template() -> None:
    assert not of_kind(gatekeeper("policy p { default runAsNonRoot true }"), "ConstraintTemplate")


def test_no_other_output_has_the_template_of_a_policy() -> None:
    for templates in ("with", "without"):
        assert of_kind(gatekeeper("policy p { deny hostPID }", templates=templates), "ConstraintTemplate")
    assert not gatekeeper("policy p { deny hostPID }", templates="only").resources


def test_the_budget_of_a_template_is_announced_in_cel_alone() -> None:
    source = "policy p { deny hostPID, hostIPC }"
    assert [one.code for one in gatekeeper(source, engine="cel").diagnostics] == ["TGT011", "TGT015", "TGT016"]
    assert [one.code for one in gatekeeper(source).diagnostics] == ["TGT015", "TGT016"]
    usual = packaged(target_named("gatekeeper"), program_of_text(source), Options(engine="cel"))
    assert [one.code for one in usual.diagnostics] == ["TGT015", "TGT016"]


@pytest.mark.parametrize("templates", ["only", "without"])
def test_templates_of_policies_cannot_be_parted(templates: str) -> None:
    options = ["--layout", "per-policy", "--templates", templates, "-o", "out"]
    done = CliRunner().invoke(main, ["compile", "pss/baseline", *options])
    assert done.exit_code == 2
    assert "each template is a policy's own" in done.output
