"""A release: what stops it, what it builds, and the plugin that krew installs."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
import yaml

from pscc import __version__
from release import plugin
from release.archives import Archives, build
from release.changelog import entry, unreleased
from release.checks import TESTED, Tree, before_building, of_archives
from release.contents import strays
from support.installing import borrowing, git
from support.paths import ROOT

EPOCH = 1_700_000_000
RELEASED = (
    "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2030-01-02\n\n### Added\n- A thing.\n\n## [1.1.0] - 2029-01-02\n"
)
ADDRESS = "https://git.example/pscc"


@pytest.fixture
def ready(tmp_path: Path) -> Tree:
    """A checkout that can be released."""
    (tmp_path / "CHANGELOG.md").write_text(RELEASED)
    (tmp_path / ".gitignore").write_text(f"{TESTED}\n")
    git(tmp_path, "init", "--quiet")
    tree = Tree(tmp_path, "1.2.0", ADDRESS)
    commit(tree)
    return tree


def commit(tree: Tree) -> None:
    """Commit everything, and note that the tests have passed."""
    git(tree.folder, "add", "--all")
    git(tree.folder, "commit", "--quiet", "--allow-empty", "--message", "a change")
    (tree.folder / TESTED).write_text(tree.git("rev-parse", "HEAD") + "\n")


def test_nothing_stops_a_commit_that_is_ready(ready: Tree) -> None:
    assert list(before_building(ready)) == []


def test_changes_that_are_not_committed_stop_it(ready: Tree) -> None:
    (ready.folder / "stray").touch()
    assert [s.partition(":")[0] for s in before_building(ready)] == ["commit or stash your changes"]


def test_a_version_that_is_tagged_stops_it(ready: Tree) -> None:
    git(ready.folder, "tag", "v1.2.0")
    (sentence,) = before_building(ready)
    assert "v1.2.0 is tagged already" in sentence


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (RELEASED.replace("[1.2.0]", "[1.3.0]"), "## [1.2.0] - YEAR-MONTH-DAY"),
        (RELEASED.replace("### Added\n- A thing.\n", ""), "nothing below its heading"),
        (RELEASED.replace("[Unreleased]\n", "[Unreleased]\n- More.\n"), "under Unreleased"),
    ],
    ids=["no heading", "nothing said", "unreleased"],
)
def test_a_changelog_that_is_behind_stops_it(ready: Tree, text: str, wanted: str) -> None:
    (ready.folder / "CHANGELOG.md").write_text(text)
    commit(ready)
    (sentence,) = before_building(ready)
    assert wanted in sentence


def test_a_commit_that_was_not_tested_stops_it(ready: Tree) -> None:
    git(ready.folder, "commit", "--quiet", "--allow-empty", "--message", "one more")
    assert ["make test WHOLE=1" in sentence for sentence in before_building(ready)] == [True]
    (ready.folder / TESTED).unlink()
    assert ["make test WHOLE=1" in sentence for sentence in before_building(ready)] == [True]


def test_the_address_of_the_project_is_wanted(ready: Tree) -> None:
    (sentence,) = before_building(Tree(ready.folder, "1.2.0", ""))
    assert "REPOSITORY=https://" in sentence


def test_the_changelog_is_read_by_its_headings() -> None:
    released = entry(RELEASED, "1.2.0")
    assert released is not None
    assert (released[0].isoformat(), released[1]) == ("2030-01-02", "### Added\n- A thing.")
    assert unreleased((ROOT / "CHANGELOG.md").read_text(encoding="utf-8")) or entry(
        (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), __version__
    )


def test_files_of_no_kind_are_strays() -> None:
    names = ["pscc/api.py", "pscc/_data/grammar/README.md", "pscc/_data/grammar/psp.lark", "tests/a.py", "pscc/a.pyc"]
    assert strays(names) == ["pscc/_data/grammar/README.md", "tests/a.py", "pscc/a.pyc"]


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Archives:
    return build(ROOT, tmp_path_factory.mktemp("archives"), EPOCH)


@pytest.mark.slow
def test_archives_that_differ_stop_it(archives: Archives, tmp_path: Path) -> None:
    assert list(of_archives(archives, archives)) == []
    other = Archives(tmp_path / "sdist", archives.wheel)
    other.sdist.write_bytes(b"other")
    (sentence,) = of_archives(archives, other)
    assert "other bytes when it is built again" in sentence


@pytest.mark.slow
def test_the_manifest_of_krew_has_its_fields(archives: Archives, tmp_path: Path) -> None:
    """The fields of krew's plugin manifest, as its developer guide documents and `validate-krew-manifest` wants them."""
    packed = plugin.archive(archives.wheel, ROOT / "LICENSE", tmp_path, EPOCH)
    document = yaml.safe_load(plugin.manifest(packed, "1.2.0", ADDRESS))
    assert document["apiVersion"] == "krew.googlecontainertools.github.com/v1alpha2"
    assert document["kind"] == "Plugin"
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", document["metadata"]["name"])
    about = document["spec"]
    assert set(about) == {"version", "homepage", "shortDescription", "description", "caveats", "platforms"}
    assert about["version"] == "v1.2.0"
    assert len(about["shortDescription"]) <= 50
    assert not about["shortDescription"].endswith(".")
    for platform in about["platforms"]:
        assert set(platform) == {"selector", "uri", "sha256", "bin"}
        for expression in platform["selector"]["matchExpressions"]:
            assert expression["key"] in ("os", "arch")
            assert expression["operator"] in ("In", "NotIn")
            assert expression["values"]
        assert platform["uri"] == f"{ADDRESS}/releases/download/v1.2.0/{packed.name}"
        assert platform["sha256"] == hashlib.sha256(packed.read_bytes()).hexdigest()
        with tarfile.open(packed) as tar:
            assert tar.getmember(platform["bin"]).mode & 0o111
            assert "LICENSE" in tar.getnames()


@pytest.mark.slow
def test_the_plugin_that_krew_links_installs_itself_and_runs(archives: Archives, tmp_path: Path) -> None:
    packed = plugin.archive(archives.wheel, ROOT / "LICENSE", tmp_path, EPOCH)
    store, links = tmp_path / "store" / "pscc" / "v1", tmp_path / "bin"
    store.mkdir(parents=True)
    links.mkdir()
    shutil.unpack_archive(packed, store, filter="data")
    (links / "kubectl-pscc").symlink_to(Path("..") / "store" / "pscc" / "v1" / "kubectl-pscc")
    environment = borrowing(tmp_path, links, {"XDG_DATA_HOME": str(tmp_path / "data")})
    start = ["kubectl", "pscc"] if shutil.which("kubectl") else ["kubectl-pscc"]
    first, second = (
        subprocess.run([*start, "--version"], env=environment, capture_output=True, text=True, check=False)
        for _ in range(2)
    )
    assert (first.returncode, __version__ in first.stdout) == (0, True), first.stderr
    assert "installing pscc into" in first.stderr
    assert (second.stdout, second.stderr) == (first.stdout, "")
    (tmp_path / "old").write_text("#!/bin/sh\nexit 1\n")
    os.chmod(tmp_path / "old", 0o755)
    without = {**environment, "XDG_DATA_HOME": str(tmp_path / "none"), "PSCC_PYTHON": str(tmp_path / "old")}
    refused = subprocess.run([*start, "--version"], env=without, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "install Python 3.11 or newer" in refused.stderr
