"""Files of the checkout that pages link to: they are part of the site, so no link leads out of it."""

from __future__ import annotations

import os
import re
from pathlib import PurePosixPath

from support.paths import ROOT

FOLDER = "checkout"
"""The folder of the site that has the files from outside ``docs/``."""
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)")
ON_THE_SITE = re.compile(r"<!-- site: (.*?) -->")
"""What a page says on the site alone, about a generated page, which is no file of the checkout."""
CODE = re.compile(r"(?ms)^```.*?^```$|`[^`\n]*`")
NAMED = ("grammar/README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "tests/known_gaps.md")
"""The pages outside ``docs/`` that the navigation names."""


def place(path: str) -> str:
    """Where the site has the file ``path`` of the checkout."""
    return path.removeprefix("docs/") if path.startswith("docs/") else f"{FOLDER}/{path}"


def origin(place: str) -> str:
    """The file of the checkout that the site has at ``place``: the reverse of `place`."""
    return place.removeprefix(f"{FOLDER}/") if place.startswith(f"{FOLDER}/") else f"docs/{place}"


def linked(path: str, link: str) -> str:
    """The file of the checkout that ``link`` on the page ``path`` leads to; the README.md of a folder."""
    file = os.path.normpath(PurePosixPath(path).parent / link)
    return f"{file}/README.md" if (ROOT / file).is_dir() else file


def outside(pages: list[str]) -> list[str]:
    """Every file outside ``docs/`` that ``pages`` link to, and that those link to in turn."""
    seen: dict[str, None] = {}
    waiting = [*pages, *NAMED]
    while waiting:
        path = waiting.pop()
        if path in seen or not (ROOT / path).is_file():
            continue
        seen[path] = None
        if path.endswith(".md"):
            text = CODE.sub("", (ROOT / path).read_text("utf-8"))
            waiting += [linked(path, match[1]) for match in LINK.finditer(text)]
    return [path for path in seen if not path.startswith("docs/")]


def rewritten(text: str, path: str) -> str:
    """The Markdown of the page ``path`` of the checkout as the site has it: with what it says there alone, and its links moved."""
    text = ON_THE_SITE.sub(r"\1", text)

    def moved(match: re.Match[str]) -> str:
        target = place(linked(path, match[1]))
        here = os.path.relpath(target, PurePosixPath(place(path)).parent)
        return f"]({here}{match[2] or ''})"

    parts: list[str] = []
    end = 0
    for code in CODE.finditer(text):
        parts += [LINK.sub(moved, text[end : code.start()]), code[0]]
        end = code.end()
    return "".join([*parts, LINK.sub(moved, text[end:])])
