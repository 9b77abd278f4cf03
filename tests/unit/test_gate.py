"""``pscc check`` as a gate: what fails it, which warnings are wanted, and comments that hide one."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from pscc.base.source import SourceFile
from pscc.cli import main
from pscc.driver import analyse, checked

TWO_WARNINGS = 'policy team {\n    allow volumes secret, secret\n    exempt containers agent because "ours"\n}\n'
"""LNG060 in the second line, LNG086 in the third."""


def check(text: str, *options: str) -> Result:
    return CliRunner().invoke(main, ["check", "-", *options], input=text)


def codes(text: str) -> list[tuple[str, int]]:
    _, _, found = checked(SourceFile("t.psp", text))
    return sorted((one.code, one.span.line if one.span else 0) for one in found)


def test_the_summary_counts_errors_and_warnings() -> None:
    assert check("policy p { deny hostPID }").stderr == "-: no errors\n"
    assert check(TWO_WARNINGS).stderr == "-: no errors, 2 warnings\n"
    assert check("policy p { deny hostPD }").stderr == "-: 1 error\n"


@pytest.mark.parametrize(
    ("options", "said", "exit_code"),
    [
        ((), 2, 0),
        (("--strict",), 2, 1),
        (("--strict", "--ignore", "LNG060,LNG086"), 0, 0),
        (("--strict", "--ignore", "lng060", "--ignore", "LNG08"), 0, 0),
        (("--strict", "--ignore", "LNG060"), 1, 1),
        (("--strict", "--select", "LNG06"), 1, 1),
        (("--strict", "--select", "SET"), 0, 0),
        (("--strict", "--select", "LNG", "--ignore", "LNG06"), 1, 1),
    ],
)
def test_what_fails(options: tuple[str, ...], said: int, exit_code: int) -> None:
    done = check(TWO_WARNINGS, *options)
    assert done.stdout.count("warning[") == said
    assert done.exit_code == exit_code


def test_no_option_takes_an_error_away() -> None:
    done = check("policy p { deny hostPD }", "--ignore", "LNG", "--select", "SET")
    assert "error[LNG010]" in done.stdout
    assert done.exit_code == 1


@pytest.mark.parametrize(("option", "code"), [("--select", "LNG999"), ("--ignore", ""), ("--ignore", "LNG060,X")])
def test_a_code_that_there_is_not(option: str, code: str) -> None:
    done = check(TWO_WARNINGS, option, code)
    assert done.exit_code == 2
    assert f"{option}: no code is, or begins with, `" in done.output


def test_less_than_a_floor_fails() -> None:
    done = check("policy p { deny hostPID }", "--at-least", "pss/baseline")
    assert done.exit_code == 1
    assert "error[LNG066]: weaker than pss/baseline in privileged" in done.stdout
    assert (
        check(
            "policy p extends pss/baseline@1.30 {\n    deny hostIPC\n}\n", "--at-least", "pss/baseline@1.30"
        ).exit_code
        == 0
    )


# --- comments ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "comment", ["pscc: ignore LNG060 - twice is clearer", "pscc: ignore LNG060: why not", "pscc:ignore LNG060 — x"]
)
def test_a_comment_hides_a_warning(comment: str) -> None:
    beside = TWO_WARNINGS.replace("secret\n", f"secret # {comment}\n")
    above = TWO_WARNINGS.replace("    allow", f"    # {comment}\n    # and more words\n    allow")
    assert codes(beside) == [("LNG086", 3)]
    assert codes(above) == [("LNG086", 5)]


def test_one_comment_hides_several_codes() -> None:
    hiding = TWO_WARNINGS.replace("\n    exempt", "\n    # pscc: ignore LNG086, LNG060 - a test\n    exempt")
    assert codes(hiding) == [("LNG060", 2), ("LNG088", 3)]


@pytest.mark.parametrize(
    "comment", ["pscc: ignore", "pscc: ignore LNG060", "pscc: ignore LNG060 -", "pscc: ignore - all"]
)
def test_without_a_code_or_a_reason_nothing_is_hidden(comment: str) -> None:
    assert codes(TWO_WARNINGS.replace("secret\n", f"secret # {comment}\n")) == [
        ("LNG060", 2),
        ("LNG086", 3),
        ("LNG088", 2),
    ]


def test_other_lines_and_errors_are_not_hidden() -> None:
    far = TWO_WARNINGS.replace("policy", "# pscc: ignore LNG060 - a test\npolicy")
    assert codes(far) == [("LNG060", 3), ("LNG086", 4), ("LNG088", 1)]
    assert "error[LNG010]" in check("policy p { deny hostPD } # pscc: ignore LNG010 - a test\n").stdout


def test_a_text_in_quotes_is_no_comment() -> None:
    text = 'policy team {\n    deny hostPID\n    exempt containers agent because "# pscc: ignore LNG086 - no"\n}\n'
    assert codes(text) == [("LNG086", 3)]


def test_every_command_leaves_out_what_is_hidden() -> None:
    text = "policy team { deny privileged }\nchoose {\n    team for everyone in namespaces team-*\n}\n"
    (warning,) = analyse(SourceFile("t.psp", text))[2]
    assert (warning.code, warning.span and warning.span.line) == ("SET026", 2)
    hiding = text.replace("choose {", "choose { # pscc: ignore SET026 - the others have Pod Security admission")
    assert analyse(SourceFile("t.psp", hiding))[2] == ()
    assert codes(hiding) == []
