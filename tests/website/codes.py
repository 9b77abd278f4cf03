"""The page of the diagnostics: a section for each code."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from pscc.diagnostics.catalogue import codes
from website.markdown import anchor, fence, table, text_of

PATH = "reference/codes.md"


def page() -> str:
    """The page: a list of all codes, and a section for each with its explanation and its example."""
    return text_of(_lines())


def _lines() -> Iterator[str]:
    yield from ("# Diagnostics", "")
    yield (
        "A diagnostic is what pscc reports about a source. Each has a code. `pscc explain CODE` shows the same on a terminal, "
        "and `# pscc: ignore CODE - reason` beside a statement hides a warning."
    )
    yield ""
    yield from table(
        ["code", "what is wrong"], ((f"[`{code}`](#{anchor(code)})", title) for code, (title, _, _) in codes().items())
    )
    for family, entries in groupby(codes().items(), key=lambda entry: entry[0][:3]):
        yield from (f"## {family}", "")
        for code, (title, text, example) in entries:
            yield from (f"### {code}: {title} {{ #{anchor(code)} data-toc-label={code} }}", "", text, "")
            if example:
                yield from fence("text", example)
