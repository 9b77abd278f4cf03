"""``--root``: a used file may lie above its user, inside the root, and no link shows a file that lies elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import pscc
from pscc.base.source import MOST_BYTES
from pscc.cli import main
from pscc.meaning.linking import LoadError

SECRET = "token-of-the-pipeline"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a shared base, and a team's folder whose policy uses it; beside the repository lies a secret."""
    root = tmp_path / "repository"
    (root / "shared").mkdir(parents=True)
    (root / "teams" / "a").mkdir(parents=True)
    (root / "shared" / "base.psp").write_text("policy base {\n    deny hostPID\n}\n", encoding="utf-8")
    text = 'use "../../shared/base.psp"\n\npolicy team extends base {\n    deny hostIPC\n}\n'
    (root / "teams" / "a" / "team.psp").write_text(text, encoding="utf-8")
    (tmp_path / "secret.psp").write_text(f"{SECRET}\n", encoding="utf-8")
    (tmp_path / "secret").write_text(f"{SECRET}\n", encoding="utf-8")
    monkeypatch.chdir(root)
    return root


TEAM = "teams/a/team.psp"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_a_shared_base_above_the_file_needs_the_root(repository: Path) -> None:
    without = run("check", TEAM)
    assert without.exit_code == 1 and "lies outside of a/" in without.stdout and "`--root`" in without.stdout
    assert run("check", TEAM, "--root", ".").exit_code == 0
    assert run("check", TEAM, "--root", "teams").exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", TEAM),
        ("explain", TEAM),
        ("explain", f"{TEAM}:4"),
        ("compile", TEAM, "-t", "opa", "-o", "-"),
        ("diff", TEAM, TEAM),
    ],
)
def test_every_command_takes_it(repository: Path, arguments: tuple[str, ...]) -> None:
    done = run(*arguments, "--root", ".")
    assert done.exit_code == 0, done.output
    assert run(*arguments).exit_code == 1


def test_it_stands_in_the_file_of_options(repository: Path) -> None:
    (repository / "pscc.toml").write_text('root = "."\n', encoding="utf-8")
    assert run("check", TEAM).exit_code == 0
    assert run("show", TEAM).stdout.count("deny hostPID") == 1


def test_the_file_of_options_names_no_folder_outside_of_its_own(repository: Path) -> None:
    (repository / "pscc.toml").write_text('root = ".."\n', encoding="utf-8")
    done = run("check", TEAM)
    assert done.exit_code == 2 and "pscc.toml:1: `root` lies outside of the folder of this file" in done.stderr
    (repository / "pscc.toml").write_text('root = "up"\n', encoding="utf-8")
    (repository / "up").symlink_to(repository.parent)
    assert run("check", TEAM).exit_code == 2


@pytest.mark.parametrize("link", ["shared/out.psp", "out"])
def test_a_link_that_leads_outside_shows_nothing(repository: Path, link: str) -> None:
    target = repository.parent / "secret.psp" if link.endswith(".psp") else repository.parent
    (repository / link).symlink_to(target)
    used = "../../shared/out.psp" if link.endswith(".psp") else "../../out/secret.psp"
    (repository / TEAM).write_text(f'use "{used}"\n\npolicy team {{\n    deny hostIPC\n}}\n', encoding="utf-8")
    done = run("check", TEAM, "--root", ".")
    assert done.exit_code == 1 and "lies outside of repository/" in done.stdout and SECRET not in done.output


def test_a_link_to_a_file_of_another_kind_shows_nothing(repository: Path) -> None:
    (repository / "shared" / "out.psp").symlink_to(repository.parent / "secret")
    (repository / TEAM).write_text(
        'use "../../shared/out.psp"\n\npolicy team {\n    deny hostIPC\n}\n', encoding="utf-8"
    )
    done = run("check", TEAM, "--root", "..")
    assert done.exit_code == 1 and "does not end in `.psp`" in done.stdout and SECRET not in done.output


def test_a_source_outside_of_the_root_is_an_error(repository: Path) -> None:
    done = run("check", TEAM, "--root", "shared")
    assert done.exit_code == 2 and "lies outside of the root 'shared'" in done.stderr
    assert run("check", "pss/baseline@1.30", "--root", "shared").exit_code == 0


def test_the_api_takes_it(repository: Path) -> None:
    assert [policy.name for policy in pscc.load(TEAM, root=repository).program.policies] == ["team"]
    assert pscc.check(TEAM, root=".") == ()
    with pytest.raises(pscc.SourceError):
        pscc.load(TEAM)
    with pytest.raises(ValueError, match="lies outside of the root"):
        pscc.load(TEAM, root="shared")


def test_the_language_server_goes_by_the_file_of_options(repository: Path) -> None:
    from pscc.cli.lsp_ import loader

    path = str(repository / TEAM)
    with pytest.raises(LoadError):
        loader(path)("../../shared/base.psp", path)
    (repository / "pscc.toml").write_text('root = "."\n', encoding="utf-8")
    assert "deny hostPID" in loader(path)("../../shared/base.psp", path).text
    (repository / "pscc.toml").write_text("root = [\n", encoding="utf-8")
    with pytest.raises(LoadError):
        loader(path)("../../shared/base.psp", path)


def test_a_used_file_has_the_limits_of_a_source(repository: Path) -> None:
    base = repository / "shared" / "base.psp"
    base.unlink()
    os.mkfifo(base)
    waited_for = run("check", TEAM, "--root", ".")
    assert waited_for.exit_code == 1 and "is no regular file" in waited_for.stdout
    base.unlink()
    with base.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    too_large = run("check", TEAM, "--root", ".")
    assert too_large.exit_code == 1 and "it is larger than 64 MiB" in too_large.stdout
