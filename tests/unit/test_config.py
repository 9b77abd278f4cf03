"""``pscc.toml``: found upwards from the source, read by every command, and wrong in the place where it is wrong."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from pscc.cli import main
from pscc.cli._config import _is_path as is_path
from pscc.cli._config import commands, options_of

POLICY = "policy team {\n    deny privileged\n}\n"
WARNED = "policy team {\n    allow hostPorts 1-100, 50\n}\n"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def team(folder: Path, config: str, policy: str = POLICY) -> str:
    (folder / "pscc.toml").write_text(config, encoding="utf-8")
    (folder / "policies").mkdir(exist_ok=True)
    source = folder / "policies" / "team.psp"
    source.write_text(policy, encoding="utf-8")
    return str(source)


def test_a_compile_takes_what_it_says_and_the_command_line_wins(tmp_path: Path) -> None:
    source = team(tmp_path, 'target = "vap"\nmode = "audit"\nkubernetes = "1.34"\n[compile]\noutput = "out"\n')
    done = run("compile", source)
    assert done.exit_code == 0, done.stderr
    assert "for Kubernetes 1.34" in done.stderr
    recorded = json.loads((tmp_path / "out" / ".pscc-manifest").read_text(encoding="utf-8"))
    assert (recorded["compiled"]["target"], recorded["compiled"]["mode"]) == (["vap"], "audit")
    done = run("compile", source, "-t", "opa", "--mode", "warn", "-o", str(tmp_path / "other"))
    assert done.exit_code == 0 and (tmp_path / "other" / "main.rego").exists()
    recorded = json.loads((tmp_path / "other" / ".pscc-manifest").read_text(encoding="utf-8"))
    assert (recorded["compiled"]["target"], recorded["compiled"]["mode"]) == (["opa"], "warn")


def test_a_table_is_for_one_command(tmp_path: Path) -> None:
    source = team(tmp_path, "[check]\nstrict = true\n", WARNED)
    assert run("check", source).exit_code == 1
    assert run("eval", source, "-f", source).exit_code != 70
    (tmp_path / "pscc.toml").write_text("[check]\nstrict = false\n", encoding="utf-8")
    assert run("check", source).exit_code == 0


def test_the_nearest_file_counts_alone(tmp_path: Path) -> None:
    source = team(tmp_path, "[check]\nstrict = true\n", WARNED)
    (tmp_path / "policies" / "pscc.toml").write_text("", encoding="utf-8")
    assert run("check", source).exit_code == 0


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ('\nkubernets = "1.34"\n', "pscc.toml:2: no command has an option `kubernets`: did you mean `kubernetes`?"),
        ("kubernetes = 1.30\n", "pscc.toml:1: `kubernetes` is a text in quotes"),
        ("[chek]\nstrict = true\n", "pscc.toml:1: there is no command `chek`: did you mean `check`?"),
        ("[check]\nstric = true\n", "pscc.toml:2: `pscc check` has no option `stric`: did you mean `strict`?"),
        ('mode = "loud"\n', "pscc.toml:1: `mode`: 'loud' is not one of"),
        ('mode = ["audit"]\n', "pscc.toml:1: `mode` is one value, and no list"),
        ('sync-waves = "yes"\n', "pscc.toml:1: `sync-waves` is true or false"),
        ("fix = true\n", "pscc.toml:1: no command has an option `fix`"),
        ("a = [\n", "this is not TOML"),
        ("a = '\xff'\n".encode("latin-1").decode("latin-1"), "no command has an option `a`"),
    ],
)
def test_what_is_wrong_is_said_at_its_line(config: str, said: str, tmp_path: Path) -> None:
    source = team(tmp_path, config)
    for arguments in (("compile", source, "-o", str(tmp_path / "out")), ("config", source)):
        done = run(*arguments)
        assert done.exit_code == 2
        assert said in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("config", "imported"),
    [
        ("[fmt]\n", {"fmt"}),
        ("strict = true\n", set()),
        ('target = "vap"\n', {"compile"}),
        ("[diff]\nno-looser = true\n[check]\nstrict = true\n", {"diff"}),
    ],
    ids=["table", "own", "other", "tables"],
)
def test_only_commands_that_may_know_a_key_are_imported(config: str, imported: set[str], tmp_path: Path) -> None:
    source = team(tmp_path, config)
    show = f"import sys; from pscc.cli import COMMANDS, main; main(['check', {source!r}], standalone_mode=False); " \
        "print([name for name in COMMANDS if f'pscc.cli.{name}_' in sys.modules], file=sys.stderr)"  # fmt: skip
    done = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    assert set(ast.literal_eval(done.stderr.splitlines()[-1])) == {"check"} | imported


def test_config_shows_who_takes_what(tmp_path: Path) -> None:
    source = team(tmp_path, 'exclude-namespace = ["kube-system"]\n\n[check]\nat-least = "pss/baseline"\n')
    lines = [line.split() for line in run("config", source).stdout.splitlines()[1:]]
    assert lines == [
        [
            "exclude-namespace",
            "=",
            '["kube-system"]',
            "compile,",
            "verify,",
            "prove,",
            "diff,",
            "report,",
            "fix,",
            "plan",
            "(line",
            "1)",
        ],
        ["check:", "at-least", "=", '"pss/baseline"', "check", "(line", "4)"],
    ]


def test_there_may_be_none(tmp_path: Path) -> None:
    assert "there is no pscc.toml in" in run("config", str(tmp_path)).stdout


def test_paths_are_relative_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = 'root = "."\n[check]\nat-least = "floor.psp"\n[show]\npod = "pod.yaml"\n[plan]\nfolder = "policies"\n'
    source = Path(team(tmp_path, text))
    (tmp_path / "floor.psp").write_text("policy floor {\n    deny hostPID\n}\n", encoding="utf-8")
    (tmp_path / "pod.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i}]}\n", encoding="utf-8"
    )
    monkeypatch.chdir(source.parent)
    done = run("check", source.name)
    assert done.exit_code == 1 and "hostPID" in done.stdout, done.output
    assert run("show", source.name).exit_code == 0
    (tmp_path / "pscc.toml").write_text('root = "policies"\n[check]\nat-least = "pss/baseline"\n', encoding="utf-8")
    done = run("check", source.name)
    assert done.exit_code == 1 and "pss/baseline" in done.stdout, done.output


@pytest.mark.parametrize("command", list(commands()), ids=lambda command: str(command.name))
def test_an_option_for_files_is_a_path_in_the_file(command: click.Command) -> None:
    """An option that completes files, or whose value is a file by its name in the help, is relative to the ``pscc.toml``."""
    of_files = ("FILE", "FOLDER", "DIR", "PATH", "SOURCE")
    options = [option for option in options_of(command).values() if option.metavar in of_files]
    assert [option.name for option in options if not is_path(option)] == []
