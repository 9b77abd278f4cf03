"""What every target takes and gives."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath, PurePosixPath
from typing import Protocol

from pscc.base.frozen import frozen
from pscc.base.source import Span
from pscc.cases.suite import Case
from pscc.diagnostics import Diagnostic
from pscc.ir import Program
from pscc.lowering.shortfalls import Shortfall, diagnostic_of
from pscc.output.options import DEFAULTS, Options


@frozen
class ObjectName:
    """What an object goes by in a cluster. None that is compiled has a namespace."""

    api_version: str
    kind: str
    name: str


@frozen
class OutputFile:
    """One file of an output folder: its path (relative, with ``/``) and its whole text, ending in a newline.

    ``objects`` are those that a cluster has of it once it is applied.
    """

    path: str
    text: str
    objects: tuple[ObjectName, ...] = ()


class ClashError(Exception):
    """Two files of an output have one path, or two of its objects one name: one of them would be lost. A bug of ours."""


@frozen
class Output:
    """What a target makes of a program.

    ``files`` in a stable order, each to be written; ``resources`` the paths of those that ``kubectl apply`` takes, in
    the order of application; ``told`` what there is to say, in order: of what the target cannot do, as records.
    Raises `ClashError` where one would take another's place.
    """

    files: tuple[OutputFile, ...]
    resources: tuple[str, ...]
    told: tuple[Shortfall | Diagnostic, ...]

    @property
    def shortfalls(self) -> tuple[Shortfall, ...]:
        """What the target cannot do of the program."""
        return tuple(one for one in self.told if not isinstance(one, Diagnostic))

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All that is told, in words: codes ``TGT0xx``, always in the stricter direction."""
        return tuple(one if isinstance(one, Diagnostic) else diagnostic_of(one) for one in self.told)

    def __post_init__(self) -> None:
        check_paths(file.path for file in self.files)
        seen: set[ObjectName] = set()
        for one in (one for file in self.files for one in file.objects):
            if one in seen:
                raise ClashError(f"two objects are {one.kind} {one.name}")
            seen.add(one)


def check_paths(paths: Iterable[str]) -> None:
    """Raises `ClashError` where two of ``paths`` are one, letters taken as lower-case, or one is the folder of another."""
    files: set[str] = set()
    folders: set[str] = set()
    for path in paths:
        if path.casefold() in files:
            raise ClashError(f"two files are called {path}")
        files.add(path.casefold())
        folders.update(str(parent) for parent in PurePosixPath(path.casefold()).parents)
    for path in sorted(files & folders):
        raise ClashError(f"{path} is a file and a folder")


class Target(Protocol):
    """A target: ``package`` makes its folder; ``cases`` are what its suite asks, by the name of the policy or choice."""

    @property
    def name(self) -> str:
        """The target's name, as the command line spells it."""
        ...

    def package(self, program: Program, cases: dict[str, tuple[Case, ...]], options: Options = DEFAULTS) -> Output:
        """The files of this target, said as ``options`` have it."""
        ...


def origin(statement: str, span: Span) -> str:
    """``statement`` with the file (without its folder) and the line that it stands on, for a comment."""
    name = PurePath(span.file).name
    return f"{statement}  ({name}:{span.line})" if name != "-" else statement
