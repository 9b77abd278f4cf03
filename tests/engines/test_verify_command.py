"""``pscc verify`` on the real engines, on outputs that were tampered with, and on engines that misbehave."""

from __future__ import annotations

import contextlib
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pscc.cli import main
from pscc.targets.registry import TARGETS
from pscc.verify.engines import declared
from support.engines import engine
from support.paths import ROOT

EXAMPLES = ROOT / "examples"
DEFAULT = str(EXAMPLES / "psp-default.yaml")
PROGRAMS = {"opa": "opa", "gatekeeper": "gator", "kyverno": "kyverno", "kyverno-cel": "kyverno", "vap": "kyverno"}
FEW = ("kyverno", "kyverno-cel", "vap")
"""Targets whose engine takes seconds for ten pods."""


def verify(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, ["verify", *arguments], input=stdin)


def told(result: Result) -> Any:
    return json.loads(result.stdout)


def rows(result: Result) -> dict[str, Any]:
    return {row["engine"]: row for row in told(result)["engines"]}


@pytest.fixture(autouse=True)
def no_engine_on_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.delenv("PSCC_OPA_TOKEN", raising=False)


# --- the real engines -----------------------------------------------------------


@pytest.mark.grid
@pytest.mark.parametrize("source", ["psp-default.yaml", "restricted.yaml", "privileged.yaml", "team.psp"])
@pytest.mark.parametrize("target", PROGRAMS)
def test_every_engine_agrees_on_the_examples(target: str, source: str) -> None:
    program = PROGRAMS[target]
    count = 16 if target in FEW else 100
    done = verify(
        str(EXAMPLES / source),
        *("--target", target, declared.PROGRAMS[program].option.flag, engine(program), "--require", program),
        *("--count", str(count), "--format", "json", "--timeout", "300"),
    )
    assert done.exit_code == 0, done.output
    row = rows(done)[program]
    untaken = told(done)["updates"] if target in ("kyverno-cel", "vap") else 0
    assert row["tried"] >= count - untaken
    assert row["wrong"] == 0
    assert row["agreed"] + row["stricter"] == row["tried"]
    assert row["version"]
    # only OPA leaves out defaults of these, and privileged.yaml has none
    assert (row["stricter"] > 0) is (target == "opa" and source != "privileged.yaml")
    if target == "opa":
        assert rows(done)["regopy"]["tried"] == row["tried"] - told(done)["workloads"]


def test_a_plain_run_says_what_is_missing() -> None:
    done = verify(DEFAULT, "--count", "10")
    assert done.exit_code == 0, done.output
    assert re.search(r"^opa +regopy [0-9.]+ +10 ", done.stdout, re.MULTILINE)
    for name in ("opa", "gator", "kyverno"):
        assert (
            f"not run: `{name}` is not on the path: install it, or say where it is with {declared.PROGRAMS[name].option.flag} PATH"
            in done.stdout
        )
    assert done.stdout.endswith("verified: every engine that was asked does as the policy says\n")
    assert "TGT001" in done.stderr


def test_every_target_has_an_engine() -> None:
    done = verify(DEFAULT, "--count", "4", "--format", "json")
    assert {row["target"] for row in told(done)["engines"]} == set(TARGETS)
    assert {row["engine"] for row in told(done)["engines"]} == set(declared.TARGETS_OF)


def test_an_output_that_asks_the_cluster_is_not_verified_without_one() -> None:
    dump = str(EXAMPLES / "cluster" / "dump.yaml")
    program = ("--kyverno-cli", engine("kyverno"))
    done = verify(dump, "--rbac", "live", "--target", "vap", *program, "--count", "4")
    assert done.exit_code == 1
    assert re.search(
        r"^vap +kyverno +not run: there is no cluster to ask who may use which policy", done.stdout, re.MULTILINE
    )
    assert done.stdout.endswith("not verified: there is no engine to ask\n")


def test_a_policy_that_the_engine_passes_over_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert CliRunner().invoke(main, ["compile", DEFAULT, "-t", "vap", "-o", str(folder)]).exit_code == 0
    path = folder / "policies" / "default-defaults.yaml"
    path.write_text(path.read_text().replace("JSONPatch{", "JSONPath{"))
    program = ("--kyverno-cli", engine("kyverno"))
    done = verify(DEFAULT, "--output", str(folder), *program, "--count", "4", "--format", "json")
    assert done.exit_code == 1
    assert "kyverno apply: default-defaults did not judge the Pod pod-1" in rows(done)["kyverno"]["failed"]


