"""The target ``opa``, run on OPA itself: the generated suites pass, and raw input gets the interpreter's answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pscc.diagnostics import Report
from pscc.driver import analyse, compile_program, decode
from pscc.ir import Program
from pscc.output.emit import emit
from pscc.pod.manifests import read_manifests
from pscc.pod.normalising import normalise
from pscc.reference import interpreter
from support.engines import run
from support.paths import ROOT

SOURCES = ("psp-default.yaml", "restricted.yaml", "privileged.yaml", "team.psp")


def compiled(name: str, folder: Path) -> Program:
    """Compile an example into ``folder``."""
    path = ROOT / "examples" / name
    _, program, _ = analyse(decode(str(path), path.read_bytes()))
    emit(folder, compile_program(program, ("opa",)).outputs["opa"].files)
    return program


@pytest.mark.parametrize("name", SOURCES)
def test_the_generated_suite_passes(name: str, tmp_path: Path) -> None:
    compiled(name, tmp_path)
    done = run("opa", "test", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASS: " in done.stdout


@pytest.mark.parametrize("name", SOURCES)
def test_check_and_fmt_are_silent(name: str, tmp_path: Path) -> None:
    compiled(name, tmp_path)
    for arguments in (("check", "--strict"), ("fmt", "--diff", "--fail")):
        done = run("opa", *arguments, str(tmp_path))
        assert (done.returncode, done.stdout + done.stderr) == (0, "")


def deny(folder: Path, document: object) -> set[str]:
    """What ``data.main.deny`` says of an input."""
    arguments = ("eval", "--format", "json", "--data", folder, "--stdin-input", "data.main.deny")
    done = run("opa", *arguments, stdin=json.dumps(document))
    assert done.returncode == 0, done.stdout + done.stderr
    return set(json.loads(done.stdout)["result"][0]["expressions"][0]["value"])


def test_the_seeds_pods_get_the_interpreters_messages(tmp_path: Path) -> None:
    program = compiled("psp-default.yaml", tmp_path)
    for path in sorted((ROOT / "examples" / "seed").glob("pod-*.yaml")):
        (manifest,) = read_manifests(decode(str(path), path.read_bytes()), Report())
        pod = interpreter.with_defaults(program.policies[0], normalise(manifest.pod))
        expected = set(interpreter.check(program.policies[0], pod).messages)
        assert deny(tmp_path, pod) == expected
        review = {"kind": "AdmissionReview", "request": {"operation": "CREATE", "object": pod}}
        assert deny(tmp_path, review) == expected
        same = {"kind": "AdmissionReview", "request": {"operation": "UPDATE", "object": pod, "oldObject": pod}}
        assert deny(tmp_path, same) == set()


def test_other_kinds_are_let_through(tmp_path: Path) -> None:
    compiled("psp-default.yaml", tmp_path)
    assert deny(tmp_path, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}) == set()


def test_a_program_that_denies_nothing_still_answers(tmp_path: Path) -> None:
    _, program, _ = analyse(decode("only.psp", b"policy only { default runAsUser 1000 }"))
    emit(tmp_path, compile_program(program, ("opa",)).outputs["opa"].files)
    assert deny(tmp_path, {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": []}}) == set()
    for arguments in (("check", "--strict"), ("fmt", "--diff", "--fail")):
        done = run("opa", *arguments, str(tmp_path))
        assert (done.returncode, done.stdout + done.stderr) == (0, "")
