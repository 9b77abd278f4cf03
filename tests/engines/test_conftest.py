"""What Conftest makes of the folders of the target `opa`: asked of `main` alone, and of every package."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pscc.base.source import SourceFile
from pscc.cases.choice_suite import admission_review, choice_cases
from pscc.cases.suite import Case, cases_for
from pscc.driver import analyse, compile_program
from pscc.ir import Program
from pscc.lowering.rollout import Rollout
from pscc.output.contents import Output
from pscc.reference import interpreter
from pscc.reference.admission import decide
from support.engines import run
from support.paths import ROOT
from support.targets import program_of, written

RULES = re.compile("^(deny|violation|warn)(_[a-zA-Z0-9]+)*$")
"""What Conftest asks of a package. Source: ``policy/engine.go`` in ``open-policy-agent/conftest``."""
TWO = "policy a { deny hostPID }\npolicy b { deny privileged\n deny hostIPC\n}\nchoose {\n a for %s\n b for %s\n}\n"
CHOICES = {
    "users": TWO % ("users jane", "users joe in namespaces x"),
    "groups": TWO % ("groups dev", "groups ops"),
    "accounts": TWO % ("serviceaccounts x/a", "serviceaccounts x/b"),
    "everyone": TWO % ("everyone in namespaces x", "users jane"),
    "prefixes": TWO % ("users dev-*", "groups ops-*"),
    "all": TWO % ("users jane, groups dev", "serviceaccounts x/b, everyone in namespaces z"),
}
ALL = ("--all-namespaces",)


def parsed(text: str) -> Program:
    return analyse(SourceFile("p.psp", text))[1]


def failures(policy: Path, asked: dict[str, object], *options: str) -> dict[str, list[dict[str, Any]]]:
    """What Conftest fails each input for."""
    folder = policy.parent / "asked"
    folder.mkdir()
    for name, review in asked.items():
        (folder / f"{name}.json").write_text(json.dumps(review), encoding="utf-8")
    done = run("conftest", "test", "--policy", policy, "--output", "json", *options, folder)
    assert done.stdout, done.stderr
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in asked}
    for report in json.loads(done.stdout):
        found[Path(report["filename"]).stem] += report.get("failures", [])
    return found


def objections(output: Output, case: Case) -> set[str]:
    """What the parts of a choice in ``output`` say of ``case``: plain policies, and what stays a choice."""
    assert case.request is not None
    found = decide(output.program, case.request, case.pod, case.old_pod)
    plain = {message for _, verdict in found.judged for message in verdict.messages}
    return plain | {admission.message for _, admission in found.chosen if not admission.allowed}


@pytest.mark.parametrize("options", [(), ALL], ids=["main", "all"])
@pytest.mark.parametrize("name", ["dump", *CHOICES])
def test_of_a_choice_what_the_interpreter_says(name: str, options: tuple[str, ...], tmp_path: Path) -> None:
    program = program_of(ROOT / "examples" / "cluster" / "dump.yaml") if name == "dump" else parsed(CHOICES[name])
    output = compile_program(program, ("opa",)).outputs["opa"]
    policy = written(output, tmp_path / "policy")
    (choice,) = program.choices
    cases = {case.name: case for case in choice_cases(choice)}
    assert {case.allowed for case in cases.values()} == {True, False}
    found = failures(policy, {case: admission_review(one) for case, one in cases.items()}, *options)
    for case, one in cases.items():
        assert {failure["msg"] for failure in found[case]} == objections(output, one), case


@pytest.mark.parametrize("options", [(), ALL], ids=["main", "all"])
def test_of_plain_policies_what_the_interpreter_says(options: tuple[str, ...], tmp_path: Path) -> None:
    program = program_of(ROOT / "examples" / "psp-default.yaml")
    output = compile_program(program, ("opa",)).outputs["opa"]
    policy = written(output, tmp_path / "policy")
    (plain,) = program.policies
    cases = {case.name: case for case in cases_for(plain) if case.old_pod is None}
    expected = {name: set(interpreter.check(plain, case.pod).messages) for name, case in cases.items()}
    assert any(expected.values()) and not all(expected.values())
    found = failures(policy, {name: case.pod for name, case in cases.items()}, *options)
    assert {name: {failure["msg"] for failure in told} for name, told in found.items()} == expected


@pytest.mark.parametrize("path", ["examples/cluster/dump.yaml", "examples/team.psp", "examples/psp-default.yaml"])
def test_no_helper_has_the_name_of_a_rule_of_conftests(path: str) -> None:
    output = compile_program(program_of(ROOT / path), ("opa",)).outputs["opa"]
    heads = {name for file in output.files for name in re.findall(r"^([a-z]\w*)", file.text, re.MULTILINE)}
    assert {name for name in heads if RULES.match(name)} <= {"deny", "violation", "warn"}


def test_a_choice_of_which_nobody_may_use_anything_refuses(tmp_path: Path) -> None:
    program = parsed(
        "policy a { deny hostPID }\npolicy b { deny hostIPC }\nchoose {\n a for groups g\n b for groups g\n}\n"
    )
    output = compile_program(program, ("opa",), Rollout(ignored_groups=("g",))).outputs["opa"]
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "c"}]}}
    (found,) = failures(written(output, tmp_path / "policy"), {"pod": pod}, *ALL).values()
    assert {failure["msg"].partition(" by ")[0] for failure in found} == {"no policy may be used in namespace default"}
