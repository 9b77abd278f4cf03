"""Output folders: whole or not at all, stale files removed, files of others untouched."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pscc.backends._base import OutputFile
from pscc.emit import MANIFEST, EmitError, emit

FIRST = (OutputFile("s/a.yaml", "a\n"), OutputFile("b.yaml", "b\n"))


def contents(folder: Path) -> dict[str, str]:
    """Path to text of every file below."""
    return {str(p.relative_to(folder)): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_stale_files_go_and_foreign_ones_stay(tmp_path: Path) -> None:
    emit(tmp_path, FIRST)
    (tmp_path / "notes.txt").write_text("mine")
    emit(tmp_path, (OutputFile("b.yaml", "b2\n"),))
    found = contents(tmp_path)
    assert found.pop(MANIFEST)
    assert found == {"b.yaml": "b2\n", "notes.txt": "mine"}
    assert not (tmp_path / "s").exists()


def test_a_foreign_file_in_the_way_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text("theirs")
    with pytest.raises(EmitError, match=r"b\.yaml is in the way"):
        emit(tmp_path, FIRST)
    assert contents(tmp_path) == {"b.yaml": "theirs"}


def test_a_folder_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    out, other = tmp_path / "out", tmp_path / "other"
    other.mkdir()
    (other / "a.yaml").write_text("theirs")
    emit(out, FIRST)
    shutil.rmtree(out / "s")
    (out / "s").symlink_to(other)
    with pytest.raises(EmitError):
        emit(out, (OutputFile("b.yaml", "b2\n"),))
    assert (other / "a.yaml").read_text() == "theirs"
    assert (out / "b.yaml").read_text() == "b\n"


def test_a_manifest_that_points_outside_is_refused(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text('{"files": ["../elsewhere"]}')
    with pytest.raises(EmitError):
        emit(tmp_path, FIRST)


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    emit(tmp_path, FIRST)
    before = contents(tmp_path)
    emit(tmp_path, FIRST)
    assert contents(tmp_path) == before
