"""``diff --prove``: the solver decides what the search leaves undecided, and never contradicts what it says.

`PSCC_FUZZ=N` draws N times as many pairs, and with more than 1 every generated change is asked about.
"""

from __future__ import annotations

import json
import os
import random
import sys
from itertools import islice
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pscc import ir
from pscc.cli import main
from pscc.proving.programs import deciding
from pscc.proving.programs.deciding import UNCONFIRMED, decided, solved
from pscc.reasoning.difference.compare import compare
from support.difference_changes import changes
from support.difference_pairs import Pair, contradiction, pairs, program
from support.difference_solved import SECONDS, contradictions, controls

TIMES = int(os.environ.get("PSCC_FUZZ", "1"))
MOST_LINES = 12
"""Of a pair that is compared unless `PSCC_FUZZ` is set: two large programs need a question for each control."""
ONE_IN = 12

CHOICE = "policy a {{\n deny hostPID\n}}\npolicy b {{\n deny hostIPC\n {}\n}}\nchoose {{\n a for groups ops\n {}\n}}\n"
APP_ARMOR = "policy p {{\n allow appArmorProfile runtime/default{}\n}}\n"
PAIRS = {
    "looser": ("policy p {\n deny hostPID\n deny hostIPC\n}\n", "policy p {\n deny hostIPC\n}\n"),
    "both": ("policy p {\n deny hostPID\n}\n", "policy p {\n deny hostIPC\n}\n"),
    "written otherwise": ("policy p {\n allow runAsUser 1-9\n}\n", "policy p {\n allow runAsUser 1-4, 5-9\n}\n"),
    "in two policies": (
        "policy p {\n deny hostPID\n deny hostIPC\n}\n",
        "policy p {\n deny hostPID\n}\npolicy q {\n deny hostIPC\n}\n",
    ),
    "a default": ("policy p {\n require nonRoot\n default nonRoot\n}\n", "policy p {\n require nonRoot\n}\n"),
    "warnings": ("policy p {\n warn deny hostPID\n}\n", "policy p {\n audit deny hostPID\n}\n"),
    "nobody": (CHOICE.format("", ""), CHOICE.format("", "b for everyone")),
    "authenticated": (
        CHOICE.format("", "b for groups system:authenticated"),
        CHOICE.format("", "b for groups system:authenticated, users alice"),
    ),
    "a default in a choice": (
        CHOICE.format("require nonRoot", "b for everyone") + "policy last {\n require nonRoot\n}\n",
        CHOICE.format("require nonRoot\n default nonRoot", "b for everyone") + "policy last {\n require nonRoot\n}\n",
    ),
    "an annotation": (APP_ARMOR.format(""), APP_ARMOR.format(", localhost/x")),
}


def both(name: str) -> tuple[ir.Program, ir.Program]:
    old, new = map(program, PAIRS[name])
    assert old is not None and new is not None
    return old, new


@pytest.mark.parametrize("name", PAIRS)
def test_what_a_search_leaves_open_is_decided_as_a_longer_search_decides_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = both(name)
    searched = compare(old, new)
    monkeypatch.setattr("pscc.reasoning.difference.search.MOST_STEPS", 0)
    open_ = compare(old, new)
    found = decided(old, new, open_, SECONDS)
    assert open_.undecided or open_ == searched
    assert [each for each in found.undecided if each.about != "defaults"] == []
    assert controls(found) == controls(searched)
    assert set(found.solved) == {each.control for each in open_.undecided if each.about == "control"}
    for kind in ("looser", "stricter", "quieter", "louder"):
        for one, other in zip(getattr(searched, kind), getattr(found, kind), strict=True):
            assert one.mode == other.mode and set(one.requests) == set(other.requests)
    assert not contradiction(Pair(*PAIRS[name], old, new), found, random.Random(1), 40)