@pytest.mark.parametrize(("name", "on_path"), [("opa", "opa"), ("gator", "gator"), ("kyverno", "kubectl-kyverno")])
def test_an_engine_on_the_path_is_found(name: str, on_path: str, tmp_path: Path) -> None:
    (tmp_path / on_path).symlink_to(engine(name))
    target = next(target for target, program in PROGRAMS.items() if program == name)
    done = verify(DEFAULT, "--target", target, "--count", "4", "--format", "json")
    assert done.exit_code == 0, done.output
    assert rows(done)[name]["tried"] >= 4


def test_ones_own_pods_are_tried(tmp_path: Path) -> None:
    manifest = tmp_path / "deployment.yaml"
    manifest.write_text(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  template:\n    spec:\n"
        "      automountServiceAccountToken: false\n      containers: [{name: web, image: web:1}]\n"
    )
    pod = str(EXAMPLES / "seed" / "pod-host-port.yaml")
    done = verify(DEFAULT, "--target", "opa", "--count", "0", "--pods", str(manifest), "--pods", pod)
    assert done.exit_code == 0, done.output
    assert "0 pods drawn" in done.stdout
    assert "; 2 of your own" in done.stdout
    assert f"  {manifest}:1 Deployment shop/web\n" in done.stdout


def test_pods_from_stdin() -> None:
    text = (EXAMPLES / "seed" / "pod-host-port.yaml").read_text()
    done = verify(DEFAULT, "--target", "opa", "--count", "0", "--pods", "-", "--format", "json", stdin=text)
    assert done.exit_code == 0, done.output
    assert told(done)["own"] == 1
    assert rows(done)["regopy"]["tried"] == 2, "as the API server stores it, and as written"


# --- outputs that were tampered with --------------------------------------------

HOST_PID = "policies/default/deny-host-pid.yaml"
TAMPERED = [
    ("opa", "policies/default.rego", '"max": 11000', '"max": 11001', "lets in"),
    ("opa", "policies/default.rego", "pod.spec.hostPID == true", "pod.spec.hostPID == false", "lets in"),
    ("opa", "main.rego", "deny contains", "ignored contains", "lets in"),
    ("gatekeeper", "policies/default/allow-host-ports.yaml", "max: 11000", "max: 11001", "lets in"),
    ("gatekeeper", HOST_PID, "enforcementAction: deny", "enforcementAction: dryrun", "lets in"),
    ("gatekeeper", HOST_PID, "  match:\n", "  match:\n    excludedNamespaces: [default]\n", "lets in"),
    ("gatekeeper", "templates/psccdenyhostpid.yaml", "must not be true", "may not be true", "says otherwise"),
    ("kyverno", "policies/default.yaml", "failureAction: Enforce", "failureAction: Audit", "lets in"),
    ("kyverno", "policies/default.yaml", "11000", "11001", "lets in"),
    ("kyverno", "policies/default-defaults.yaml", "`true`", "`false`", ""),
    ("kyverno-cel", "policies/default.yaml", "validationActions: [Deny]", "validationActions: [Audit]", "lets in"),
    ("kyverno-cel", "policies/default.yaml", "11000", "11001", "lets in"),
    ("kyverno-cel", "policies/default-defaults.yaml", "value: true", "value: false", ""),
    ("vap", "bindings/default.yaml", "validationActions: [Deny]", "validationActions: [Warn]", "lets in"),
    ("vap", "policies/default.yaml", "11000", "11001", "lets in"),
    ("vap", "policies/default.yaml", "operations: [CREATE, UPDATE]", "operations: [UPDATE]", "lets in"),
    ("vap", "policies/default-defaults.yaml", "value: true", "value: false", ""),
    ("vap", "policies/default-workloads.yaml", "object.spec.template\n", "oldObject\n", ""),
]


@pytest.mark.grid
@pytest.mark.parametrize(("target", "path", "old", "new", "kind"), TAMPERED, ids=lambda value: str(value)[:24])
def test_a_tampered_output_is_found_out(target: str, path: str, old: str, new: str, kind: str, tmp_path: Path) -> None:
    program, folder = PROGRAMS[target], tmp_path / "out"
    compiled = CliRunner().invoke(main, ["compile", DEFAULT, "-t", target, "-o", str(folder)])
    assert compiled.exit_code == 0
    options = [
        "--target",
        target,
        "--output",
        str(folder),
        declared.PROGRAMS[program].option.flag,
        engine(program),
        "--format",
        "json",
    ]
    options += ["--count", "60" if target in FEW else "120", "--timeout", "300"]
    text = (folder / path).read_text()
    assert old in text, text
    (folder / path).write_text(text.replace(old, new))
    done = verify(DEFAULT, *options)
    assert done.exit_code == 1, done.output
    row = rows(done)[program]
    assert row["wrong"] > 0
    assert row["first"]["pod"]["kind"] == ("Deployment" if "workloads" in path else "Pod")
    if kind:
        assert row["first"]["kind"] == kind
    assert any(path in file for file in told(done)["drift"])


