"""``python -m release``: check the commit, build what is published, check that, and tag. `make release` runs it."""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
import tempfile
from pathlib import Path

from pscc import __version__
from release import bill, plugin
from release.archives import build, date_of_commit
from release.checks import Tree, before_building, of_archives


def main(arguments: list[str]) -> int:
    """Fill the folder ``dist`` and tag the commit. The exit status: 1 if a check fails, and then nothing is tagged."""
    parser = argparse.ArgumentParser(prog="release", description="Build, check and tag a release.")
    parser.add_argument("--repository", required=True, help="The address of the project, for the manifest of krew.")
    tree = Tree(Path.cwd(), __version__, parser.parse_args(arguments).repository.rstrip("/"))
    wrong = list(before_building(tree))
    if not wrong:
        target = tree.folder / "dist"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        wrong = publishable(tree, target)
    if wrong:
        sys.stderr.write("".join(f"release: {sentence}\n" for sentence in wrong))
        return 1
    tree.git("tag", "--annotate", f"v{tree.version}", "--message", f"Version {tree.version}")
    print(f"tagged v{tree.version}: push the tag, and publish what is in {target.name}/")
    return 0


def publishable(tree: Tree, target: Path) -> list[str]:
    """Fill ``target`` with every file of the release; return what is wrong with them."""
    epoch = date_of_commit(tree.folder)
    archives = build(tree.folder, target, epoch)
    with tempfile.TemporaryDirectory() as folder:
        again = Path(folder) / "again"
        again.mkdir()
        wrong = list(of_archives(archives, build(tree.folder, again, epoch)))
        python = bill.install(archives.wheel, Path(folder) / "environment")
        bill.write(python, tree.folder, tree.version, target / "sbom.cdx.json", epoch)
    packed = plugin.archive(archives.wheel, tree.folder / "LICENSE", target, epoch)
    krew = plugin.manifest(packed, tree.version, tree.repository)
    (target / "krew.yaml").write_text(krew, encoding="utf-8")
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(target.iterdir())]
    (target / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    return wrong


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
