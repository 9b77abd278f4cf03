"""The parts of a grid: together they are the whole, and no case is in two of them (`support.grids`)."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from support import grids
from support.grids import OF_THE_COMMIT, PARTS, part_of_commit
from support.paths import ROOT

MODULES = ("tests/engines/test_choice_members.py", "tests/engines/test_layouts.py")


def collected(*options: str) -> list[str]:
    """The tests of `MODULES` that a run with ``options`` takes."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "--quiet",
        "-p",
        "no:cacheprovider",
        *options,
        *MODULES,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if "::" in line]


@pytest.mark.slow
def test_the_parts_are_the_whole() -> None:
    whole = collected()
    parts = [collected("--part", str(part)) for part in range(PARTS)]
    often = Counter(test for part in parts for test in part)
    assert set(often) == set(whole)
    # what is in no grid is in every part
    assert set(often.values()) == {1, PARTS}
    of_a_grid = [test for test, count in often.items() if count == 1]
    assert len(of_a_grid) > 100
    sizes = [len(set(part) & set(of_a_grid)) for part in parts]
    assert max(sizes) - min(sizes) <= len({test.partition("[")[0] for test in of_a_grid})


@pytest.mark.slow
def test_the_part_of_a_commit_is_one_of_them() -> None:
    assert collected("--part", OF_THE_COMMIT) == collected("--part", str(part_of_commit()))


def test_a_merge_counts_as_one_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def git(*words: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main")
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True)

    monkeypatch.setattr(grids, "ROOT", tmp_path)
    assert part_of_commit() == 0
    git("init")
    parts = []
    for _ in range(2):
        git("commit", "--allow-empty", "-m", "a")
        parts.append(part_of_commit())
    git("switch", "-c", "side")
    for _ in range(3):
        git("commit", "--allow-empty", "-m", "b")
    git("switch", "main")
    git("merge", "--no-ff", "side", "-m", "c")
    assert [*parts, part_of_commit()] == [1, 2, 3]
