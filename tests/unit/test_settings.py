"""How a program is compiled, as data: the options that commands share, and what a folder's manifest keeps of them."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pscc.cli import main
from pscc.cli.compile_ import command as compile_command
from pscc.cli.verify_ import command as verify_command
from pscc.lowering.rollout import Rollout
from pscc.output.contents import OutputFile
from pscc.output.emit import MANIFEST, EmitError, emit, written
from pscc.output.options import Options
from pscc.targets.settings import Settings, as_json, chosen, from_json, settings_of, words
from support.paths import ROOT

DEFAULT = str(ROOT / "examples" / "psp-default.yaml")
FILES = (OutputFile("a.yaml", "a\n"),)
RELEASES = (("gatekeeper", (3, 20)), ("kyverno", (1, 17)))
OTHER = Settings(
    ("opa", "vap"), "cel", "off", (1, 29), RELEASES, "audit", ("kube-system", "team-*"), ("system:masters",), True,
    "live", True, "without", ("audit.gatekeeper.sh",), "web-", "team", "per-control",
    ("shop",),
)  # fmt: skip
"""Settings of which none is as it is by default."""


# --- the options that commands share --------------------------------------------


def options(command: click.Command) -> dict[str, click.Option]:
    """The options of ``command``, by their parameter."""
    return {one.name: one for one in command.params if isinstance(one, click.Option) and one.name}


def test_every_option_of_compile_but_these_is_a_setting_and_is_an_option_of_verify() -> None:
    settings = {name.replace("-", "_") for name in as_json(Settings())}
    of_compile, of_verify = options(compile_command), options(verify_command)
    # where the output goes, what is told of the way there, and which files a source may use
    assert set(of_compile) - settings == {"output", "list_ignored", "fix", "fmt", "root"}
    assert settings <= set(of_compile) and settings <= set(of_verify)
    for name in settings:
        ours, theirs = of_compile[name], of_verify[name]
        assert f"--{name.replace('_', '-')}" in ours.opts and ours.opts == theirs.opts
        assert (ours.type.name, ours.multiple, ours.default) == (theirs.type.name, theirs.multiple, theirs.default)
        assert ours.help == theirs.help or name == "target"


def test_no_setting_of_the_other_is_as_by_default() -> None:
    assert [one.name for one in fields(Settings) if getattr(OTHER, one.name) == getattr(Settings(), one.name)] == []


def test_what_the_settings_mean_to_the_compiler() -> None:
    assert (Settings().rollout, replace(Settings().options, releases=())) == (Rollout(), Options())
    rollout, made = OTHER.rollout, OTHER.options
    assert [one.name for one in fields(Rollout) if getattr(rollout, one.name) == getattr(Rollout(), one.name)] == []
    assert [one.name for one in fields(Options) if getattr(made, one.name) == getattr(Options(), one.name)] == []
    assert (rollout.excluded.exact, rollout.excluded.prefixes) == (("kube-system",), ("team-",))


def test_settings_are_spelled_as_on_the_command_line() -> None:
    assert words(OTHER)["--exclude-namespace"] == "--exclude-namespace kube-system --exclude-namespace team-*"
    assert words(OTHER)["--kubernetes"] == "--kubernetes 1.29"
    assert words(OTHER)["--sync-waves"] == "--sync-waves"
    assert "--mode" not in words(Settings())
    assert chosen(Settings(("opa",))) == ()
    assert chosen(replace(Settings(), engine="cel", mode="warn")) == ("--engine cel", "--mode warn")


# --- what a manifest keeps ------------------------------------------------------


@pytest.mark.parametrize("settings", [Settings(("gatekeeper",)), OTHER])
def test_settings_are_read_back_as_they_were_written(settings: Settings, tmp_path: Path) -> None:
    assert from_json(json.loads(json.dumps(as_json(settings)))) == settings
    emit(tmp_path, FILES, as_json(settings))
    assert (settings_of(tmp_path), written(tmp_path)) == (settings, ("a.yaml",))


def test_a_compile_records_its_settings(tmp_path: Path) -> None:
    arguments = [
        "-t",
        "gatekeeper",
        "-t",
        "opa",
        "-t",
        "opa",
        "--engine",
        "cel",
        "--kubernetes",
        "v1.31.2",
        "--mode",
        "warn",
    ]
    arguments += ["--exclude-namespace", "kube-*", "--sync-waves", "--assume-everyone-may-use", "-o", str(tmp_path)]
    done = CliRunner().invoke(main, ["compile", DEFAULT, *arguments])
    assert done.exit_code == 0, done.output
    assert settings_of(tmp_path) == Settings(
        ("gatekeeper", "opa"), engine="cel", kubernetes=(1, 31), mode="warn", exclude_namespace=("kube-*",),
        sync_waves=True, assume_everyone_may_use=True,
    )  # fmt: skip


def test_an_older_manifest_lists_its_files_and_says_nothing_of_the_options(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text('{"files": ["a.yaml"]}')
    assert (written(tmp_path), settings_of(tmp_path)) == (("a.yaml",), None)
    (tmp_path / MANIFEST).rename(tmp_path / ".pscc-manifest.json")
    assert (written(tmp_path), settings_of(tmp_path)) == (("a.yaml",), None)
    (tmp_path / "a.yaml").write_text("a\n")
    emit(tmp_path, FILES, as_json(OTHER))
    assert settings_of(tmp_path) == OTHER
    assert settings_of(tmp_path / "elsewhere") is None


def test_what_an_older_pscc_had_no_option_for_is_as_without_it() -> None:
    known = as_json(OTHER)
    for name in ("sync-waves", "rbac", "mode", "kyverno"):
        left = {key: value for key, value in known.items() if key != name}
        assert as_json(from_json(left)) == {**known, name: as_json(Settings())[name]}


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (1, "it is no object"),
        (["opa"], "it is no object"),
        ({}, "--target"),
        ({"target": []}, "--target"),
        ({"target": ["opa", 1]}, "--target"),
        ({"target": "opa"}, "--target opa"),
        ({"target": ["opa"], "colour": "red"}, "--colour is an option that this pscc does not have"),
        ({"target": ["opa"], "engine": "lua"}, "--engine lua"),
        ({"target": ["opa"], "engine": None}, "--engine None"),
        ({"target": ["opa"], "mode": False}, "--mode False"),
        ({"target": ["opa"], "kubernetes": "new"}, "--kubernetes new"),
        ({"target": ["opa"], "kubernetes": 1.3}, "--kubernetes 1.3"),
        ({"target": ["opa"], "exclude-namespace": [1]}, "--exclude-namespace"),
        ({"target": ["opa"], "sync-waves": "yes"}, "--sync-waves yes"),
    ],
)
def test_what_is_no_record_is_an_error_that_says_so(said: object, message: str, tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text(json.dumps({"files": ["a.yaml"], "compiled": said}))
    with pytest.raises(EmitError, match=message):
        settings_of(tmp_path)
    # the next compile knows the files all the same
    (tmp_path / "a.yaml").write_text("a\n")
    emit(tmp_path, FILES, as_json(OTHER))
    assert settings_of(tmp_path) == OTHER
