"""`pscc` on PyPI is another project: no text tells anybody to install it."""

from __future__ import annotations

import re
import tomllib

import pytest

from release.archives import DISTRIBUTION
from support.paths import ROOT

STRANGER = re.compile(
    r"(?<![\w./-])pscc\[[a-z,]+\]"  # an extra of the stranger's
    r"|\b(?:install|add|tool run|--from|uvx|pipx run|--with)\s+(?:-{1,2}[\w=-]+\s+)*['\"]?pscc(?![\w-])"
    r"|pypi\.org/(?:project|p)/pscc(?![\w-])"
)
PLACES = ("compiler", "grammar", "templates", "docs", "release", "editors", ".github", "examples", "golden", "tests")
TEXTS = {".py", ".md", ".yml", ".yaml", ".toml", ".json", ".js", ".sh", ".psp", ".j2", ".txt", ".html", ""}


@pytest.mark.parametrize(
    "text", ["pip install pscc", "pipx install 'pscc'", "uv tool install pscc", "`pscc[lsp]`", "pip install -U pscc==1"]
)
def test_the_strangers_name_is_recognised(text: str) -> None:
    assert STRANGER.search(text)


@pytest.mark.parametrize(
    "text", ["pip install 'pscc-compiler[lsp]'", "pip install pscc-compiler", "pscc lsp", "x.pscc[i]"]
)
def test_ours_is_not(text: str) -> None:
    assert not STRANGER.search(text)


def test_no_text_names_the_strangers_package() -> None:
    files = [path for path in ROOT.iterdir() if path.is_file()]
    for place in PLACES:
        files += (p for p in (ROOT / place).rglob("*") if p.is_file() and "node_modules" not in p.parts)
    texts = [path for path in files if path.suffix in TEXTS and path.name != "test_distribution_name.py"]
    assert len(texts) > 1_000
    named = {
        path.relative_to(ROOT).as_posix(): match[0]
        for path in texts
        if (match := STRANGER.search(path.read_bytes().decode("utf-8", "replace")))
    }
    assert named == {}


def test_the_distribution_is_named_so() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == DISTRIBUTION
    assert set(project["scripts"]) == {"pscc", "kubectl-pscc"}
