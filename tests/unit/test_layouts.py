"""The layouts of an output: an object for each policy, or one for each control."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from pscc.cli import main
from pscc.driver import packaged
from pscc.output.options import Options
from pscc.targets.registry import TARGETS, target_named
from support.targets import program_of_text

SOURCE = """\
policy team {
    deny    privileged, hostPorts
    allow   volumes configMap, secret
    require runAsNonRoot true
    default runAsNonRoot true
}
"""
BOTH = ("kyverno", "kyverno-cel", "vap")
VALIDATING = {"ClusterPolicy", "ValidatingPolicy", "ValidatingAdmissionPolicy"}


def held(target: str, layout: str | None) -> dict[str, str]:
    """The objects that validate pods themselves, and their texts."""
    output = packaged(target_named(target), program_of_text(SOURCE), Options(workloads="off", layout=layout))  # type: ignore[arg-type]
    return {
        named.name: file.text
        for file in output.files
        for named in file.objects
        if named.kind in VALIDATING and not named.name.endswith(("-defaults", "-ephemeral-containers"))
    }


@pytest.mark.parametrize("target", BOTH)
def test_an_object_for_each_policy_is_the_default(target: str) -> None:
    assert held(target, None) == held(target, "per-policy")
    assert list(held(target, None)) == ["team"]


@pytest.mark.parametrize("target", BOTH)
def test_an_object_for_each_control(target: str) -> None:
    objects = held(target, "per-control")
    assert list(objects) == [
        "team-deny-privileged", "team-deny-host-ports", "team-allow-volumes", "team-require-run-as-non-root",
    ]  # fmt: skip
    for text in objects.values():
        assert text.count("# deny ") + text.count("# allow ") + text.count("# require ") == 1


@pytest.mark.parametrize("target", sorted(set(TARGETS) - set(BOTH)))
def test_a_target_with_one_layout_refuses_the_other(target: str) -> None:
    (own,) = target_named(target).capabilities(Options()).layouts
    other = "per-policy" if own == "per-control" else "per-control"
    done = CliRunner().invoke(main, ["compile", "pss/baseline", "-t", target, "--layout", other, "-o", "out"])
    assert done.exit_code == 2
    assert f"--layout {other}: the target {target} has {own} alone" in done.output
    assert (
        CliRunner().invoke(main, ["compile", "pss/baseline", "-t", target, "--layout", own, "-o", "-"]).exit_code == 0
    )
