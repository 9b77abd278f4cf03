"""The parts that `make test` takes of a grid: a test whose many cases differ in an option, a control or a program alone."""

from __future__ import annotations

import subprocess
import zlib
from collections import Counter
from collections.abc import Iterable

import pytest

from support.paths import ROOT

PARTS = 4
OF_THE_COMMIT = "commit"


def part_of_commit() -> int:
    """The part, 0 to `PARTS` - 1, that is the commit's turn: its number on its branch. The first where there is no git.

    A merge counts as one, so that four commits of the main branch, one behind the other, take all parts.
    """
    command = ["git", "rev-list", "--count", "--first-parent", "HEAD"]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return int(asked.stdout or 0) % PARTS


def outside(items: Iterable[pytest.Item], part: int) -> list[pytest.Item]:
    """Those of ``items`` that belong to a grid and to another part of it than ``part``.

    The cases of a grid go to the parts in turn, and each grid begins with another part, so that all parts take as long.
    """
    met: Counter[str] = Counter()
    left = []
    for item in items:
        if item.get_closest_marker("grid") is None:
            continue
        grid = item.nodeid.partition("[")[0]
        if (met[grid] + zlib.crc32(grid.encode())) % PARTS != part:
            left.append(item)
        met[grid] += 1
    return left
