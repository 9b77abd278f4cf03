"""Building the wheel and the sdist, with the same bytes for the same commit."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

DISTRIBUTION = "pscc-compiler"


@dataclass(frozen=True)
class Archives:
    """The files that package registries take."""

    sdist: Path
    wheel: Path


def build(tree: Path, folder: Path, epoch: int) -> Archives:
    """Build sdist and wheel of the sources in ``tree`` into ``folder``, dated ``epoch``. The wheel is made of the sdist."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(tree)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    (sdist,) = folder.glob("*.tar.gz")
    (wheel,) = folder.glob("*.whl")
    return Archives(sdist, wheel)


def date_of_commit(tree: Path) -> int:
    """The time of the newest commit, in seconds: what a release is dated with."""
    command = ["git", "log", "-1", "--format=%ct"]
    return int(subprocess.run(command, cwd=tree, capture_output=True, text=True, check=True).stdout)
