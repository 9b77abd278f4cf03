"""What mkdocs calls while it builds: generated pages, and pages of the checkout outside ``docs/``, become part of the site."""

from __future__ import annotations

from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from support.paths import ROOT
from website.checkout import origin, outside, place, rewritten
from website.generated import GENERATORS, pages

PLAYGROUND = "playground/index.html"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Leave the playground out of the navigation where this checkout has none."""
    nav: list[Any] = config.nav or []
    has_one = (ROOT / "docs" / PLAYGROUND).is_file()
    config.nav = [entry for entry in nav if has_one or PLAYGROUND not in entry.values()]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages, and the files outside ``docs/`` that pages link to."""
    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    own = [f"docs/{file.src_uri}" for file in files.documentation_pages() if file.src_uri not in GENERATORS]
    for path in outside(own):
        files.append(File.generated(config, place(path), content=(ROOT / path).read_bytes()))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Point the links of a page to where the site has their targets."""
    if page.file.src_uri in GENERATORS:
        return markdown
    return rewritten(markdown, origin(page.file.src_uri))
