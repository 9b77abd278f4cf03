"""Writes an output folder, whole or not at all. Removes stale files, and never touches files of others.

Every file that changes is staged inside the folder first, and then moved to its place. An error before the first move leaves
the folder as it was. If the process is killed between two moves, each file is the old one or the new one. The next compile
completes the folder: before the first move, the manifest lists the files of both compiles.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pscc.output.contents import ObjectName, OutputFile, check_paths
from pscc.output.stale import objects_of, rows

MANIFEST = ".pscc-manifest"
"""The file with the paths that a compile wrote, and its options: the next compile knows its own files by it.

It is JSON without the suffix, because gator, kubectl and kyverno read each .json file of a folder as an object.
"""
_OLD_MANIFEST = ".pscc-manifest.json"
"""Its name in older folders. The next compile renames it."""

_SCRATCH = ".pscc-staging-"


class EmitError(Exception):
    """The folder cannot be written; nothing was changed."""


Record = Mapping[str, object]
"""The options of a compile by name, as JSON."""


def emit(folder: Path, files: tuple[OutputFile, ...], options: Record | None = None) -> tuple[ObjectName, ...]:
    """Write ``files`` to ``folder``, and keep the ``options`` of their compile there. Files that pscc did not write stay.

    Returned are the objects of the earlier compile that ``files`` do not have, in the order of application.

    Raises `EmitError`, and `ClashError` where two of ``files`` are one, before anything is changed.
    """
    check_paths(file.path for file in files)
    if folder.exists() and not folder.is_dir():
        raise EmitError(f"{folder} is a file, not a folder")
    earlier = written(folder)
    objects = tuple(named for file in files for named in file.objects)
    current = frozenset(objects)
    stale = tuple(named for named in _objects(folder) if named not in current)
    texts = {file.path: file.text for file in files}
    try:
        ours = frozenset(earlier)
        for path in dict.fromkeys((*texts, *earlier, MANIFEST)):
            _refuse_what_is_in_the_way(f"{folder}/{path}", foreign=path in texts and path not in ours)
        for below in sorted({parent for path in (*texts, *earlier) for parent in _above(path)}):
            _refuse_what_is_no_folder(f"{folder}/{below}")
        _write(folder, texts, earlier, (*objects, *stale), objects, options)
    except (OSError, ValueError) as error:
        raise EmitError(f"{folder} cannot be written: {getattr(error, 'strerror', None) or error}") from None
    return stale


def _refuse_what_is_in_the_way(target: str, foreign: bool) -> None:
    status = _status(target)
    if status is not None and foreign:
        raise EmitError(f"{target} is in the way: pscc did not write it")
    if status is not None and stat.S_ISDIR(status.st_mode):
        raise EmitError(f"{target} is in the way: it is a folder")


def _refuse_what_is_no_folder(place: str) -> None:
    status = _status(place)
    if status is not None and not stat.S_ISDIR(status.st_mode):
        raise EmitError(f"{place} is in the way: it is not a folder")


def _status(target: str) -> os.stat_result | None:
    """What is at ``target``, which may be a link; None where there is nothing. Raises `OSError` where that cannot be seen."""
    try:
        return os.lstat(target)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
            return None
        raise


def _above(path: str) -> Iterator[str]:
    """The folders in which ``path``, a relative one, lies."""
    while path := os.path.dirname(path):
        yield path


def written(folder: Path) -> tuple[str, ...]:
    """The files that an earlier compile wrote to ``folder``, relative to it. Raises `EmitError` if the manifest cannot be read."""
    manifest, content = _manifest(folder)
    if content is None:
        return ()
    listed = content.get("files")
    if not isinstance(listed, list):
        raise _unreadable(manifest)
    if not all(_is_inside(path) for path in listed):
        raise EmitError(f"{manifest} names files outside the folder")
    return tuple(str(path) for path in listed)


def options_of(folder: Path) -> object:
    """What `emit` kept in ``folder`` as the options of the compile, unchecked; None where the folder has no record of them.

    Raises `EmitError` where the manifest cannot be read.
    """
    _, content = _manifest(folder)
    return None if content is None else content.get("compiled")


def _objects(folder: Path) -> tuple[ObjectName, ...]:
    """The objects of the files that an earlier compile wrote to ``folder``; none where the manifest is older than their list."""
    manifest, content = _manifest(folder)
    if content is None or "objects" not in content:
        return ()
    try:
        return objects_of(content["objects"])
    except ValueError:
        raise _unreadable(manifest) from None


def _manifest(folder: Path) -> tuple[Path, Mapping[str, object] | None]:
    """The path of the manifest of ``folder``, and its content; None where there is no manifest. Raises `EmitError`."""
    manifest = folder / (MANIFEST if (folder / MANIFEST).exists() else _OLD_MANIFEST)
    try:
        content = json.loads(manifest.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return manifest, None
    except (OSError, ValueError, RecursionError):
        raise _unreadable(manifest) from None
    if not isinstance(content, dict):
        raise _unreadable(manifest)
    return manifest, content


def _unreadable(manifest: Path) -> EmitError:
    return EmitError(f"{manifest} cannot be read: remove it if the folder may be overwritten")


def _is_inside(path: object) -> bool:
    return isinstance(path, str) and path.isprintable() and not path.startswith("/") and ".." not in path.split("/")


def _write(
    folder: Path,
    texts: dict[str, str],
    earlier: tuple[str, ...],
    either: tuple[ObjectName, ...],
    objects: tuple[ObjectName, ...],
    options: Record | None,
) -> None:
    """Write ``texts`` below ``folder``, remove the files of the ``earlier`` compile, and write the manifest.

    ``either`` are the objects of both compiles, which the manifest lists while files are moved. ``objects`` are those of this
    one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder) as staged:
        changed = [path for path, text in texts.items() if not _has(f"{folder}/{path}", text)]
        gone = [path for path in earlier if path not in texts]
        for number, path in enumerate(changed):
            (staged / str(number)).write_text(texts[path], encoding="utf-8", newline="\n")
        for parent in dict.fromkeys(os.path.dirname(path) for path in changed):
            (folder / parent).mkdir(parents=True, exist_ok=True)
        if changed or gone:
            _list(folder, staged, {*texts, *earlier}, either)
        for number, path in enumerate(changed):
            os.replace(staged / str(number), folder / path)
        for path in gone:
            (folder / path).unlink(missing_ok=True)
            _prune((folder / path).parent, folder)
        _list(folder, staged, set(texts), objects, options)
        (folder / _OLD_MANIFEST).unlink(missing_ok=True)


