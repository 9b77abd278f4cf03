"""``--ignore-group``: what it leaves out of a choice, and what it says where it can leave out nothing."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from pscc.cli import main
from pscc.driver import compile_program
from pscc.ir.access import Grant
from pscc.lowering.prepared import prepared
from pscc.lowering.rollout import Rollout
from support.targets import program_of_text

SOURCE = """\
policy wide {
    deny hostPID
}
policy narrow {
    deny hostPID, privileged
}
choose {
    wide   for groups %s
    narrow for everyone
}
"""
MASTERS = Rollout(ignored_groups=("system:masters",))


def left(groups: str, rollout: Rollout = MASTERS) -> tuple[Grant, ...]:
    """The grants of what is compiled."""
    (choice,) = prepared(program_of_text(SOURCE % groups), rollout).written.choices
    return choice.grants


def warned(groups: str, rollout: Rollout = MASTERS) -> list[tuple[str, str]]:
    found = prepared(program_of_text(SOURCE % groups), rollout).diagnostics
    return [(one.code, one.message) for one in found if one.severity == "warning"]


@pytest.mark.parametrize("groups", ["system:masters", "system:m*", "system:masters*", "*"])
def test_no_grant_reaches_an_ignored_group(groups: str) -> None:
    assert not any("system:masters" in grant.subjects.groups for grant in left(groups))
    assert [code for code, _ in warned(groups)] == ["SET021"]


def test_grants_to_others_stay() -> None:
    first = left("system:masters, ops, system:nodes*")[0].subjects.groups
    assert (first.exact, first.prefixes) == (("ops",), ("system:nodes",))


@pytest.mark.parametrize("target", ["gatekeeper", "opa", "vap", "kyverno", "kyverno-cel"])
def test_no_output_names_the_group(target: str) -> None:
    made = compile_program(program_of_text(SOURCE % "system:m*, ops"), (target,), MASTERS).outputs[target]
    text = "".join(file.text for file in made.files)
    assert "ops" in text
    assert "system:m" not in text.replace("system:masters*", "")


@pytest.mark.parametrize(
    ("name", "help"), [("system:master", "did you mean `system:masters`?"), ("other", "leave the option out")]
)
def test_a_group_without_a_grant_is_warned_of(name: str, help: str) -> None:
    found = prepared(program_of_text(SOURCE % "system:masters"), Rollout(ignored_groups=(name,))).diagnostics
    (warning,) = [one for one in found if one.code == "SET027"]
    assert warning.message == f"no grant is to the group {name}: --ignore-group changes nothing"
    assert warning.help.startswith(help)


@pytest.mark.parametrize("name", ["", "a b", "system:*", "*"])
def test_what_is_no_group_is_an_error(name: str) -> None:
    done = CliRunner().invoke(main, ["compile", "pss/baseline", "--ignore-group", name, "-o", "out"])
    assert done.exit_code == 2
    assert f"--ignore-group: `{name}` is no name of a group" in done.output
