"""``pscc fmt``: the layout keeps meaning and comments, and one run is enough."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pscc.base.source import SourceFile
from pscc.cli import main
from pscc.driver import analyse, decode
from pscc.language.formatting import formatted, without_spans
from pscc.language.printer import WIDTH, print_document
from support.paths import ROOT
from support.sources import valid_sources

UNTIDY = """\
# what the file is

# used
use   "base.psp"  # beside
policy a "t"   extends base { # head
  # why
  deny hostPID,hostIPC   # both
    require  runAsUser 1-5,
      7   because "r"
  in namespaces b, a-*
  # last
}
"""
TIDY = """\
# what the file is

# used
use "base.psp"  # beside

policy a "t" extends base {  # head
    in      namespaces b, a-*
    # why
    deny    hostPID, hostIPC  # both
    require runAsUser 1-5, 7 because "r"
    # last
}
"""


def test_the_layout() -> None:
    assert formatted(SourceFile("a.psp", UNTIDY)) == TIDY == formatted(SourceFile("a.psp", TIDY))


def test_long_lines_are_broken_after_values() -> None:
    words = ", ".join(f"net.ipv4.setting_{n}" for n in range(30))
    text = formatted(SourceFile("a.psp", f'policy a {{\n allow sysctls {words} because "{"long " * 20}"\n}}\n'))
    assert max(map(len, text.splitlines())) <= WIDTH and text.count("\n") > 6


def test_files_of_the_project_are_laid_out() -> None:
    for folder in ("examples", "grammar/library"):
        for path in (ROOT / folder).rglob("*.psp"):
            assert formatted(SourceFile(path.name, path.read_text())) == path.read_text(), path


def test_what_is_imported_is_laid_out_and_means_the_psp() -> None:
    for path in valid_sources():
        document, program, _ = analyse(decode(str(path), path.read_bytes()))
        text = print_document(document)
        assert formatted(SourceFile("p.psp", text)) == text
        assert without_spans(analyse(SourceFile("p.psp", text))[1]) == without_spans(program)


@pytest.mark.parametrize(("option", "code"), [("--check", 1), ("--diff", 1)])
def test_the_command_only_tells(option: str, code: int, tmp_path: Path) -> None:
    path = tmp_path / "a.psp"
    path.write_text(UNTIDY)
    done = CliRunner().invoke(main, ["fmt", option, str(path)])
    assert (done.exit_code, path.read_text()) == (code, UNTIDY)
    assert str(path) in done.output


def test_the_command_writes_and_then_has_nothing_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.psp"
    path.write_text(UNTIDY)
    assert CliRunner().invoke(main, ["fmt", str(tmp_path)]).exit_code == 0
    assert path.read_text() == TIDY
    assert CliRunner().invoke(main, ["fmt", "--check", str(tmp_path)]).exit_code == 0
    assert CliRunner().invoke(main, ["fmt", "-"], input=UNTIDY).output == TIDY
    path.write_text("policy a {\n denny hostPID\n}\n")
    assert CliRunner().invoke(main, ["fmt", str(path)]).exit_code == 1
    assert "denny" in path.read_text()


@pytest.mark.parametrize("reason", ["", ' because "commas, are, in, it"'])
def test_a_long_list_without_values_is_broken_behind_commas(reason: str) -> None:
    names = "privileged, hostNetwork, hostPID, hostIPC, hostPorts, hostProcess, hostProbes, hostPath, flexVolume, csi, sysctls"
    text = f"policy a {{\n    deny {names}, runtimeClassName{reason}\n}}\n"
    laid_out = formatted(SourceFile("p.psp", text))
    assert len(laid_out.splitlines()) > 3 and all(len(line) <= 120 for line in laid_out.splitlines())
    assert formatted(SourceFile("p.psp", laid_out)) == laid_out


def test_a_brace_on_the_next_line_is_put_where_it_belongs(tmp_path: Path) -> None:
    path = tmp_path / "p.psp"
    path.write_text("policy a\n{\n    deny hostPID\n}\n\nchoose warn\n\n{\n    a for everyone\n}\n")
    told = CliRunner().invoke(main, ["check", str(path)])
    assert (told.exit_code, told.stdout.count("error[")) == (1, 2), told.stdout
    assert "`{` has to stand on the line of `policy`" in told.stdout
    assert "`pscc check --fix` does so" in told.stdout
    assert CliRunner().invoke(main, ["check", "--fix", str(path)]).exit_code == 0
    assert path.read_text() == "policy a {\n    deny hostPID\n}\n\nchoose warn {\n    a for everyone\n}\n"
    assert CliRunner().invoke(main, ["fmt", "--check", str(path)]).exit_code == 0


def test_a_comment_before_a_brace_is_not_moved(tmp_path: Path) -> None:
    path = tmp_path / "p.psp"
    path.write_text("policy a # why\n{\n    deny hostPID\n}\n")
    told = CliRunner().invoke(main, ["check", "--fix", str(path)])
    assert told.exit_code == 1 and "--fix" not in told.stdout
    assert path.read_text() == "policy a # why\n{\n    deny hostPID\n}\n"
