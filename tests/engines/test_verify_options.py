"""``pscc verify --output`` holds a folder against the options that it was compiled with, and finds a folder that is not so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pscc.cli import main
from pscc.output.emit import MANIFEST
from pscc.verify.engines import declared
from support.engines import engine
from support.paths import ROOT

DEFAULT = str(ROOT / "examples" / "psp-default.yaml")
DUMP = str(ROOT / "examples" / "cluster" / "dump.yaml")
PROGRAMS = {"opa": "opa", "gatekeeper": "gator", "kyverno": "kyverno", "kyverno-cel": "kyverno", "vap": "kyverno"}
COUNT = {"opa": "120", "gatekeeper": "80", "kyverno": "12", "kyverno-cel": "8", "vap": "12"}
POLICY = """\
policy p {
    exempt images registry.example/mesh/*, tools/debug because "the mesh"
    exempt containers istio-proxy, vault-* from hostPorts because "its ports"
    exempt serviceaccounts infra/* because "the platform's own"
    deny    privileged, hostPID, hostPorts
    require seccompProfile runtime/default, localhost/*
}
"""


@pytest.fixture(autouse=True)
def no_engine_on_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")


def compiled(source: str, folder: Path, *options: str) -> Path:
    """``folder``, with what a compile of ``source`` makes."""
    done = CliRunner().invoke(main, ["compile", source, "-o", str(folder), *options])
    assert done.exit_code == 0, done.output
    return folder


def verify(source: str, *options: str) -> Result:
    return CliRunner().invoke(main, ["verify", source, *options])


def asked(source: str, folder: Path, target: str, *options: str) -> tuple[Result, Any]:
    """A verification of ``folder`` by the engine of ``target``, and that engine's row."""
    program = PROGRAMS[target]
    arguments = [
        "--output",
        str(folder),
        declared.PROGRAMS[program].option.flag,
        engine(program),
        "--require",
        program,
        "--timeout",
        "300",
    ]
    done = verify(source, *arguments, "--count", COUNT[target], "--format", "json", *options)
    row = next(row for row in json.loads(done.stdout)["engines"] if row["engine"] == program)
    return done, row


def policy(folder: Path, text: str = POLICY) -> str:
    """The path of a source with ``text``."""
    path = folder / "policy.psp"
    path.write_text(text)
    return str(path)


def edit(folder: Path, old: str, new: str, where: str = "**/*") -> None:
    """Write ``new`` for ``old`` wherever it stands in the files of ``folder``, the manifest and the suite left alone."""
    changed = 0
    for path in folder.glob(where):
        if path.is_file() and path.name != MANIFEST and not {"suite"} & set(path.parts):
            text = path.read_text()
            changed += old in text
            path.write_text(text.replace(old, new))
    assert changed, f"{old} is nowhere in {folder}"


def records(folder: Path, **settings: object) -> None:
    """Make the manifest of ``folder`` say another option than it was compiled with."""
    path = folder / MANIFEST
    said = json.loads(path.read_text())
    assert settings.keys() <= said["compiled"].keys()
    path.write_text(json.dumps({**said, "compiled": {**said["compiled"], **settings}}))


# --- folders that are as they were compiled -------------------------------------

OPTIONS = [
    ("--mode", "audit"),
    ("--mode", "warn"),
    ("--exclude-namespace", "kube-system", "--exclude-namespace", "team-*"),
    ("--workloads", "enforce"),
    ("--workloads", "off", "--mode", "warn"),
    ("--workloads", "enforce", "--mode", "audit", "--exclude-namespace", "kube-*"),
]
OF_GATEKEEPER = [
    ("--gatekeeper", "3.19"),
    ("--kubernetes", "1.29"),
    ("--sync-waves",),
    ("--engine", "cel"),
    ("--engine", "cel", "--mode", "audit", "--exclude-namespace", "kube-*", "--workloads", "enforce"),
]
COMPILES = [
    *((target, options) for target in ("gatekeeper", "opa") for options in OPTIONS),
    *(("gatekeeper", options) for options in OF_GATEKEEPER),
]


@pytest.mark.grid
@pytest.mark.parametrize(
    ("target", "options"), COMPILES, ids=lambda part: part if isinstance(part, str) else " ".join(part)
)
def test_a_folder_is_verified_whatever_it_was_compiled_with(
    target: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    folder = compiled(DEFAULT, tmp_path / "out", "-t", target, *options)
    done, row = asked(DEFAULT, folder, target)
    assert (done.exit_code, row["wrong"]) == (0, 0), done.output
    said = json.loads(done.stdout)
    assert (said["drift"], said["compiled"] != []) == ([], True)
    in_cel = target == "gatekeeper" and "cel" in options
    assert row["runs"] == ("CEL" if in_cel else None)


@pytest.mark.parametrize(
    "options",
    [
        ("--enforcement-point", "validation.gatekeeper.sh", "--workloads", "enforce"),
        ("--enforcement-point", "audit.gatekeeper.sh", "--mode", "audit"),
    ],
    ids=" ".join,
)
def test_constraints_in_force_at_some_points_alone(options: tuple[str, ...], tmp_path: Path) -> None:
    folder = compiled(DEFAULT, tmp_path / "out", *options)
    done, row = asked(DEFAULT, folder, "gatekeeper")
    assert (done.exit_code, row["wrong"]) == (0, 0), done.output


@pytest.mark.parametrize(
    ("target", "options"),
    [
        ("kyverno", ("--mode", "audit")),
        ("kyverno", ("--mode", "warn", "--exclude-namespace", "default")),
        ("kyverno-cel", ("--mode", "warn", "--exclude-namespace", "default")),
        ("kyverno-cel", ("--workloads", "enforce", "--kyverno", "1.18")),
        ("vap", ("--mode", "audit", "--exclude-namespace", "default")),
        ("vap", ("--workloads", "enforce", "--kubernetes", "1.34")),
        ("vap", ("--workloads", "off", "--kubernetes", "1.28")),
        ("vap", ("--layout", "per-control")),
    ],
    ids=str,
)
def test_kyvernos_command_line_too(target: str, options: tuple[str, ...], tmp_path: Path) -> None:
    folder = compiled(DEFAULT, tmp_path / "out", "-t", target, *options)
    done, row = asked(DEFAULT, folder, target)
    assert (done.exit_code, row["wrong"]) == (0, 0), done.output


@pytest.mark.parametrize("options", [(), ("--ignore-group", "system:masters"), ("--exclude-namespace", "kube-system")])
@pytest.mark.parametrize("target", ["gatekeeper", "opa"])
def test_a_set_is_verified_whatever_it_was_compiled_with(target: str, options: tuple[str, ...], tmp_path: Path) -> None:
    folder = compiled(DUMP, tmp_path / "out", "-t", target, *options)
    done, row = asked(DUMP, folder, target)
    assert (done.exit_code, row["wrong"]) == (0, 0), done.output
    assert row["tried"] > row["stricter"]


def test_the_text_says_how_it_was_compiled_and_what_runs(tmp_path: Path) -> None:
    folder = compiled(DEFAULT, tmp_path / "out", "--engine", "cel", "--mode", "audit")
    done = verify(DEFAULT, "--output", str(folder), "--gator", engine("gator"), "--count", "20")
    assert done.exit_code == 0, done.output
    assert "\ncompiled with --engine cel --mode audit\n" in done.stdout
    assert "(CEL)" in done.stdout


def test_a_fresh_compile_takes_the_options_too(tmp_path: Path) -> None:
    options = ["--engine", "cel", "--mode", "warn", "-t", "gatekeeper", "--gator", engine("gator"), "--count", "40"]
    done = verify(DEFAULT, *options, "--format", "json")
    assert done.exit_code == 0, done.output
    (row,) = json.loads(done.stdout)["engines"]
    assert (row["wrong"], row["runs"]) == (0, "CEL")


def test_an_option_that_a_target_refuses_is_told_as_in_a_compile() -> None:
    done = verify(DEFAULT, "-t", "gatekeeper", "--gatekeeper", "3.10")
    assert (done.exit_code, "TGT007" in done.stderr) == (1, True)


# --- which options hold ---------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "both"),
    [
        (("--engine", "rego"), ("--engine rego", "with --engine cel")),
        (("--mode", "warn"), ("--mode warn", "with --mode audit")),
        (("--exclude-namespace", "other"), ("--exclude-namespace other", "with --exclude-namespace kube-system")),
        (("--ignore-group", "ops"), ("--ignore-group ops", "without --ignore-group")),
        (("--kubernetes", "1.30"), ("--kubernetes 1.30", "with --kubernetes 1.37")),
        (("--sync-waves",), ("--sync-waves", "without --sync-waves")),
        (("--assume-everyone-may-use",), ("--assume-everyone-may-use", "without --assume-everyone-may-use")),
        (("-t", "opa"), ("--target opa", "with --target gatekeeper")),
    ],
    ids=lambda value: " ".join(value),
)
def test_an_option_that_contradicts_the_folder_is_wrong_usage_that_shows_both(
    given: tuple[str, ...], both: tuple[str, str], tmp_path: Path
) -> None:
    options = ("--engine", "cel", "--mode", "audit", "--exclude-namespace", "kube-system")
    folder = compiled(DEFAULT, tmp_path / "out", *options)
    done = verify(DEFAULT, "--output", str(folder), *given)
    assert done.exit_code == 2
    assert all(text in done.stderr for text in both), done.stderr


def test_options_that_say_what_the_folder_says_are_taken(tmp_path: Path) -> None:
    given = ("--exclude-namespace", "a", "--exclude-namespace", "b-*")
    folder = compiled(DEFAULT, tmp_path / "out", "-t", "opa", "-t", "vap", *given)
    options = ("-t", "opa", "--exclude-namespace", "b-*", "--exclude-namespace", "a", "--workloads", "warn")
    done = verify(DEFAULT, "--output", str(folder), *options, "--count", "20")
    assert done.exit_code == 0, done.output
    # the part of one target of a folder of several says it, too
    done = verify(DEFAULT, "--output", str(folder / "opa"), "--count", "20", "--format", "json")
    assert done.exit_code == 0, done.output
    assert {row["target"] for row in json.loads(done.stdout)["engines"]} == {"opa"}
    assert verify(DEFAULT, "--output", str(folder / "opa"), "--mode", "warn").exit_code == 2


def test_a_folder_that_does_not_say_is_held_against_the_command_line(tmp_path: Path) -> None:
    folder = compiled(DEFAULT, tmp_path / "out", "-t", "opa", "--mode", "warn")
    said = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps({"files": said["files"]}))
    done = verify(DEFAULT, "--output", str(folder), "-t", "opa", "--count", "40")
    assert done.exit_code == 1
    assert "This folder does not say how it was compiled" in done.stdout
    assert verify(DEFAULT, "--output", str(folder), "-t", "opa", "--mode", "warn", "--count", "40").exit_code == 0


