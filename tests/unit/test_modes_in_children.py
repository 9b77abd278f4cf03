"""A statement with a mode of its own adds to what the parent says: `enforce`, `warn` and `audit` hold beside each other."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pscc import ir
from pscc.base.source import SourceFile
from pscc.cli import main
from pscc.diagnostics import Diagnostic, SourceError
from pscc.driver import analyse, checked
from pscc.explain.effective import effective
from pscc.language.printer import print_document
from pscc.meaning.linking import Family

PARENT = "policy parent {\n    allow hostPorts 80, 443\n    deny  hostPID\n}\n"


def policies(text: str) -> dict[str, tuple[ir.Mode, list[str]]]:
    """The mode and the statements of each policy."""
    resolved = analyse(SourceFile("p.psp", text))[1].policies
    return {policy.name: (policy.mode, [check.statement for check in policy.checks]) for policy in resolved}


def child(*lines: str, parent: str = PARENT) -> str:
    body = "".join(f"    {line}\n" for line in lines)
    return f"{parent}policy child extends parent {{\n{body}}}\n"


def test_both_hold() -> None:
    meant = policies(child("audit allow hostPorts 443", "warn deny hostPorts"))
    assert meant["child"] == ("enforce", ["deny hostPID", "allow hostPorts 80, 443"])
    assert meant["child-audit"] == ("audit", ["audit allow hostPorts 443"])
    assert meant["child-warn"] == ("warn", ["warn deny hostPorts"])


def test_so_they_do_in_one_policy() -> None:
    meant = policies("policy a {\n    allow hostPorts 80\n    audit deny hostPorts\n}\n")
    assert meant == {
        "a": ("enforce", ["allow hostPorts 80"]),
        "a-audit": ("audit", ["audit deny hostPorts"]),
    }


@pytest.mark.parametrize("lines", [("deny hostPID",) * 2, ("audit deny hostPID",) * 2])
def test_two_of_one_mode_do_not(lines: tuple[str, ...]) -> None:
    with pytest.raises(SourceError) as caught:
        policies(child(*lines))
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == ["LNG014"]


def test_a_statement_replaces_the_one_of_its_mode_alone() -> None:
    parent = PARENT.replace("deny  hostPID", "audit deny hostPorts 80")
    assert policies(child("audit deny hostPorts 443", parent=parent))["child-audit"][1] == ["audit deny hostPorts 443"]
    meant = policies(child("allow hostPorts 443", parent=parent))
    assert (meant["child"][1], meant["child-audit"][1]) == (["allow hostPorts 443"], ["audit deny hostPorts 80"])


def test_without_takes_out_all_of_them() -> None:
    parent = PARENT.replace("deny  hostPID", "audit deny hostPorts 80")
    meant = policies(child("without hostPorts", "warn deny hostPorts", parent=parent))
    assert set(meant) == {"parent", "parent-audit", "child-warn"}


def test_nothing_is_lost_where_a_grandchild_has_the_mode_of_a_statement() -> None:
    middle = PARENT + "policy middle extends parent {\n    audit deny hostPorts 443\n}\n"
    meant = policies(middle + "policy last extends middle {\n    audit\n}\n")
    assert meant["last"] == ("audit", ["deny hostPID", "allow hostPorts 80, 443"])
    assert meant["last-audit"] == ("audit", ["audit deny hostPorts 443"])
    enforcing = PARENT + "policy middle extends parent {\n    audit\n    enforce allow hostPorts 443\n}\n"
    meant = policies(enforcing + "policy last extends middle {\n}\n")
    assert meant["last"] == ("enforce", ["deny hostPID", "allow hostPorts 80, 443"])
    assert meant["last-enforce"] == ("enforce", ["enforce allow hostPorts 443"])


def test_a_mode_that_is_the_policys_own_needs_no_policy_of_its_own() -> None:
    assert set(policies("policy a {\n    enforce deny hostPID\n    deny hostIPC\n}\n")) == {"a"}


def test_written_out_it_means_the_same() -> None:
    text = child("audit", "enforce allow hostPorts 443", "warn deny hostPorts", "audit deny hostPorts 80")
    document = analyse(SourceFile("p.psp", text))[0]
    written = print_document(effective(document, Family(document.policies)))
    assert policies(written) == policies(text)


def test_a_list_is_widened_in_its_own_mode() -> None:
    parent = PARENT.replace("deny  hostPID", "audit allow hostPorts 80")
    meant = policies(child("allow hostPorts add 90", "audit allow hostPorts add 91", parent=parent))
    assert meant["child"][1] == ["allow hostPorts 80, 443, 90"]
    assert meant["child-audit"][1] == ["audit allow hostPorts 80, 91"]


def warned(text: str) -> list[Diagnostic]:
    return [found for found in checked(SourceFile("p.psp", text))[2] if found.code == "LNG062"]


@pytest.mark.parametrize("line", ["audit require runAsNonRoot true", "warn deny hostPID", "audit deny hostPorts 80"])
def test_what_is_refused_anyway_is_not_worth_a_report(line: str) -> None:
    text = f"policy watch extends pss/restricted@1.31 {{\n    {line}\n}}\n"
    (warning,) = warned(text)
    control = line.split()[2]
    assert warning.span is not None
    assert (warning.span.line, f"write `without {control}` as well" in (warning.help or "")) == (2, True)
    assert warned(text.replace("{\n", f"{{\n    without {control}\n")) == []


def test_in_one_policy_the_other_statement_goes_for_that() -> None:
    (warning,) = warned("policy a {\n    deny hostPorts\n    audit deny hostPorts 80\n}\n")
    assert (warning.help or "").endswith("if hostPorts shall only be reported, take `deny hostPorts` out")


def test_what_is_stricter_is() -> None:
    assert warned(child("audit allow hostPorts 443", "warn require runAsNonRoot true")) == []


def test_explain_says_nothing_of_a_replacement(tmp_path: Path) -> None:
    source = tmp_path / "p.psp"
    source.write_text(child("audit allow hostPorts 443", "deny hostPID"), encoding="utf-8")
    shown = CliRunner().invoke(main, ["explain", str(source)]).stdout
    assert [line.strip().partition(" of parent")[0] for line in shown.splitlines() if "In place of" in line] == [
        "In place of: `deny hostPID`"
    ]
