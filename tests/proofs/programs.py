"""The sources that are proven: golden policies, the library on releases of Kubernetes, and folders that are given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pscc.base.source import SourceFile
from pscc.files import from_library, read_file
from support.paths import ROOT

RELEASES = [(1, minor) for minor in range(30, 38)]
"""The releases of Kubernetes whose ValidatingAdmissionPolicies are ``v1``."""


@dataclass(frozen=True, slots=True)
class Program:
    """A source with its name, and the release of Kubernetes that it is compiled for; None for the newest."""

    name: str
    source: SourceFile
    kubernetes: tuple[int, int] | None = None


def of_golden() -> Iterator[Program]:
    """The golden policies, and the examples."""
    for path in sorted((*(ROOT / "golden" / "policies").glob("*/policy.*"), *(ROOT / "examples").glob("*.psp"))):
        yield Program(str(path.relative_to(ROOT)), read_file(str(path)))


def of_library() -> Iterator[Program]:
    """The policies of the library, for each release."""
    for release in RELEASES:
        for name in ("pss/baseline", "pss/restricted"):
            yield Program(f"{name} {release[0]}.{release[1]}", from_library(name), release)


def of_folder(folder: Path) -> Iterator[Program]:
    """The files of ``folder``."""
    for path in sorted(folder.glob("*.y*ml")):
        yield Program(path.name, read_file(str(path)))
