"""What takes long says so on a terminal, and nowhere else."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from pscc.cli import _progress
from pscc.cli._progress import progress


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> pytest.CaptureFixture[str]:
    monkeypatch.setattr(_progress, "sys", SimpleNamespace(stderr=SimpleNamespace(isatty=lambda: True)))
    return capsys


def test_a_bar_is_shown_after_a_while_and_goes_away(
    terminal: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_progress, "_PATIENCE", 0.0)
    with progress("judging") as shown:
        assert shown is not None
        for step in (1, 1, 2):
            shown(step, 4)
    bars = [f"judging: [{'#' * done}{' ' * (30 - done)}] {percent} %" for done, percent in ((7, 25), (15, 50))]
    lines = [line for line in terminal.readouterr().err.split("\r") if line != "judging"]
    assert list(dict.fromkeys(lines)) == ["", *bars] and lines[-1] == ""


def test_what_has_no_steps_is_named(terminal: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_progress, "_PATIENCE", 0.01)
    with progress("reading"):
        time.sleep(0.3)
    assert terminal.readouterr().err == "\rreading\r"


def test_what_is_quick_shows_nothing(terminal: pytest.CaptureFixture[str]) -> None:
    with progress("judging") as shown:
        assert shown is not None
        shown(1, 2)
    assert terminal.readouterr().err == ""


def test_a_file_gets_no_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(_progress, "_PATIENCE", 0.0)
    with progress("judging") as shown:
        assert shown is None
    assert capsys.readouterr().err == ""
