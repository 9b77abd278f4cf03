"""An option is given for a target that has it, or it is an error; what ``pscc.toml`` says holds for the targets that have it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import pscc
from pscc.cli import main
from pscc.output.options import DEFAULTS
from pscc.targets.options import OF_TARGETS
from pscc.targets.registry import TARGETS, target_named
from pscc.targets.settings import Settings, settings_of
from pscc.targets.soundness import for_target

POLICY = "policy p {\n    deny hostPID\n    require runAsNonRoot true\n    default runAsNonRoot true\n}\n"
SOURCE = "p.psp"
OTHER_VALUES = {
    "engine": ("--engine", "cel"),
    "workloads": ("--workloads", "off"),
    "kubernetes": ("--kubernetes", "1.33"),
    "gatekeeper": ("--gatekeeper", "3.20"),
    "kyverno": ("--kyverno", "1.18"),
    "templates": ("--templates", "only"),
    "enforcement-point": ("--enforcement-point", "validation.gatekeeper.sh"),
    "sync-waves": ("--sync-waves",),
}
USUAL_VALUES = {
    "engine": ("--engine", "rego"),
    "workloads": ("--workloads", "warn"),
    "kubernetes": ("--kubernetes", "1.37"),
    "gatekeeper": ("--gatekeeper", "3.23"),
    "kyverno": ("--kyverno", "1.19"),
    "templates": ("--templates", "with"),
}
DECLARED = [(name, option) for name in TARGETS for option in OF_TARGETS]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, with the source."""
    monkeypatch.chdir(tmp_path)
    Path(SOURCE).write_text(POLICY)
    return tmp_path


def has(target: str, option: str) -> bool:
    return option in target_named(target).capabilities(DEFAULTS).options


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def written(folder: Path) -> dict[str, str]:
    """The files in ``folder``, and what a compile said, without its record of the options."""
    return {
        str(file.relative_to(folder)): file.read_text()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != ".pscc-manifest"
    }


def test_every_declared_option_is_an_option_of_targets() -> None:
    assert set(OTHER_VALUES) == set(OF_TARGETS)
    for target in TARGETS:
        assert target_named(target).capabilities(DEFAULTS).options <= set(OF_TARGETS)


@pytest.mark.parametrize(("target", "option"), DECLARED)
def test_an_option_is_for_the_targets_that_declare_it(target: str, option: str, tmp_path: Path) -> None:
    for values in (OTHER_VALUES[option], USUAL_VALUES.get(option, OTHER_VALUES[option])):
        done = run("compile", SOURCE, "-t", target, *values, "-o", tmp_path / "out")
        assert done.exit_code == (0 if has(target, option) else 2), done.output
        if not has(target, option):
            assert f"--{option} changes nothing for {target}: it is for " in done.stderr
            assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("target", "option"), [pair for pair in DECLARED if not has(*pair)])
def test_an_option_that_a_target_does_not_declare_changes_none_of_its_files(
    target: str, option: str, tmp_path: Path
) -> None:
    plain = run("compile", SOURCE, "-t", target, "-o", tmp_path / "plain")
    name, *value = OTHER_VALUES[option]
    said = "true" if not value else f'["{value[0]}"]' if option == "enforcement-point" else f'"{value[0]}"'
    Path("pscc.toml").write_text(f"{name[2:]} = {said}\n")
    done = run("compile", SOURCE, "-t", target, "-o", tmp_path / "out")
    assert (done.exit_code, done.stderr.replace("/out", "/plain")) == (0, plain.stderr)
    assert written(tmp_path / "out") == written(tmp_path / "plain") != {}
    recorded = settings_of(tmp_path / "out")
    assert recorded is not None and recorded != for_target(recorded, target) == Settings((target,))


def test_with_several_targets_one_has_to_have_it(tmp_path: Path) -> None:
    out = ("-o", tmp_path / "out")
    assert run("compile", SOURCE, "-t", "opa,gatekeeper", "--engine", "cel", *out).exit_code == 0
    assert run("compile", SOURCE, "-t", "all", "--kyverno", "1.18", *out).exit_code == 0
    assert run("compile", SOURCE, "-t", "opa,vap", "--layout", "per-control", *out).exit_code == 0
    done = run("compile", SOURCE, "-t", "opa,vap", "--engine", "cel", *out)
    assert (done.exit_code, "--engine changes nothing for opa, vap: it is for gatekeeper" in done.stderr) == (2, True)


def test_a_layout_that_pscc_toml_says_is_for_the_targets_that_have_it(tmp_path: Path) -> None:
    (tmp_path / "pscc.toml").write_text('layout = "per-control"\n')
    assert run("compile", SOURCE, "-t", "opa", "-o", tmp_path / "out").exit_code == 0
    assert run("compile", SOURCE, "-t", "opa", "--layout", "per-control", "-o", "-").exit_code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", SOURCE, "-t", "opa", "--engine", "cel"),
        ("report", SOURCE, "-f", SOURCE, "-t", "vap", "--kyverno", "1.18"),
        ("plan", SOURCE, "-f", SOURCE, "-t", "vap", "--gatekeeper", "3.20"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_every_command_with_options_of_targets_refuses_them(arguments: tuple[object, ...]) -> None:
    done = run(*arguments)
    assert (done.exit_code, "changes nothing for" in done.stderr) == (2, True), done.output


def test_prove_refuses_them_for_the_targets_that_it_proves() -> None:
    done = run("prove", SOURCE, "--gatekeeper", "3.20")
    assert (done.exit_code, "--gatekeeper changes nothing for kyverno, kyverno-cel, vap" in done.stderr) == (2, True)
    for option in (("--engine", "cel"), ("--layout", "per-policy")):
        done = run("prove", SOURCE, "--is", "pss/baseline", *option)
        assert (done.exit_code, f"{option[0]} is for outputs of pscc: somebody else wrote SOURCE" in done.stderr) == (
            2,
            True,
        )


def test_the_commands_of_a_plan_have_the_options_of_its_target_alone() -> None:
    Path("w.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\nspec: {containers: [{name: c, image: i}]}\n"
    )
    options = ("--kubernetes", "1.34", "--kyverno", "1.18", "--engine", "cel")
    text = run("plan", SOURCE, "-f", "w.yaml", *options).stdout
    lines = [line for line in text.splitlines() if re.search(r"pscc (compile|report)", line)]
    assert lines
    for line in lines:
        target = re.findall(r"-t (\S+)", line)[0]
        for option in ("kubernetes", "kyverno", "engine"):
            assert (f"--{option}" in line) is has(target, option), line


def test_the_api_refuses_them_too() -> None:
    loaded = pscc.load(SOURCE)
    with pytest.raises(ValueError, match="--engine changes nothing for opa: it is for gatekeeper"):
        pscc.compile(loaded, "opa", engine="cel")
    assert pscc.compile(loaded, ("opa", "gatekeeper"), engine="cel").files