def _has(target: str, text: str) -> bool:
    """Whether ``target`` is a file, and no link, with this ``text``."""
    status, content = _status(target), text.encode()
    if status is None or not stat.S_ISREG(status.st_mode) or status.st_size != len(content):
        return False
    try:
        with open(target, "rb") as file:
            return file.read() == content
    except PermissionError:
        return False


def _list(
    folder: Path,
    staged: Path,
    files: set[str],
    objects: tuple[ObjectName, ...],
    options: Record | None = None,
) -> None:
    """Write the manifest. While files are moved it has no options, because the files are not all of one compile."""
    content = {
        "files": sorted(files),
        "objects": rows(objects),
        **({"compiled": dict(options)} if options is not None else {}),
    }
    text = json.dumps(content, indent=2) + "\n"
    if not _has(f"{folder}/{MANIFEST}", text):
        (staged / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
        os.replace(staged / MANIFEST, folder / MANIFEST)


@contextmanager
def _alone(folder: Path) -> Iterator[Path]:
    """Holds the folder against another pscc, and gives a folder in it to stage files in, which goes at the end.

    Clears what a killed pscc left behind. Raises `EmitError` if another one is at it.
    """
    import fcntl  # a browser has none, and reads this module for its constants

    held = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise EmitError(f"{folder} is being written by another pscc") from None
        for left in folder.glob(f"{_SCRATCH}*"):
            _remove(left)
        staged = folder / f"{_SCRATCH}{os.getpid()}"
        staged.mkdir(0o700)
        try:
            yield staged
        finally:
            _remove(staged)
    finally:
        os.close(held)


def _remove(scratch: Path) -> None:
    """Remove the folder ``scratch``, which is empty unless a compile was broken off."""
    try:
        scratch.rmdir()
    except OSError:
        import shutil

        shutil.rmtree(scratch)


def _prune(place: Path, top: Path) -> None:
    while place != top and place.is_dir() and not any(place.iterdir()):
        place.rmdir()
        place = place.parent
