"""Output folders: whole or not at all, stale files removed, files of others untouched."""

from __future__ import annotations

import random
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


MANIFESTS = [
    b"", b"{", b"[]", b"1", b"null", b"\xff", b'{"files": 1}', b'{"files": [1]}', b'{"files": ["\\u0000"]}', b'{"files": [""]}',
    b'{"files": ["."]}', b'{"files": ["/etc/passwd"]}', b'{"files": ["a/../../b"]}', b'{"files": ["s"]}', b"[" * 100_000,
    b'{"files": ["' + b"a/" * 3_000 + b'"]}', b'{"files": ["\\ud800"]}', b'{"files": ["b.yaml", "s/a.yaml", "gone.yaml"]}',
]  # fmt: skip


def everything(folder: Path) -> dict[str, object]:
    """Path to bytes, link or nothing of all that is below."""
    return {
        str(path.relative_to(folder)): str(path.readlink())
        if path.is_symlink()
        else path.read_bytes()
        if path.is_file()
        else None
        for path in sorted(folder.rglob("*"))
    }


@pytest.mark.parametrize("seed", range(200))
def test_any_state_of_the_folder_is_refused_as_it_is_or_taken_over_whole(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    out, outside = tmp_path / "out", tmp_path / "outside"
    outside.mkdir()
    (outside / "theirs").write_text("theirs")
    out.mkdir()
    for name in rng.sample(["b.yaml", "s", "s/a.yaml", "gone.yaml", MANIFEST, "notes.txt"], rng.randrange(6)):
        path = out / name
        if path.exists() or path.is_symlink() or not path.parent.is_dir() or path.parent.is_symlink():
            continue
        match rng.randrange(4):
            case 0:
                path.mkdir()
            case 1:
                path.symlink_to(rng.choice([outside, outside / "theirs", tmp_path / "nowhere", path]))
            case _:
                path.write_bytes(rng.choice(MANIFESTS) if name == MANIFEST else b"mine")
    before = everything(tmp_path)
    try:
        emit(out, FIRST)
    except EmitError as error:
        assert str(error)
        assert everything(tmp_path) == before
    else:
        assert (out / "s" / "a.yaml").read_text() == "a\n"
        assert (out / "b.yaml").read_text() == "b\n"
    assert (outside / "theirs").read_text() == "theirs"
    assert list(outside.iterdir()) == [outside / "theirs"]


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(EmitError):
        emit(tmp_path / "out", FIRST)
    assert contents(tmp_path) == {"out": "mine"}
