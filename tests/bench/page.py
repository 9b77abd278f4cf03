"""``docs/speed.md``: the figures of one run, above what is written by hand."""

from __future__ import annotations

import math
import platform
from collections.abc import Sequence

from bench.figure import Figure
from support.paths import ROOT

PAGE = ROOT / "docs" / "speed.md"
BEGIN, END = "<!-- figures: `make bench` writes them -->", "<!-- end of figures -->"


def written(figures: Sequence[Figure]) -> str:
    """The page with these ``figures`` in it."""
    text = PAGE.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2]
    lines = [
        f"Python {platform.python_version()}, {platform.system()} on {platform.machine()}.",
        "",
        "| measured | value | aim | `make bench` fails |",
        "|---|---|---|---|",
        *(f"| {figure.what} | {figure.value:.2f} | {figure.aim} | {_limit(figure)} |" for figure in figures),
    ]
    return f"{head}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{tail}"


def _limit(figure: Figure) -> str:
    if math.isinf(figure.limit):
        return ""
    return f"{'below' if figure.at_least else 'above'} {figure.limit:g}"