def test_a_folder_that_says_what_is_unknown_is_wrong_usage(tmp_path: Path) -> None:
    folder = compiled(DEFAULT, tmp_path / "out", "-t", "opa")
    said = json.loads((folder / MANIFEST).read_text())
    said["compiled"]["colour"] = "red"
    (folder / MANIFEST).write_text(json.dumps(said))
    done = verify(DEFAULT, "--output", str(folder))
    assert (done.exit_code, "--colour is an option that this pscc does not have" in done.stderr) == (2, True)


# --- folders that are not as they say -------------------------------------------


@pytest.mark.grid
@pytest.mark.parametrize(
    ("options", "says", "kind"),
    [
        (("--mode", "audit"), {"mode": "enforce"}, "lets in"),
        ((), {"mode": "warn"}, "shuts out"),
        (("--exclude-namespace", "kube-system"), {"exclude-namespace": []}, "lets in"),
        (("--exclude-namespace", "default"), {"exclude-namespace": ["default", "kube-*"]}, "shuts out"),
        (("--workloads", "off"), {"workloads": "enforce"}, "lets in"),
        (("--workloads", "off"), {"workloads": "warn"}, "says otherwise"),
        (("--workloads", "enforce"), {"workloads": "warn"}, "shuts out"),
    ],
    ids=str,
)
@pytest.mark.parametrize("target", ["gatekeeper", "opa"])
def test_a_folder_that_was_compiled_with_another_option_is_found_out(
    target: str, options: tuple[str, ...], says: dict[str, object], kind: str, tmp_path: Path
) -> None:
    # an exclusion is noticed where somebody asks there: the namespaces that are left out are among those drawn
    text = "policy p {\n    except namespaces kube-system, kube-public\n    deny hostPID, hostIPC, privileged\n}\n"
    source = policy(tmp_path, text if says != {"exclude-namespace": []} else text.replace("kube-system, ", ""))
    folder = compiled(source, tmp_path / "out", "-t", target, *options)
    records(folder, **says)
    if says == {"exclude-namespace": []}:
        # whoever excludes a namespace by hand, behind the compiler's back
        edit(folder, "kube-system", "default")
    done, row = asked(source, folder, target)
    assert (done.exit_code, row["wrong"] > 0) == (1, True), done.output
    assert row["first"]["kind"] == kind