def test_a_pod_that_the_interpreter_does_not_confirm_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "of_creation", lambda *of: None)
    assert solved(*both("looser"), SECONDS).looser[0].old_pod is not None
    monkeypatch.setattr(deciding, "of_update", lambda *of: None)
    found = solved(*both("looser"), SECONDS)
    assert [(each.control, each.reason) for each in found.undecided] == [("hostPID", UNCONFIRMED)]
    assert not found.looser and found.relation == "undecided"


def test_what_the_solver_does_not_understand_stays_undecided_and_is_named() -> None:
    old = program('policy p {\n require seLinuxOptions level="s0:c1,c2,c3,c4,c5,c6,c7"\n}\n')
    new = program("policy p {\n deny hostPID\n}\n")
    assert old is not None and new is not None
    found = solved(old, new, SECONDS)
    assert {each.control for each in found.undecided} == {"hostPID", "seLinuxOptions"}
    assert all("an SELinux level with 7 categories" in each.reason for each in found.undecided)


# --- the command ----------------------------------------------------------------


def diff(folder: Path, name: str, *options: str) -> Result:
    for file, text in zip(("old.psp", "new.psp"), PAIRS[name], strict=True):
        (folder / file).write_text(text, encoding="utf-8")
    return CliRunner().invoke(main, ["diff", str(folder / "old.psp"), str(folder / "new.psp"), *options])


def test_the_command_decides_and_says_by_whom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pscc.reasoning.difference.search.MOST_STEPS", 0)
    assert diff(tmp_path, "looser").exit_code == 1
    done = diff(tmp_path, "looser", "--prove")
    assert done.exit_code == 0
    assert done.stdout.startswith(
        "NEW is more permissive than OLD\n  looser    hostPID\ndecided by the solver: hostPID"
    )
    assert "      hostPID: true" in done.stdout
    assert diff(tmp_path, "looser", "--prove", "--no-looser").exit_code == 1
    said = json.loads(diff(tmp_path, "looser", "--prove", "--format", "json").stdout)
    assert (said["relation"], said["undecided"], said["decidedBySolver"]) == ("more permissive", [], ["hostPID"])
    assert "\ndecided by the solver: hostPID\n" in diff(tmp_path, "looser", "--prove", "--format", "markdown").stdout


def test_the_solver_is_not_asked_where_the_search_has_decided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "solved", lambda *of: pytest.fail("the solver is asked"))
    assert diff(tmp_path, "both", "--prove").stdout == diff(tmp_path, "both").stdout


def test_a_time_limit_leaves_it_undecided_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pscc.proving.solver import Unsolved

    monkeypatch.setattr("pscc.reasoning.difference.search.MOST_STEPS", 0)
    monkeypatch.setattr("pscc.proving.question.solve", lambda *of: Unsolved("timeout"))
    done = diff(tmp_path, "looser", "--prove", "--time-limit", "1")
    assert done.exit_code == 1
    assert "undecided hostPID, the solver gave up: timeout" in done.stdout
    assert "decided by the solver" not in done.stdout


def test_without_a_solver_the_command_says_how_to_install_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    done = diff(tmp_path, "looser", "--prove")
    assert done.exit_code == 2
    assert "pscc diff --prove needs the solver z3: run `pip install 'pscc-compiler[prove]'`" in done.stderr


# --- the search and the solver ----------------------------------------------------


@pytest.mark.slow
def test_search_and_solver_agree_about_generated_changes() -> None:
    asked = 0
    for number, change in enumerate(changes(random.Random(17))):
        old, new = program(change.narrow), program(change.wide)
        if old is not None and new is not None and (TIMES > 1 or number % ONE_IN == 0):
            asked += 1
            assert not (wrong := contradictions(old, new)), (change, wrong)
    assert asked >= 25


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3 * TIMES))
def test_search_and_solver_agree_about_drawn_pairs(seed: int) -> None:
    drawn = (
        pair for pair in pairs(random.Random(seed)) if len((pair.old_text + pair.new_text).splitlines()) <= MOST_LINES
    )
    for pair in islice(drawn, 1):
        assert not (wrong := contradictions(pair.old, pair.new)), (wrong, pair.old_text, pair.new_text)
