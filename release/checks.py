"""What has to be true before a release is tagged, each as a check that returns what is wrong."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from release.archives import Archives
from release.changelog import entry, unreleased
from release.contents import missing, strays

TESTED = ".tested"
"""The file in which `make test WHOLE=1` writes the commit on which every test has passed."""


@dataclass(frozen=True)
class Tree:
    """A checkout, the version that it is, and the address of the project."""

    folder: Path
    version: str
    repository: str

    def git(self, *arguments: str) -> str:
        """What git prints."""
        command = ["git", *arguments]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=True).stdout.strip()


def before_building(tree: Tree) -> Iterator[str]:
    """What is wrong with the checkout, in sentences that say what to do."""
    if tree.git("status", "--porcelain"):
        yield "commit or stash your changes: a release is built of a commit"
    if tree.git("tag", "--list", f"v{tree.version}"):
        yield f"raise __version__ in compiler/pscc/__init__.py: v{tree.version} is tagged already"
    changelog = (tree.folder / "CHANGELOG.md").read_text(encoding="utf-8")
    released = entry(changelog, tree.version)
    if released is None:
        yield f"write a heading for the version in CHANGELOG.md: ## [{tree.version}] - YEAR-MONTH-DAY"
    elif not released[1]:
        yield f"say in CHANGELOG.md what is new in {tree.version}: there is nothing below its heading"
    if unreleased(changelog):
        yield "move what CHANGELOG.md has under Unreleased below the heading of the version"
    tested = tree.folder / TESTED
    if not tested.is_file() or tested.read_text(encoding="utf-8").strip() != tree.git("rev-parse", "HEAD"):
        yield "run `make test WHOLE=1`: it has not passed on this commit"
    if not tree.repository.startswith("https://"):
        yield "name the project's address: make release REPOSITORY=https://…"


def of_archives(first: Archives, second: Archives) -> Iterator[str]:
    """What is wrong with what was built twice of the same commit."""
    for built, again in ((first.wheel, second.wheel), (first.sdist, second.sdist)):
        if built.read_bytes() != again.read_bytes():
            yield f"{built.name} has other bytes when it is built again"
    with zipfile.ZipFile(first.wheel) as wheel:
        names = wheel.namelist()
    yield from (f"the wheel has a file of no kind that release/contents.py lists: {name}" for name in strays(names))
    yield from (f"the wheel has no {kind}" for kind in missing(names))
    command = [sys.executable, "-m", "twine", "check", "--strict", str(first.wheel), str(first.sdist)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        yield f"twine refuses the metadata: {done.stdout}{done.stderr}"
