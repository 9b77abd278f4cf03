"""Writes an output folder, whole or not at all. Removes stale files, and never touches files of others.

Every file is staged inside the folder first, and then moved to its place. An error before the first move leaves the folder as
it was. If the process is killed between two moves, each file is the old one or the new one. The next compile completes the
folder: before the first move, the manifest lists the files of both compiles.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePath

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
            _refuse_what_is_in_the_way(folder / path, foreign=path in texts and path not in ours)
        for below in sorted({parent for path in (*texts, *earlier) for parent in PurePath(path).parents[:-1]}):
            _refuse_what_is_no_folder(folder / below)
        _write(folder, texts, earlier, (*objects, *stale), objects, options)
    except (OSError, ValueError) as error:
        raise EmitError(f"{folder} cannot be written: {getattr(error, 'strerror', None) or error}") from None
    return stale


def _refuse_what_is_in_the_way(target: Path, foreign: bool) -> None:
    if foreign and (target.exists() or target.is_symlink()):
        raise EmitError(f"{target} is in the way: pscc did not write it")
    if target.is_dir() and not target.is_symlink():
        raise EmitError(f"{target} is in the way: it is a folder")


def _refuse_what_is_no_folder(place: Path) -> None:
    if place.is_symlink() or (place.exists() and not place.is_dir()):
        raise EmitError(f"{place} is in the way: it is not a folder")


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
    with _alone(folder), tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=folder) as scratch:
        staged = Path(scratch)
        for number, text in enumerate(texts.values()):
            (staged / str(number)).write_text(text, encoding="utf-8", newline="\n")
        for parent in dict.fromkeys((folder / path).parent for path in texts):
            parent.mkdir(parents=True, exist_ok=True)
        _list(folder, staged, {*texts, *earlier}, either)
        for number, path in enumerate(texts):
            os.replace(staged / str(number), folder / path)
        for path in earlier:
            if path not in texts:
                (folder / path).unlink(missing_ok=True)
                _prune((folder / path).parent, folder)
        _list(folder, staged, set(texts), objects, options)
        (folder / _OLD_MANIFEST).unlink(missing_ok=True)


def _list(
    folder: Path,
    staged: Path,
    files: set[str],
    objects: tuple[ObjectName, ...],
    options: Record | None = None,
) -> None:
    """Write the manifest. While files are moved it has no options, because the files are not all of one compile."""
    manifest = staged / MANIFEST
    content = {
        "files": sorted(files),
        "objects": rows(objects),
        **({"compiled": dict(options)} if options is not None else {}),
    }
    manifest.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8", newline="\n")
    os.replace(manifest, folder / MANIFEST)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Holds the folder against another pscc, and clears what a killed one left behind. Raises `EmitError` if one is at it."""
    held = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise EmitError(f"{folder} is being written by another pscc") from None
        for left in folder.glob(f"{_SCRATCH}*"):
            shutil.rmtree(left)
        yield
    finally:
        os.close(held)


def _prune(place: Path, top: Path) -> None:
    while place != top and place.is_dir() and not any(place.iterdir()):
        place.rmdir()
        place = place.parent
