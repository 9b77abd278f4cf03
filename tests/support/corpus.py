"""The public policies of the corpus, each document by itself at its own lines; none where the corpus is not at hand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pscc.base.source import SourceFile
from support.paths import SHARED

FOLDER = SHARED / "corpus" / "psp"
_POLICY = re.compile(r"^kind:\s*[\"']?PodSecurityPolicy[\"']?\s*(#.*)?$", re.MULTILINE)


def documents() -> Iterator[SourceFile]:
    """Each document that says it is a PodSecurityPolicy, as a source of its own, named after its file and line."""
    for path in sorted(FOLDER.glob("*.y*ml")):
        lines = 0
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
        for document in re.split(r"(?m)^---(?=\s|$)", text):
            if _POLICY.search(document):
                yield SourceFile(f"{path.name}", "\n" * lines + document)
            lines += document.count("\n")
