"""The playground's answers: without what a browser lacks they are those of pscc, byte for byte."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache

import pytest

import pscc
from pscc.targets.registry import TARGETS
from support.paths import ROOT

ABSENT = ("_posixsubprocess", "fcntl", "mmap", "opa_client", "regopy", "yaml._yaml", "markupsafe._speedups")
"""Modules that Pyodide has not, or that are compiled."""
SCRIPT = f"""
import json, sys
sys.modules.update(dict.fromkeys({ABSENT!r}))
import answers
for line in sys.stdin:
    kind, request = json.loads(line)
    print(answers.answer(kind, json.dumps(request)))
"""
POLICY = "policy apps {\n    deny hostNetwork\n}\n"
POD = "kind: Pod\nmetadata: {name: web}\nspec: {hostNetwork: true, containers: [{name: a, image: a}]}\n"


@cache
def answered(questions: str) -> str:
    paths = os.pathsep.join(str(ROOT / folder) for folder in ("compiler", "playground"))
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=questions,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
        check=True,
    )
    return run.stdout


def answer(kind: str, policy: str, *, older: str = "", pods: str = "") -> dict[str, object]:
    request = {"policy": policy, "older": older, "pods": pods, "targets": list(TARGETS), "everyone": False}
    result: dict[str, object] = json.loads(answered(json.dumps([kind, request])))
    return result


@pytest.mark.slow
@pytest.mark.parametrize("example", ["team.psp", "platform/tiers.psp", "cluster/dump.yaml", "restricted.yaml"])
def test_files_are_those_of_a_compile(example: str) -> None:
    text = (ROOT / "examples" / example).read_text(encoding="utf-8")
    source = pscc.SourceFile(f"policy{os.path.splitext(example)[1]}", text)
    compiled = {target: pscc.compile(pscc.load(source), target).files for target in TARGETS}
    expected = {f"{target}/{path}": body for target, files in compiled.items() for path, body in files.items()}
    assert answer("output", text)["files"] == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("# a comment\n\nchoose {", "policy.psp"),
        ("abstract policy base {", "policy.psp"),
        ("# a comment\n---\nkind: [", "policy.yaml"),
        ('{"kind": [', "policy.yaml"),
        ("- kind: [", "policy.yaml"),
        ('"kind": [', "policy.yaml"),
    ],
)
def test_the_text_says_what_it_is(text: str, name: str) -> None:
    result = answer("output", text)
    assert result["refused"] is True
    assert f"--> {name}:" in str(result["text"])


def test_an_error_has_a_span_and_carets() -> None:
    result = answer("output", "policy apps {\n    deny hostNetwrk\n}\n")
    diagnostics = result["diagnostics"]
    assert isinstance(diagnostics, list)
    assert diagnostics[0]["span"] == {"file": "policy.psp", "line": 2, "column": 10, "endLine": 2, "endColumn": 20}
    assert "^^^^^^^^^^" in str(result["text"])


def test_verdicts_are_those_of_eval() -> None:
    rows = answer("verdicts", POLICY, pods=POD)["verdicts"]
    assert isinstance(rows, list)
    assert [(row["name"], row["verdict"], row["reasons"][0]["control"]) for row in rows] == [
        ("web", "denied", "hostNetwork")
    ]


def test_a_manifest_that_is_no_yaml_is_shown() -> None:
    assert "--> pods.yaml:1:" in str(answer("verdicts", POLICY, pods="kind: [")["text"])


def test_a_difference_is_that_of_diff() -> None:
    report = str(answer("difference", POLICY.replace("hostNetwork", "hostPID"), older=POLICY)["difference"])
    assert "looser    hostNetwork" in report
    assert "stricter  hostPID" in report
