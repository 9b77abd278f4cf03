"""README and docs: every command that a page shows is run as it stands there, and every link leads to something.

A page is followed from its top in a folder with the checkout's examples. A block with a title is a file that the reader writes.
"""

from __future__ import annotations

import contextlib
import io
import re
import shutil
from pathlib import Path

import pytest
import yaml

from support.paths import ROOT
from support.shown import commands, fences, obey, shows

CLUSTER = ROOT / "examples" / "cluster"
PRINTED = {
    name: (CLUSTER / file).read_text("utf-8")
    for name, file in (("psp", "dump.yaml"), ("deployments", "pods.yaml"), ("pods", "pods.yaml"))
}
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    ROOT / "grammar" / "README.md",
    *sorted((ROOT / "examples").rglob("*.md")),
]
FOLLOWED = [page for page in PAGES if re.search("```(console|python)", page.read_text("utf-8"))]


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    return tmp_path


@pytest.mark.parametrize("page", FOLLOWED, ids=name)
def test_a_page_can_be_followed(page: Path, here: Path) -> None:
    for block in fences(page.read_text("utf-8")):
        if block.title:
            (here / block.title).parent.mkdir(parents=True, exist_ok=True)
            (here / block.title).write_text(block.text, encoding="utf-8")
        if block.language == "console":
            for command, output in commands(block.text):
                printed = obey(command, PRINTED, may_fail=bool(output))
                if output and printed is not None:
                    assert shows(output, printed), (command, printed)
        if block.language == "python":
            prints = [line.partition("# prints ")[2] for line in block.text.splitlines() if "# prints " in line]
            with contextlib.redirect_stdout(io.StringIO()) as caught:
                exec(compile(block.text, name(page), "exec"), {"__name__": "page"})
            assert caught.getvalue().splitlines() == prints


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_stand_in_blocks_that_are_followed(page: Path) -> None:
    """A command in a block of another language would be one that no test runs."""
    languages = {block.language for block in fences(page.read_text("utf-8"))}
    assert not languages & {"sh", "bash", "shell"}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_to_files_of_the_checkout(page: Path) -> None:
    prose = re.sub(r"(?ms)^```.*?^```$|`[^`\n]*`|<!-- site: .*? -->", "", page.read_text("utf-8"))
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", prose):
        assert (page.parent / link).exists(), link


def test_the_readme_fits_on_two_screens_and_has_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert text.count("\n") <= 130
    shown = [command for block in fences(text) if block.language == "console" for command, _ in commands(block.text)]
    assert shown[:2] == ["make demo", "make test"]


def within(part: object, whole: object) -> bool:
    """Whether every field of ``part`` is in ``whole``, with the same value."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and within(value, whole[key]) for key, value in part.items())
    return part == whole


def test_what_the_readme_shows_before_and_after_is_real(here: Path) -> None:
    shown = next(block.text for block in fences((ROOT / "README.md").read_text("utf-8")) if block.language == "yaml")
    before, after = yaml.safe_load_all(shown)
    obey("pscc compile examples/psp-default.yaml -o out")
    assert within(before, yaml.safe_load((here / "examples" / "psp-default.yaml").read_text("utf-8")))
    assert within(after, yaml.safe_load((here / "out/policies/default/allow-host-ports.yaml").read_text("utf-8")))
    assert not within({**after, "kind": "Other"}, after)


def test_a_page_that_shows_something_else_fails() -> None:
    assert shows("a\n…\nd\n", "a\nb\nc\nd\n") and shows("a\n…\n", "a\nb\n")
    assert not shows("a\nb\n", "a\nb\nc\n") and not shows("b\n…\n", "a\nb\n")
    with pytest.raises(AssertionError):
        obey("helm install x")