@pytest.mark.parametrize("target", ["gatekeeper", "opa"])
def test_grants_that_should_have_been_left_out_are_found_out(target: str, tmp_path: Path) -> None:
    group = "system:serviceaccounts:ingress"
    text = "policy wide {\n    deny hostPID\n}\npolicy narrow {\n    deny hostPID, hostNetwork, privileged\n}\n"
    grants = f"choose {{\n    wide   for groups {group}, ops\n    narrow for groups ops, system:authenticated\n}}\n"
    source = policy(tmp_path, text + grants)
    folder = compiled(source, tmp_path / "out", "-t", target)
    records(folder, **{"ignore-group": [group]})
    done, row = asked(source, folder, target)
    assert (done.exit_code, row["first"]["kind"]) == (1, "lets in"), done.output
    assert row["first"]["request"]["namespace"] == "ingress" or group in row["first"]["request"]["groups"]


@pytest.mark.parametrize(
    ("target", "old", "new", "where"),
    [
        ("gatekeeper", "kinds: [CronJob, Job]", "kinds: [Wrong, Job]", "workloads/default/*.yaml"),
        ("gatekeeper", "Deployment,", "Wrong,", "workloads/default/*.yaml"),
        ("gatekeeper", "max: 11000", "max: 10999", "workloads/default/*.yaml"),
        ("opa", '"CronJob": ["spec", "jobTemplate"', '"CronJob": ["spec", "wrongTemplate"', "workloads.rego"),
        ("opa", '"Deployment": ["spec"', '"Deployment": ["wrong"', "workloads.rego"),
    ],
)
def test_a_broken_judgement_of_workloads_is_found_out(
    target: str, old: str, new: str, where: str, tmp_path: Path
) -> None:
    folder = compiled(DEFAULT, tmp_path / "out", "-t", target)
    edit(folder, old, new, where)
    done, row = asked(DEFAULT, folder, target)
    assert (done.exit_code, row["wrong"] > 0) == (1, True), done.output
    assert row["first"]["pod"]["kind"] in ("Deployment", "CronJob")


