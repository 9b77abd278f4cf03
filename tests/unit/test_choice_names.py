"""What a choice is called, and that two folders in one cluster share no name of a choice."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from pscc.base.source import SourceFile
from pscc.cli import main
from pscc.diagnostics import SourceError
from pscc.driver import analyse, compile_program
from pscc.language.parser import parse
from pscc.language.printer import print_document
from pscc.targets.registry import TARGETS

MEMBERS = "policy low {\n    deny hostPID\n}\npolicy high {\n    deny hostIPC\n}\n"
GRANTS = " {\n    low for users ann\n    high for everyone\n}\n"


def choices(text: str, file: str = "team.psp") -> list[str]:
    _, program, _ = analyse(SourceFile(file, text))
    return [choice.name for choice in program.choices]


def codes(text: str) -> list[str]:
    try:
        return [diagnostic.code for diagnostic in analyse(SourceFile("team.psp", text))[2]]
    except SourceError as error:
        return [diagnostic.code for diagnostic in error.diagnostics]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("team-a.psp", "team-a"),
        ("a/b/Team_B.psp", "team-b"),
        ("-", "pod-security-policies"),
        ("ü.psp", "pod-security-policies"),
        ("low.psp", "low-choice"),
        (f"{'x' * 260}.psp", "pod-security-policies"),
    ],
)
def test_without_a_name_a_choice_is_called_after_its_file(file: str, name: str) -> None:
    assert choices(f"{MEMBERS}choose{GRANTS}", file) == [name]


def test_two_choices_without_a_name_differ() -> None:
    assert choices(f"{MEMBERS}choose{GRANTS}choose{GRANTS}choose{GRANTS}") == ["team", "team-choice", "team-choice-2"]


def test_a_written_name_is_kept_and_others_give_way_to_it() -> None:
    assert choices(f"{MEMBERS}choose{GRANTS}choose team{GRANTS}") == ["team-choice", "team"]
    assert choices(f"{MEMBERS}choose edge.web warn{GRANTS}") == ["edge.web"]


@pytest.mark.parametrize("head", ["choose", "choose edge", "choose audit", "choose edge audit"])
def test_the_name_is_printed_as_it_was_written(head: str) -> None:
    assert f"\n{head} {{\n" in print_document(parse(SourceFile("team.psp", f"{MEMBERS}{head}{GRANTS}")))


def test_names_that_cannot_be_are_errors() -> None:
    assert codes(f"{MEMBERS}choose low{GRANTS}") == ["SET017"]
    assert codes(f"{MEMBERS}choose edge{GRANTS}choose edge{GRANTS}") == ["SET017"]
    assert codes(f"{MEMBERS}choose Edge{GRANTS}") == ["LNG016"]


def test_a_name_that_is_nearly_a_mode_is_warned_of() -> None:
    assert "SET018" in codes(f"{MEMBERS}choose audti{GRANTS}")
    assert "SET018" not in codes(f"{MEMBERS}choose edge{GRANTS}")


def test_a_dump_and_its_import_name_the_choice_alike(tmp_path: Path) -> None:
    imported = tmp_path / "team.psp"
    assert CliRunner().invoke(main, ["import", "examples/cluster/dump.yaml", "-o", str(imported)]).exit_code == 0
    _, program, _ = analyse(SourceFile("team.psp", imported.read_text(encoding="utf-8")))
    assert [choice.name for choice in program.choices] == ["pod-security-policies"]


@pytest.mark.parametrize("target", TARGETS)
def test_two_teams_share_no_object_of_a_choice(target: str) -> None:
    """But ConstraintTemplates of one shape, and what expands workloads, which are the same wherever they come from."""
    taken: list[set[tuple[str, str]]] = []
    for team in ("a", "b"):
        text = MEMBERS.replace("low", f"{team}-low").replace("high", f"{team}-high")
        text += f"choose{GRANTS}".replace("low", f"{team}-low").replace("high", f"{team}-high")
        _, program, _ = analyse(SourceFile(f"team-{team}.psp", text))
        output = compile_program(program, (target,)).outputs[target]
        documents = [
            document
            for file in output.files
            if file.path in output.resources and file.path.endswith(".yaml")
            for document in yaml.load_all(file.text, yaml.CSafeLoader)
        ]
        names = {(d["kind"], d["metadata"]["name"]) for d in documents} or {
            ("file", file.path) for file in output.files if file.path.startswith("policies/")
        }
        assert names
        taken.append(names)
    assert not taken[0] & taken[1]


@pytest.mark.parametrize("pair", [("team-a", "teama"), ("a-b", "a.b"), ("deny-privileged", "ab"), ("a-b", "ab")])
def test_templates_of_choices_have_names_of_their_own(pair: tuple[str, str]) -> None:
    grants = f"choose {pair[0]}{GRANTS}choose {pair[1]}{GRANTS}"
    _, program, _ = analyse(SourceFile("p.psp", f"policy p {{\n    deny privileged\n}}\n{MEMBERS}{grants}"))
    output = compile_program(program, ("gatekeeper",)).outputs["gatekeeper"]
    assert len([file for file in output.files if file.path.startswith("templates/pscc")]) == 3
