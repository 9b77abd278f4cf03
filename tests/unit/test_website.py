"""The documentation site: its generated pages leave nothing out, and the built site asks no other host for anything."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import click
import pytest
from pygments.token import Token

from pscc.controls import CONTROLS
from pscc.diagnostics.catalogue import codes
from pscc.targets.registry import TARGETS
from support.paths import ROOT
from website import checkout, colours, commands, controls, targets
from website import codes as codes_page
from website.markdown import anchor, cell

NO_MKDOCS = importlib.util.find_spec("mkdocs") is None or importlib.util.find_spec("material") is None


def test_every_control_has_a_section_with_an_example_and_every_target() -> None:
    sections = controls.page().split("\n## ")[1:]
    assert [section.split(" ", 1)[0] for section in sections] == [control.id for control in CONTROLS]
    for section, control in zip(sections, CONTROLS, strict=True):
        assert control.example in section and "It refuses this pod:" in section
        assert all(f"| `{target}` |" in section for target in TARGETS)
        assert ("| target | checks | default |" in section) is (control.default is not None), control.id


def test_every_code_has_a_section() -> None:
    page = codes_page.page()
    for code, (title, text, example) in codes().items():
        section = page.partition(f"### {code}: {title} {{ #{anchor(code)} data-toc-label={code} }}")[2].partition(
            "\n### "
        )[0]
        assert text in section and all(line in section for line in example.splitlines())


def test_every_command_has_a_section_with_every_option() -> None:
    page = commands.page()
    for name, command, context in commands.named():
        section = page.partition(f"## pscc {name} {{")[2].partition("\n## ")[0]
        for option in command.get_params(context):
            if isinstance(option, click.Option) and not option.hidden:
                assert all(spelling in section for spelling in option.opts), (name, option.name)


def test_every_capability_of_every_target_is_compared() -> None:
    assert targets.undescribed() == set()
    page = targets.page()
    assert all(f"`{target}`" in page for target in TARGETS)
    assert all(f"| {cell(label)} |" in page for _, label, _ in targets.ROWS)


def test_links_out_of_the_folder_of_pages_stay_in_the_site() -> None:
    text = "[a](../SECURITY.md#x) `[b](../SECURITY.md)` [c](fix.md) [d](../examples/policies) [e](https://example.com)"
    assert checkout.rewritten(text, "docs/verify.md") == (
        "[a](checkout/SECURITY.md#x) `[b](../SECURITY.md)` [c](fix.md) "
        "[d](checkout/examples/policies/README.md) [e](https://example.com)"
    )
    assert checkout.rewritten("[a](docs/fix.md)", "SECURITY.md") == "[a](../fix.md)"
    assert checkout.rewritten("<!-- site: [a](reference/codes.md) -->", "docs/ci.md") == "[a](reference/codes.md)"
    assert "SECURITY.md" in checkout.outside([]) and "docs/fix.md" not in checkout.outside(["docs/fix.md"])


def test_every_scope_of_the_editors_grammar_has_a_colour() -> None:
    named = set(re.findall(r'"name": "([a-z.-]+\.psp)"', (ROOT / "grammar" / "psp.tmLanguage.json").read_text("utf-8")))
    assert len(named) > 10
    assert {colours.token(name) in Token for name in named} == {True}
    page = colours.fence('policy a { deny privileged }  # "x" <b>\n', "psp", "psp", {"title": "a<b>.psp"}, None)
    assert '<span class="k">deny</span>' in page and "<b>" not in page


ITEM = re.compile(r" *(?:[-*]|\d+\.) ")


def swallowed(text: str) -> Iterator[str]:
    """The first lines of lists that mkdocs takes for a part of the paragraph before them, or of the list around them."""
    for block in re.split(r"\n\s*\n|^#.*\n", re.sub(r"(?ms)^```.*?^```$", "", text), flags=re.MULTILINE):
        lines = block.strip("\n").splitlines()
        if lines and not ITEM.match(lines[0]) and not lines[0].startswith(" "):
            yield from (line for line in lines if ITEM.match(line))
        yield from (line for line in lines if re.match(r" {1,3}(?:[-*]|\d+\.) ", line))


PAGES = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("path", [*PAGES, *(path for path in checkout.outside(PAGES) if path.endswith(".md"))])
def test_a_list_is_a_list_in_the_site_too(path: str) -> None:
    assert list(swallowed((ROOT / path).read_text("utf-8"))) == []


def test_a_swallowed_list_is_noticed() -> None:
    assert list(swallowed("Why:\n- this\n- that\n")) == ["- this", "- that"]
    assert list(swallowed("1. this\n   - that\n")) == ["   - that"]
    assert list(swallowed("## Why\n- this\n    - that\n  goes on\n\nText\n\n- this\n")) == []


LOADS = {("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("object", "data")}
"""What a browser asks for when it shows a page. A link is asked for by the reader."""


class Loaded(HTMLParser):
    """The addresses that a page makes a browser ask for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if (tag, name) in LOADS]


def foreign(site: Path) -> Iterator[str]:
    """The addresses of other hosts that the pages and style sheets of ``site`` load."""
    for file in sorted(site.rglob("*.html")):
        yield from (each for each in Loaded(file.read_text("utf-8")).addresses if re.match(r"(?:\w+:)?//", each))
    for file in sorted(site.rglob("*.css")):
        yield from re.findall(r"(?:url\(|@import )[\"']?((?:https?:)?//[^\"')]*)", file.read_text("utf-8"))


def test_an_address_of_another_host_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<a href="https://a.example"><script src="//b.example/x.js"></script><img src="c.png">'
    )
    (tmp_path / "b.css").write_text('@import "https://d.example/x.css"; a { background: url(data:x) url(e.png) }')
    assert list(foreign(tmp_path)) == ["//b.example/x.js", "https://d.example/x.css"]


@pytest.mark.slow
@pytest.mark.skipif(NO_MKDOCS, reason="needs the extra pscc-compiler[docs]")
def test_the_site_is_built_strictly_and_asks_no_other_host(tmp_path: Path) -> None:
    path = os.pathsep.join(str(ROOT / folder) for folder in ("compiler", "tests"))
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path, "NO_MKDOCS_2_WARNING": "1"},
        check=True,
    )
    assert (tmp_path / "index.html").is_file() and (tmp_path / "reference" / "codes.html").is_file()
    assert list(foreign(tmp_path)) == []
    pages = [file.read_text("utf-8") for file in tmp_path.rglob("*.html")]
    assert not any('class="mermaid"' in page for page in pages), "its script is loaded from another host"
