"""``examples/platform``: the file holds what its README says, and the sizes there are those of today's outputs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pscc.base.source import SourceFile
from pscc.driver import analyse, compile_program
from pscc.language.formatting import formatted
from pscc.meaning.lint import lint
from pscc.targets.registry import TARGETS
from support.golden import check_golden
from support.paths import ROOT

FOLDER = ROOT / "examples" / "platform"
TEXT = (FOLDER / "tiers.psp").read_text(encoding="utf-8")
README = FOLDER / "README.md"
NO_SUITES = ("suite.yaml", "suite/", "kyverno-test.yaml", "_test.rego")


def table() -> Iterator[str]:
    """A row for each target: what is written for it."""
    _, program, _ = analyse(SourceFile("tiers.psp", TEXT))
    yield "| target | lines | bytes |"
    yield "|---|---|---|"
    for target in TARGETS:
        files = compile_program(program, (target,)).outputs[target].files
        kept = [f.text for f in files if not f.path.startswith(NO_SUITES[:2]) and not f.path.endswith(NO_SUITES[2:])]
        lines, size = sum(text.count("\n") for text in kept), sum(len(text.encode()) for text in kept)
        yield f"| `{target}` | {lines:,} | {size:,} |"


@pytest.mark.slow
def test_the_sizes_are_todays() -> None:
    before, _, after = README.read_text(encoding="utf-8").partition("| target |")
    rest = after.partition("\n\n")[2]
    wanted = before + "\n".join(table()) + "\n" + (f"\n{rest}" if rest else "")
    check_golden(FOLDER, {"README.md": wanted}, inputs=["tiers.psp", "tiers_test.yaml"])


def test_the_file_is_what_a_platform_team_needs() -> None:
    document, program, warnings = analyse(SourceFile("tiers.psp", TEXT))
    assert not warnings and formatted(SourceFile("tiers.psp", TEXT)) == TEXT and TEXT.count("\n") < 60
    assert f"{TEXT.count(chr(10))} lines, {len(TEXT.encode()) / 1000:.1f} kB" in README.read_text(encoding="utf-8")
    (choice,) = program.choices
    assert [policy.name for policy in choice.policies] == ["nodes", "edge", "apps"]
    exemptions = [exemption for policy in document.policies for exemption in policy.exemptions]
    assert len(exemptions) > 1 and all(exemption.because for exemption in exemptions)
    assert not list(lint(document, program))
