"""What every target takes and gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePath, PurePosixPath
from typing import Protocol

from pscc.base.frozen import frozen
from pscc.base.source import Span
from pscc.cases.suite import Case
from pscc.diagnostics import Diagnostic
from pscc.ir import Check, Default, Policy, Program
from pscc.lowering.capabilities import Capabilities
from pscc.lowering.shortfall_text import diagnostic_of
from pscc.lowering.shortfalls import Shortfall
from pscc.output.options import Options


@frozen
class ObjectName:
    """What an object goes by in a cluster. None that is compiled has a namespace."""

    api_version: str
    kind: str
    name: str


@frozen
class OutputFile:
    """One file of an output folder: its path (relative, with ``/``) and its whole text, ending in a newline.

    ``objects`` are those that a cluster has of it once it is applied; ``choice`` is the name of the choice that it says.
    """

    path: str
    text: str
    objects: tuple[ObjectName, ...] = ()
    choice: str = ""


Cases = Mapping[str, tuple[Case, ...]]
"""What a suite asks, by the name of the policy or choice."""
NOTHING = Program()


class ClashError(Exception):
    """Two files of an output have one path, or two of its objects one name: one of them would be lost. A bug of ours."""


@frozen
class Package:
    """What a target prints: ``files`` in a stable order, each to be written, and ``resources``.

    ``resources`` are the paths of those that ``kubectl apply`` takes, in the order of application. Raises `ClashError` where
    a file or an object would take another's place.
    """

    files: tuple[OutputFile, ...]
    resources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_paths(file.path for file in self.files)
        seen: set[ObjectName] = set()
        for named_object in (named_object for file in self.files for named_object in file.objects):
            if named_object in seen:
                raise ClashError(f"two objects are {named_object.kind} {named_object.name}")
            seen.add(named_object)


@frozen
class Output(Package):
    """What a target makes of a program: the files, and what they say.

    ``program`` is what the files mean: as much of the source as the target can express, and stricter where it cannot;
    ``shortfalls`` are what it lacks of the source.
    """

    program: Program = NOTHING
    shortfalls: tuple[Shortfall, ...] = ()

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The shortfalls in words: codes ``TGT0xx``, always in the stricter direction."""
        return tuple(map(diagnostic_of, self.shortfalls))


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
    """A target: what it can express, and how it prints a program that has nothing else in it."""

    @property
    def name(self) -> str:
        """The target's name, as the command line spells it."""
        ...

    def capabilities(self, options: Options) -> Capabilities:
        """What this target can express, compiled with ``options``."""
        ...

    def package(self, program: Program, cases: Cases, options: Options) -> Package:
        """The files of this target for ``program``, which `legalise` has made; its suite asks ``cases``."""
        ...

    def default_text(self, policy: Policy, default: Default) -> list[str]:
        """The lines of the output that set ``default`` of ``policy``; none where the target cannot set it."""
        ...

    def check_text(self, check: Check) -> list[str]:
        """The lines of the output that say ``check``."""
        ...


def origin(statement: str, span: Span) -> str:
    """``statement`` with the file (without its folder) and the line that it stands on, for a comment."""
    name = PurePath(span.file).name
    return f"{statement}  ({name}:{span.line})" if name != "-" else statement
