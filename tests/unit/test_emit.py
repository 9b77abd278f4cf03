"""Output folders: whole or not at all, stale files removed, files of others untouched."""

from __future__ import annotations

import fcntl
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pscc.output.contents import OutputFile
from pscc.output.emit import MANIFEST, EmitError, emit

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
    with pytest.raises(EmitError, match="is a file, not a folder"):
        emit(tmp_path / "out", FIRST)
    assert contents(tmp_path) == {"out": "mine"}


SECOND = (OutputFile("b.yaml", "b2\n"), OutputFile("t/c.yaml", "c\n"), OutputFile("t/d.yaml", "d\n"))
KILLED = """
import json, os, pathlib, signal, sys
from pscc.output import emit
from pscc.output.contents import OutputFile
SECOND = [OutputFile(*file) for file in json.loads(sys.argv[3])]
left = int(sys.argv[2])
def killing(real):
    def call(*arguments, **more):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return real(*arguments, **more)
    return call
os.replace, pathlib.Path.unlink = killing(os.replace), killing(pathlib.Path.unlink)
emit.emit(pathlib.Path(sys.argv[1]), SECOND)
print("written whole")
"""


def killed(folder: Path, after: int) -> bool:
    """Write `SECOND` in a process that kills itself after that many moves and removals; whether it got to the end."""
    paths = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, folder, str(after), json.dumps([(file.path, file.text) for file in SECOND])],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": paths},
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return "written whole" in done.stdout


@pytest.mark.slow
def test_a_compile_that_is_killed_tears_no_file_and_the_next_one_completes_the_folder(tmp_path: Path) -> None:
    ends = []
    for after in range(12):
        folder = tmp_path / str(after)
        emit(folder, FIRST)
        (folder / "notes.txt").write_text("mine")
        ends.append(killed(folder, after))
        found = contents(folder)
        assert found["notes.txt"] == "mine"
        assert found["b.yaml"] in ("b\n", "b2\n")
        assert found.get("s/a.yaml", "a\n") == "a\n"
        assert found.get("t/c.yaml", "c\n") == "c\n"
        emit(folder, SECOND)
        whole = {"b.yaml": "b2\n", "t/c.yaml": "c\n", "t/d.yaml": "d\n", "notes.txt": "mine"}
        after_all = contents(folder)
        assert json.loads(after_all.pop(MANIFEST))["files"] == ["b.yaml", "t/c.yaml", "t/d.yaml"]
        assert after_all == whole
    assert ends[-1] and not ends[4]


def test_an_error_before_the_first_move_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    emit(tmp_path, FIRST)
    before = contents(tmp_path)

    def full(self: Path, *arguments: object, **more: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(EmitError, match="No space left"):
        emit(tmp_path, (OutputFile("b.yaml", "b2\n"),))
    assert contents(tmp_path) == before


def test_two_at_once_do_not_mix(tmp_path: Path) -> None:
    emit(tmp_path, FIRST)
    held = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    with pytest.raises(EmitError, match="another pscc"):
        emit(tmp_path, SECOND)
    os.close(held)
    emit(tmp_path, SECOND)


@pytest.mark.parametrize("place", ["/proc/pscc", "/dev/null", "/dev/null/below"])
def test_where_nothing_can_be_written_the_error_says_where(place: str) -> None:
    with pytest.raises(EmitError, match=place):
        emit(Path(place), FIRST)


def test_a_file_that_became_a_link_is_replaced_not_followed(tmp_path: Path) -> None:
    out, other = tmp_path / "out", tmp_path / "theirs.yaml"
    emit(out, FIRST)
    other.write_text("theirs")
    (out / "b.yaml").unlink()
    (out / "b.yaml").symlink_to(other)
    emit(out, (OutputFile("b.yaml", "b2\n"),))
    assert other.read_text() == "theirs"
    assert (out / "b.yaml").read_text() == "b2\n" and not (out / "b.yaml").is_symlink()


def test_a_link_to_a_folder_can_be_the_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    emit(tmp_path / "link", FIRST)
    assert (tmp_path / "real" / "s" / "a.yaml").read_text() == "a\n"


def test_a_folder_with_a_manifest_of_the_older_name_is_still_ours(tmp_path: Path) -> None:
    emit(tmp_path, (OutputFile("a.yaml", "a"), OutputFile("b.yaml", "b")))
    (tmp_path / MANIFEST).rename(tmp_path / f"{MANIFEST}.json")
    emit(tmp_path, (OutputFile("a.yaml", "new"),))
    assert {path.name for path in tmp_path.iterdir()} == {MANIFEST, "a.yaml"}
    assert (tmp_path / "a.yaml").read_text() == "new"


def test_only_files_that_changed_are_written(tmp_path: Path) -> None:
    emit(tmp_path, FIRST)
    before = {path: path.stat().st_ino for path in tmp_path.rglob("*") if path.is_file()}
    emit(tmp_path, FIRST)
    assert {path: path.stat().st_ino for path in tmp_path.rglob("*") if path.is_file()} == before
    (tmp_path / "b.yaml").write_text("c\n")
    emit(tmp_path, FIRST)
    assert (tmp_path / "b.yaml").read_text() == "b\n"
    assert (tmp_path / "s/a.yaml").stat().st_ino == before[tmp_path / "s/a.yaml"]


def test_a_link_to_a_file_with_the_same_text_is_replaced(tmp_path: Path) -> None:
    out, other = tmp_path / "out", tmp_path / "theirs.yaml"
    emit(out, FIRST)
    other.write_text("b\n")
    (out / "b.yaml").unlink()
    (out / "b.yaml").symlink_to(other)
    emit(out, FIRST)
    assert not (out / "b.yaml").is_symlink() and contents(out)["b.yaml"] == "b\n"