def test_a_changed_kustomization_fails_a_folder_whose_options_are_known(tmp_path: Path) -> None:
    folder = compiled(DEFAULT, tmp_path / "out")
    edit(folder, "  - default/deny-host-pid.yaml\n", "", "policies/kustomization.yaml")
    done = verify(DEFAULT, "--output", str(folder), "--gator", engine("gator"), "--count", "10")
    assert done.exit_code == 1
    assert "look at what was changed:\n  gatekeeper: policies/kustomization.yaml\n" in done.stdout


# --- exemptions, in both of Gatekeeper's languages ------------------------------

EXEMPTIONS = [
    ("cel", "container.image in variables.exemptImages", "container.image in variables.exemptContainers"),
    ("cel", "container.name in variables.exemptContainers", "container.name in variables.exemptImages"),
    ("cel", "variables.params.exemptImagesStarting", "variables.params.patterns"),
    ("rego", '["parameters", "exemptImagesStarting"]', '["parameters", "exemptContainersStarting"]'),
    ("rego", " in parameter_exemptImages", " in parameter_exemptContainers"),
    ("rego", '- "registry.example/mesh/*"', '- "registry.example/*"'),
    ("rego", "- tools/debug", "- tools/debu"),
    ("rego", "- istio-proxy", "- istio"),
    ("rego", '- "vault-*"', '- "vault*"'),
    ("rego", "- infra/", "- infrastructure/"),
]