def test_a_folder_as_it_was_compiled_is_verified(tmp_path: Path) -> None:
    folder = str(tmp_path / "out")
    assert CliRunner().invoke(main, ["compile", DEFAULT, "-t", "opa", "-t", "gatekeeper", "-o", folder]).exit_code == 0
    done = verify(DEFAULT, "--output", folder, "--gator", engine("gator"), "--count", "30", "--format", "json")
    assert done.exit_code == 0, done.output
    assert {row["target"] for row in told(done)["engines"]} == {"opa", "gatekeeper"}


def test_a_file_has_to_be_as_pscc_writes_it(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert CliRunner().invoke(main, ["compile", DEFAULT, "-o", str(folder)]).exit_code == 0
    path = "mutators/default/default-read-only-root-filesystem-containers.yaml"
    (folder / path).write_text("")
    done = verify(DEFAULT, "--output", str(folder), "--gator", engine("gator"), "--count", "10")
    assert done.exit_code == 1, done.output
    assert f"Compile again, or look at what was changed:\n  gatekeeper: {path}\n" in done.stdout


def test_a_missing_policy_is_found_out(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert CliRunner().invoke(main, ["compile", DEFAULT, "-o", str(folder)]).exit_code == 0
    (folder / HOST_PID).unlink()
    done = verify(DEFAULT, "--output", str(folder), "--gator", engine("gator"), "--count", "20", "--format", "json")
    assert done.exit_code == 1, done.output
    assert rows(done)["gator"]["first"]["kind"] == "lets in"
    assert told(done)["drift"] == [f"gatekeeper: {HOST_PID} (missing)"]


def test_a_folder_without_the_target_is_wrong_usage(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["compile", DEFAULT, "-t", "opa", "-o", str(tmp_path / "o")]).exit_code == 0
    done = verify(DEFAULT, "--output", str(tmp_path / "o"), "--target", "gatekeeper")
    assert done.exit_code == 2
    assert "--target gatekeeper: the folder" in done.stderr
    assert "was compiled with --target opa" in done.stderr
    (tmp_path / "o" / ".pscc-manifest").unlink()
    done = verify(DEFAULT, "--output", str(tmp_path / "o"))
    assert done.exit_code == 2
    assert "holds no output of the target gatekeeper: say which with --target" in done.stderr


# --- engines that are missing or misbehave --------------------------------------


def fake(folder: Path, script: str) -> str:
    path = folder / "fake"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


MISBEHAVIOUR = {
    "hangs": ("sleep 600 & sleep 600", "fake gave no answer within 1 s and was ended"),
    "crashes": ("kill -SEGV $$", "fake crashed: SIGSEGV"),
    "prints rubbish": ("cat >/dev/null; echo '{rubbish'", "rubbish"),
    "prints nothing": ("cat >/dev/null", ""),
    "prints null": ("cat >/dev/null; echo null", ""),
    "prints an empty list": ("cat >/dev/null; echo '[]'", ""),
    "prints an empty object": ("cat >/dev/null; echo '{}'", ""),
    "fails": ("echo 'no such flag' >&2; exit 3", "no such flag"),
    "floods": ("yes", "fake gave no answer within 1 s and was ended"),
}


@pytest.mark.grid
@pytest.mark.parametrize("how", MISBEHAVIOUR)
@pytest.mark.parametrize("target", PROGRAMS)
def test_an_engine_that_misbehaves_is_an_error(target: str, how: str, tmp_path: Path) -> None:
    program = PROGRAMS[target]
    script, message = MISBEHAVIOUR[how]
    before = time.monotonic()
    path = fake(tmp_path, f'case "$1" in version) echo "Version: 1.0"; exit 0;; esac\n{script}')
    options = (
        "--target",
        target,
        declared.PROGRAMS[program].option.flag,
        path,
        "--count",
        "6",
        "--timeout",
        "1",
        "--format",
        "json",
    )
    done = verify(DEFAULT, *options)
    assert time.monotonic() - before < 20
    assert done.exit_code == 1, done.output
    row = rows(done)[program]
    assert row["failed"]
    assert message in row["failed"]
    assert "tried" not in row


def test_an_engine_that_hangs_when_asked_for_its_version(tmp_path: Path) -> None:
    done = verify(DEFAULT, "--target", "kyverno", "--kyverno-cli", fake(tmp_path, "sleep 600"), "--timeout", "0.5")
    assert done.exit_code == 1
    assert "kyverno failed: fake gave no answer within 0.5 s and was ended\n    help: give it longer" in done.stdout


def test_a_file_that_is_no_program(tmp_path: Path) -> None:
    path = tmp_path / "fake"
    path.write_text("not a program")
    done = verify(DEFAULT, "--target", "gatekeeper", "--gator", str(path))
    assert done.exit_code == 1
    assert f"{path} cannot be run: Permission denied" in done.stdout


def test_the_other_engines_are_asked_when_one_fails(tmp_path: Path) -> None:
    path = fake(tmp_path, "exit 3")
    done = verify(DEFAULT, "--target", "opa", "--opa", path, "--count", "6", "--format", "json")
    assert done.exit_code == 1
    assert rows(done)["regopy"]["tried"] == 6
    assert rows(done)["opa"]["failed"]


@pytest.mark.parametrize("names", ["gatekeeper,kyverno", "gator, kyverno", "opa"])
def test_a_required_engine_that_is_missing_is_an_error(names: str) -> None:
    done = verify(DEFAULT, "--require", names, "--count", "6")
    assert done.exit_code == 1
    wanted = {"gatekeeper": "gator"}.get(names.split(",")[0], names.split(",")[0])
    assert f"{wanted} failed: it is required and missing: `{wanted}` is not on the path" in done.stdout


def test_regopy_can_be_missing_and_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pscc.verify.engines.registry.find_spec", lambda name: None)
    done = verify(DEFAULT, "--target", "opa", "--count", "6")
    assert done.exit_code == 1
    assert "not run: regopy is not installed" in done.stdout
    assert done.stdout.endswith("not verified: there is no engine to ask\n")
    assert "regopy failed: it is required" in verify(DEFAULT, "--require", "regopy", "--count", "6").stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--require", "conftest"], "there is no engine 'conftest'"),
        (["--target", "opa", "--require", "gator"], "it judges the target gatekeeper, which is not verified"),
        (
            ["--target", "opa", "--require", "kyverno"],
            "it judges the targets kyverno, kyverno-cel, vap, none of which is verified",
        ),
        (["--opa", "no-such-program"], "no-such-program"),
        (["--target", "opa", "--gator", "/bin/sh"], "which is not verified"),
        (["--target", "kyverno", "--opa-url", "http://localhost:1"], "which is not verified"),
        (["--opa-url", "localhost:8181"], "give it as http://HOST:PORT"),
        (["--opa-url", "ftp://localhost"], "give it as http://HOST:PORT"),
        (["--opa-url", "http://a:b@localhost"], "leave user and password out"),
        (["--opa-url", "http://localhost:99999"], "its port is not a number"),
        (["--opa-url", "http://localhost:1/?x=1"], "leave out what stands behind the path"),
        (["--opa-ca", "/bin/sh"], "say --opa-url URL"),
        (["--opa-url", "https://localhost", "--opa-key", "/bin/sh"], "say --opa-cert FILE too"),
        (["--opa-url", "http://localhost", "--opa-token-file", "/dev/null/x"], "--opa-token-file"),
        (["--count", "0"], "there is no pod to try"),
        (["--count", "-1"], "--count"),
        (["--timeout", "0"], "--timeout"),
        (["--pods", "no-such-file"], "no-such-file"),
    ],
)
def test_wrong_usage(options: list[str], message: str) -> None:
    done = verify(DEFAULT, *options)
    assert done.exit_code == 2, done.output
    assert message in done.stderr


def test_manifests_that_cannot_be_read_are_diagnosed(tmp_path: Path) -> None:
    path = tmp_path / "pods.yaml"
    path.write_text("kind: Pod\n\tspec: {}\n")
    done = verify(DEFAULT, "--pods", str(path))
    assert done.exit_code == 1
    assert "YML001" in done.stderr
    assert "verified" not in done.stdout


def running(mark: str) -> list[bytes]:
    """The commands of all processes that have ``mark`` in them."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(path.read_bytes())
    return [command for command in found if mark.encode() in command]


@pytest.mark.parametrize("script", ["sleep {0} & sleep {0}", "sleep {0} & exit 0"], ids=["waits", "has ended itself"])
def test_no_engine_is_left_behind(script: str, tmp_path: Path) -> None:
    mark = f"61.{time.monotonic_ns()}"
    verify(DEFAULT, "--target", "gatekeeper", "--gator", fake(tmp_path, script.format(mark)), "--timeout", "0.5")
    for _ in range(100):
        if not running(mark):
            return
        time.sleep(0.1)
    assert not running(mark)
