"""Running what installs pscc in a fresh environment, with the dependencies of this one: nothing is downloaded."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

NOTHING: Mapping[str, str] = {}


def borrowing(home: Path, path: Path | None = None, more: Mapping[str, str] = NOTHING) -> dict[str, str]:
    """The variables of an environment whose Pythons see the packages installed here, and whose pip installs no others.

    ``path`` is a folder of programs that comes first, ``more`` has variables besides. The checkout is not on any path.
    """
    packages = [folder for folder in sys.path if Path(folder).name == "site-packages"]
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "GITHUB_", "GIT_"))}
    return {
        **kept,
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "PYTHONPATH": os.pathsep.join(packages),
        "PATH": os.pathsep.join([*([str(path)] if path else []), kept["PATH"]]),
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads the variable the other way round: this switches isolation off
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        **more,
    }


def git(folder: Path, *arguments: str) -> None:
    """Run git in ``folder`` as an author who is nobody."""
    names = ["-c", "user.name=tests", "-c", "user.email=tests@example.invalid", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *names, *arguments], cwd=folder, check=True, capture_output=True)
