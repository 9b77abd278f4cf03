"""Reads source files: those of a folder, those that a file uses, and the library's policies. Also returns today's date.

Raises `OSError` for a file that cannot be read, and `ValueError` for a wrong name. The command line reports both in its own
way.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from pscc.base.source import SourceFile, read_limited
from pscc.driver import decode

SUFFIXES = (".psp", ".yaml", ".yml", ".json")
"""The suffixes of the source files in a folder."""
CASES_ENDING = "_test.yaml"
"""How the name of a file of cases for ``pscc test`` ends. It is neither a source nor a manifest."""
MANIFEST_SUFFIXES = (".yaml", ".yml", ".json")
"""The suffixes of the manifests in a folder."""


def files_of(paths: tuple[str, ...], suffixes: tuple[str, ...] = SUFFIXES) -> tuple[str, ...]:
    """The files ``paths``; of a folder, all files below it whose suffix is among ``suffixes``, in order of name.

    Raises `FileNotFoundError` for a folder without such a file, and for one with a link to a file outside of it: errors show
    lines of a source, and whoever may add a link should not see files by it.
    """
    missing = f"there is no {', '.join(suffixes)} file in this folder"
    return _expanded(paths, lambda file: file.suffix in suffixes and not file.name.endswith(CASES_ENDING), missing)


def cases_of(paths: tuple[str, ...]) -> tuple[str, ...]:
    """The files ``paths``; of a folder, all files of cases below it, in order of name, but for those of a ``.venv``.

    Raises `FileNotFoundError` as `files_of` does.
    """
    missing = f"there is no file of cases in this folder: its name ends in {CASES_ENDING}"
    return _expanded(paths, lambda file: file.name.endswith(CASES_ENDING) and ".venv" not in file.parts, missing)


def _expanded(paths: tuple[str, ...], wanted: Callable[[Path], bool], missing: str) -> tuple[str, ...]:
    files: list[str] = []
    for path in paths:
        if path != "-" and Path(path).is_dir():
            inside = sorted(str(file) for file in Path(path).rglob("*") if wanted(file) and file.is_file())
            for file in inside:
                if not is_inside(file, path):
                    raise FileNotFoundError(f"{file!r} links to a file outside of {path!r}: name that file itself")
            if not inside:
                raise FileNotFoundError(f"{path!r}: {missing}")
            files += inside
        else:
            files.append(path)
    return tuple(dict.fromkeys(files))


def is_inside(path: str, folder: str) -> bool:
    """Whether ``path`` is ``folder`` or lies below it, once links are followed."""
    return _real(Path(path)).is_relative_to(_real(Path(folder)))


def read_file(path: str) -> SourceFile:
    """The file ``path``, or the library's policy of that name (``pss/baseline@1.30``), as text.

    Raises `OSError` and `ValueError` where there is none or it is too large, and `SourceError` where it is not UTF-8.
    """
    if is_in_library(path):
        return from_library(path)
    try:
        with open(path, "rb") as file:
            return decode(path, read_limited(file))
    except ValueError as error:
        raise ValueError(f"{path!r} cannot be read: {error}") from None


def is_in_library(path: str) -> bool:
    """Whether ``path`` names a policy of the library, and no file."""
    return path.startswith("pss/") and not Path(path).exists()


def from_library(name: str) -> SourceFile:
    """The library's policy ``name`` as a source. Raises `ValueError` where there is none."""
    from pscc.meaning.library import LEVELS, MINORS, library_source

    source = library_source(name)
    if source is None:
        levels = ", ".join(f"pss/{level}" for level in LEVELS)
        pins = f"each pinnable to {MINORS[0]} to {MINORS[-1]}, as pss/baseline@1.30"
        raise ValueError(f"{name}: there is no such policy in the library; there are {levels}, {pins}")
    return source


def _real(path: Path) -> Path:
    """The real path of ``path``. A link to itself stays as it is (`Path.resolve` raises `RuntimeError`), and cannot be read."""
    return Path(os.path.realpath(path))


class Loader:
    """Reads the files that sources use. A path is relative to the file that uses it, and must be inside ``root``.

    ``texts`` maps each name to the text that was read, for diagnostics. A file among ``sources`` keeps the name it has there.
    """

    def __init__(self, root: Path, sources: tuple[str, ...] = ()) -> None:
        self.root = _real(root)
        self.names = {_real(Path(source)): source for source in sources if source != "-"}
        self.texts: dict[str, str] = {}

    def __call__(self, path: str, user: str) -> SourceFile:
        """The file ``path`` of a ``use`` in the file ``user``. Raises `LoadError` where it cannot be had."""
        from pscc.diagnostics import SourceError
        from pscc.meaning.linking import LoadError

        if not path.endswith(".psp"):
            raise LoadError(f"`{path}` is no file of the policy language", "name a file that ends in `.psp`")
        beside = Path() if user == "-" else Path(user).parent
        target = _real(beside / path)
        if not target.is_relative_to(self.root):
            help = (
                "name a folder that both are in with `--root`, or as the source, or name that file beside this one: files are "
                "used from below it"
            )
            raise LoadError(f"`{path}` lies outside of {self.root.name or self.root}/", help)
        if target.suffix != ".psp":
            raise LoadError(f"`{path}` links to a file that does not end in `.psp`", "name the file itself")
        if target.exists() and not target.is_file():
            raise LoadError(f"`{path}` is no regular file", "name a file of the policy language")
        try:
            with open(target, "rb") as file:
                source = decode(self.names.get(target) or os.path.relpath(target), read_limited(file))
        except OSError as error:
            help = "a path is relative to the file that it stands in"
            raise LoadError(f"`{path}` cannot be read: {error.strerror or error}", help) from None
        except ValueError as error:
            raise LoadError(f"`{path}` cannot be read: {error}", "part it into several files") from None
        except SourceError as error:
            raise LoadError(f"`{path}`: {error.diagnostics[0].message}", error.diagnostics[0].help) from None
        self.texts[source.name] = source.text
        return source


def loader_for(*paths: str, files: tuple[str, ...] = (), root: str | os.PathLike[str] | None = None) -> Loader:
    """The loader for the sources ``paths``, which are ``files``: its root is the folder that they are all in, or ``root``.

    Raises `ValueError` where one of them lies outside of ``root``.
    """
    sources = files or tuple(path for path in paths if not Path(path).is_dir())
    if root is not None:
        for path in paths:
            if not is_in_library(path) and not is_inside("." if path == "-" else path, os.fspath(root)):
                raise ValueError(f"{path!r} lies outside of the root {os.fspath(root)!r}: name a folder that it is in")
        return Loader(Path(root), sources)
    folders = [Path() if path == "-" or not Path(path).exists() else Path(path) for path in paths]
    inside = [str(_real(folder if folder.is_dir() else folder.parent)) for folder in folders]
    return Loader(Path(os.path.commonpath(inside)), sources)


def today() -> date:
    """The day on which exemptions end or not: ``SOURCE_DATE_EPOCH``'s where that is set, so that builds repeat.

    Raises `ValueError` where that is no time. Source: https://reproducible-builds.org/specs/source-date-epoch/
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return date.today()
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date()
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"SOURCE_DATE_EPOCH is `{epoch}`: write seconds since 1970, or unset it") from None