@pytest.mark.grid
@pytest.mark.parametrize(("language", "old", "new"), EXEMPTIONS, ids=lambda value: str(value)[:40])
def test_a_broken_exemption_is_found_out(language: str, old: str, new: str, tmp_path: Path) -> None:
    source = policy(tmp_path)
    folder = compiled(source, tmp_path / "out", "--engine", language)
    edit(folder, old, new, "templates/*" if "variables" in old or "parameter" in old else "policies/*/*")
    done, row = asked(source, folder, "gatekeeper", "--count", "240")
    assert (done.exit_code, row["wrong"] > 0) == (1, True), done.output


def test_an_exemption_that_goes_by_the_values_of_its_own_check_is_found_out(tmp_path: Path) -> None:
    source = policy(tmp_path)
    folder = compiled(source, tmp_path / "out", "--engine", "cel")
    own, others = "variables.prefixesOfPatterns", "variables.prefixesOfExemptImagesStarting"
    edit(folder, others, own, "templates/psccrequireseccompprofile*")
    done, row = asked(source, folder, "gatekeeper", "--count", "160")
    assert (done.exit_code, row["first"]["kind"]) == (1, "lets in"), done.output


@pytest.mark.parametrize("language", ["rego", "cel"])
def test_exemptions_as_they_were_compiled_are_verified(language: str, tmp_path: Path) -> None:
    source = policy(tmp_path)
    done, row = asked(source, compiled(source, tmp_path / "out", "--engine", language), "gatekeeper")
    assert (done.exit_code, row["wrong"]) == (0, 0), done.output


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("variables.askingAccounts.exists(", "variables.askingUsers.exists("),
        ("name.startsWith(prefix)", "prefix.startsWith(name)"),
        ("variables.exempt\n", "false\n"),
    ],
)
def test_an_exempt_account_in_cel(old: str, new: str, tmp_path: Path) -> None:
    text = 'policy p {\n    exempt serviceaccounts infra/*, tools/* because "own"\n    deny privileged, hostPID\n}\n'
    source = policy(tmp_path, text)
    folder = compiled(source, tmp_path / "out", "--engine", "cel")
    if old:
        edit(folder, old, new, "templates/*")
    done, row = asked(source, folder, "gatekeeper")
    assert (done.exit_code, row["wrong"] > 0) == ((1, True) if old else (0, False)), done.output


def test_a_folder_for_a_target_that_there_is_not_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / MANIFEST).write_text(json.dumps({"files": [], "compiled": {"target": ["opa", "elsewhere"]}}))
    done = CliRunner().invoke(main, ["verify", str(ROOT / "examples" / "team.psp"), "--output", str(folder)])
    assert done.exit_code == 2
    assert "was compiled for elsewhere, a target that this pscc does not have" in done.stderr
