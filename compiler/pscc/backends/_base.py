"""What every backend takes and gives. Must not import a control or the CLI."""

from __future__ import annotations

import hashlib
from pathlib import PurePath
from typing import Protocol

from pscc.backends.options import DEFAULTS, Options
from pscc.diagnostics import Diagnostic
from pscc.frozen import frozen
from pscc.ir import Program
from pscc.source import Span
from pscc.suite import Case


@frozen
class OutputFile:
    """One file of an output folder: its path (relative, with ``/``) and its whole text, ending in a newline."""

    path: str
    text: str


@frozen
class Output:
    """What a target makes of a program.

    ``files`` in a stable order, each to be written; ``resources`` the paths of those that ``kubectl apply`` takes, in
    the order of application; ``diagnostics`` what the target cannot say exactly (severity ``warning`` or ``note``,
    codes ``TGT0xx``, always in the stricter direction).
    """

    files: tuple[OutputFile, ...]
    resources: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]


class Backend(Protocol):
    """A target: ``package`` makes its folder; ``cases`` are what its suite asks, by the name of the policy or choice."""

    @property
    def name(self) -> str:
        """The target's name, as the command line spells it."""
        ...

    def package(self, program: Program, cases: dict[str, tuple[Case, ...]], options: Options = DEFAULTS) -> Output:
        """The files of this target, said as ``options`` have it."""
        ...


_LONGEST_NAME = 63


def fitted(name: str, taken: frozenset[str] = frozenset()) -> str:
    """``name``, or where it is longer than engines take, or ``taken``, its beginning and a digest of the whole."""
    if len(name) <= _LONGEST_NAME and name not in taken:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: _LONGEST_NAME - len(digest) - 1].rstrip('-.')}-{digest}"


def origin(statement: str, span: Span) -> str:
    """``statement`` with the file (without its folder) and the line that it stands on, for a comment."""
    name = PurePath(span.file).name
    return f"{statement}  ({name}:{span.line})" if name != "-" else statement
