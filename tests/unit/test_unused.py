"""What is written and decides nothing: a `use`, the `choose` of a used file, a policy of a choice, a release not named."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pscc.base.source import SourceFile
from pscc.cli import main
from pscc.driver import checked, decode
from pscc.meaning.linking import LoadError

FILES = {
    "base.psp": "policy base {\n    deny privileged\n}\n",
    "chosen.psp": "policy base {\n    deny privileged\n}\nchoose {\n    base for everyone\n}\n",
    "on.psp": 'use "base.psp"\npolicy on extends base {\n    deny hostIPC\n}\n',
}
STRICT = "policy strict extends pss/restricted@1.30 {\n}\npolicy wide {\n    deny hostPID\n}\n"


def load(path: str, user: str) -> SourceFile:
    if path not in FILES:
        raise LoadError("no such file")
    return SourceFile(path, FILES[path])


def warned(*texts: str) -> list[tuple[str, str, int]]:
    """Code, file and line of each warning about `use` or a choice."""
    sources = [SourceFile(f"p{n}.psp" if n else "p.psp", text) for n, text in enumerate(texts)]
    sources = [*sources[:1], *(SourceFile(name, FILES[name]) for name in texts[1:])]
    diagnostics = checked(*sources, load=load)[2]
    codes = ("LNG095", "LNG096", "SET028")
    return [(d.code, d.span.file, d.span.line) for d in diagnostics if d.code in codes and d.span]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('use "base.psp"\npolicy a {\n    deny hostPID\n}\n', [("LNG095", "p.psp", 1)]),
        ('use "base.psp"\npolicy a extends base {\n    deny hostPID\n}\n', []),
        ('use "base.psp"\nchoose {\n    base for everyone\n}\n', []),
        ('use "on.psp"\npolicy a extends on {\n    deny hostPID\n}\n', []),
        # what a used file uses itself can be named, too
        ('use "on.psp"\npolicy a extends base {\n    deny hostPID\n}\n', []),
        ('use "base.psp"\nuse "on.psp"\npolicy a extends on {\n    deny hostPID\n}\n', [("LNG095", "p.psp", 1)]),
        ('use "chosen.psp"\npolicy a extends base {\n    deny hostPID\n}\n', [("LNG096", "p.psp", 1)]),
        ('use "chosen.psp"\npolicy a {\n    deny hostPID\n}\n', [("LNG095", "p.psp", 1)]),
    ],
)
def test_a_use(text: str, expected: list[tuple[str, str, int]]) -> None:
    assert warned(text) == expected


def test_a_used_file_that_is_a_source_is_in_force() -> None:
    assert warned('use "chosen.psp"\npolicy a extends base {\n    deny hostPID\n}\n', "chosen.psp") == []
    assert warned('use "chosen.psp"\npolicy a {\n    deny hostPID\n}\n', "chosen.psp") == [("LNG095", "p.psp", 1)]


@pytest.mark.parametrize(
    ("grants", "warns"),
    [
        (("strict for everyone", "wide for everyone"), True),
        (("strict for groups devs", "wide for everyone"), True),
        (("strict for everyone in namespaces a", "wide for everyone"), True),
        (("strict for everyone", "wide for groups devs"), False),
        (("strict for everyone", "wide for everyone in namespaces a"), False),
        (("wide for groups devs", "strict for everyone"), False),
    ],
)
def test_a_policy_that_restricts_nobody(grants: tuple[str, str], warns: bool) -> None:
    choice = "choose {\n" + "".join(f"    {grant}\n" for grant in grants) + "}\n"
    assert warned(STRICT + choice) == ([("SET028", "p.psp", 8)] if warns else [])


def test_one_that_admits_other_pods_is_no_wider_one() -> None:
    other = STRICT.replace("deny hostPID", "deny runAsUser 5")
    assert warned(f"{other}choose {{\n    strict for everyone\n    wide for everyone\n}}\n") == []


def test_policies_of_a_cluster_are_warned_of_too() -> None:
    psp = (
        "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {name: %s}\nspec:\n  privileged: %s\n"
        "  seLinux: {rule: RunAsAny}\n  runAsUser: {rule: RunAsAny}\n  fsGroup: {rule: RunAsAny}\n"
        "  supplementalGroups: {rule: RunAsAny}\n  volumes: ['*']\n"
    )
    text = "---\n".join((psp % ("a", "false"), psp % ("b", "true")))
    warnings = checked(decode("dump.yaml", text.encode()), everyone=True)[2]
    assert "SET028" in {warning.code for warning in warnings}


@pytest.mark.parametrize(
    ("parent", "release", "warns"),
    [
        ("pss/restricted", "1.30", True),
        ("pss/restricted@1.30", "1.30", False),
        ("pss/restricted", "1.37", False),
        ("base", "1.30", False),
    ],
)
def test_a_standard_without_its_release(parent: str, release: str, warns: bool, tmp_path: Path) -> None:
    source = tmp_path / "p.psp"
    source.write_text(f"policy base {{\n    deny hostPID\n}}\npolicy a extends {parent} {{\n}}\n", encoding="utf-8")
    arguments = ["compile", str(source), "-t", "vap", "--kubernetes", release, "-o", str(tmp_path / "out")]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.stderr
    assert ("[LNG097]" in done.stderr) is warns
    assert ("write `pss/restricted@1.30`" in done.stderr) is warns
