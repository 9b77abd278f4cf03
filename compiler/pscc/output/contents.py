"""The records that every target gets and returns, and the protocol of a target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePath, PurePosixPath
from typing import Protocol

from pscc.base.frozen import frozen
from pscc.base.source import Span
from pscc.cases.suite import Case
from pscc.diagnostics import Diagnostic
from pscc.ir import Check, Default, Policy, Program
from pscc.lowering.capabilities import Capabilities, LetIn
from pscc.lowering.shortfall_text import diagnostic_of, diagnostic_of_installation
from pscc.lowering.shortfalls import Shortfall
from pscc.output.options import Options


@frozen
class ObjectName:
    """The identity of an object in a cluster. Compiled objects have no namespace.

    ``shared``: other outputs have the same object, so it stays where one of them is in force.
    """

    api_version: str
    kind: str
    name: str
    shared: bool = False


@frozen
class OutputFile:
    """One file of an output folder: its path (relative, with ``/``) and its whole text, ending in a newline.

    ``objects`` are the objects that it creates in a cluster. ``choice`` is the name of the choice that it holds, if any.
    """

    path: str
    text: str
    objects: tuple[ObjectName, ...] = ()
    choice: str = ""


Cases = Mapping[str, tuple[Case, ...]]
"""The cases of the suites, by the name of the policy or choice."""
NOTHING = Program()


class ClashError(Exception):
    """Two files of an output have one path, or two of its objects one name: one of them would be lost. A bug of ours."""


@frozen
class Package:
    """The ``files`` that a target prints, in a stable order.

    ``resources`` are the paths for ``kubectl apply``, in the order of application. Raises `ClashError` where two files have
    one path, or two objects one name.
    """

    files: tuple[OutputFile, ...]
    resources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_paths(file.path for file in self.files)
        seen: set[ObjectName] = set()
        for named_object in (named for file in self.files for named in file.objects):
            if named_object in seen:
                raise ClashError(f"two objects are {named_object.kind} {named_object.name}")
            seen.add(named_object)


@frozen
class Output(Package):
    """The output of a target for a program: the files and their meaning.

    ``program`` is what the files mean. It is stricter than the source where the target cannot express that; ``shortfalls``
    are the records of it. ``lets_in`` is what the engine lets in whatever the files say. ``releases`` are those that it was
    compiled for: ``Kubernetes 1.37``.
    """

    program: Program = NOTHING
    shortfalls: tuple[Shortfall, ...] = ()
    lets_in: tuple[LetIn, ...] = ()
    releases: tuple[str, ...] = ()

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The diagnostics, with codes ``TGT0xx``, of the shortfalls and of what the engine lets in."""
        return (*map(diagnostic_of, self.shortfalls), *map(diagnostic_of_installation, self.lets_in))


def check_paths(paths: Iterable[str]) -> None:
    """Raises `ClashError` where two of ``paths`` are equal, in any case, or one is the folder of another."""
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
    """A target: it declares what it can express, and prints programs that have nothing else in them."""

    @property
    def name(self) -> str:
        """The target's name, as the command line spells it."""
        ...

    def capabilities(self, options: Options) -> Capabilities:
        """What this target can express with ``options``."""
        ...

    def package(self, program: Program, cases: Cases, options: Options) -> Package:
        """The files of this target for ``program``, a `Legal.program`; ``cases`` are those of its suite."""
        ...

    def default_text(self, policy: Policy, default: Default) -> list[str]:
        """The lines of the output that set ``default`` of ``policy``; none where the target cannot set it."""
        ...

    def check_text(self, check: Check) -> list[str]:
        """The lines of the output for ``check``."""
        ...


def origin(statement: str, span: Span) -> str:
    """``statement`` with the file (without its folder) that it stands in, for a comment.

    There is no line in it: a comment that is added to a source changes no output.
    """
    name = PurePath(span.file).name
    return f"{statement}  ({name})" if name != "-" else statement
