"""The golden output trees: of every control and of whole policies, what each target's files are.

``golden/controls/CONTROL/CASE`` holds a policy, ``pods.yaml`` (the pods of its suite and of the control's case ``many``,
each with the verdict above it) and what differs from case to case of each target: policies, templates, mutators, Rego.
``golden/policies/NAME`` holds whole folders, as the command line writes them, suites and all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from pscc.cases.suite import BESIDE, Json, cases_for
from pscc.cli._shared import read_source
from pscc.controls import CONTROLS
from pscc.driver import analyse, compile_program
from pscc.ir import Policy, Program
from pscc.output.contents import OutputFile
from pscc.output.options import Options
from pscc.reference import interpreter
from pscc.targets.registry import TARGETS
from support.golden import check_golden, source_in
from support.paths import ROOT
from support.targets import whole

GOLDEN = ROOT / "golden"
IN_CEL = (
    *("controls/hostPorts/many", "controls/hostPath/many", "controls/seLinuxOptions/many", "controls/volumes/many"),
    *("policies/restricted", "policies/team"),
)
"""Those whose Gatekeeper templates are there in CEL, too."""
CASES = ("unset", "one", "many")
SAME_IN_ALL = ("kustomization.yaml", "main.rego", "opa/workloads.rego", "lib/pscc.rego")


def compiled(folder: Path) -> tuple[Program, list[OutputFile]]:
    """The program of a case and the files of all targets, each below its target's name, with the name that users see."""
    source = read_source(os.path.relpath(source_in(folder)))
    program = analyse(source)[1]
    outputs = compile_program(program, tuple(TARGETS)).placed
    files = [file for output in outputs.values() for file in output.files]
    if str(folder.relative_to(GOLDEN)) in IN_CEL:
        (in_cel,) = compile_program(program, ("gatekeeper",), options=Options(engine="cel")).outputs.values()
        # the rest of the folder is as that in Rego
        files += [
            OutputFile(f"gatekeeper-cel/{f.path}", f.text) for f in in_cel.files if f.path.startswith("templates/p")
        ]
    return program, files


def verdicts(policy: Policy, pods: Iterator[Json]) -> str:
    """``pods`` as YAML documents, each with what ``policy`` says of it above."""
    documents = []
    for pod in pods:
        verdict = interpreter.judge(policy, pod)
        admitted = "allowed" if verdict.pod == pod else "allowed, once defaulted"
        head = admitted if verdict.allowed else f"denied: {'; '.join(verdict.messages)}"
        documents.append(f"# {head}\n{yaml.safe_dump(whole(pod), sort_keys=False)}")
    return "---\n".join(documents)


def pods_of(*policies: Policy) -> Iterator[Json]:
    """The pods that the suites of ``policies`` create, each name once; of other kinds of container one variation each."""
    seen: set[str] = set()
    for policy in policies:
        for case in cases_for(policy):
            if any(case.name.endswith(suffix) and any(n.endswith(suffix) for n in seen) for _, _, suffix in BESIDE):
                continue
            if case.old_pod is None and case.name not in seen:
                seen.add(case.name)
                yield case.pod


def of_the_control(file: OutputFile) -> bool:
    """Whether a file says something about the control: no suite, and nothing that is the same in every case."""
    return "/suite" not in file.path and not file.path.endswith(("_test.rego", *SAME_IN_ALL))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("control", [control.id for control in CONTROLS])
def test_controls(control: str, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    folder = GOLDEN / "controls" / control / case
    program, files = compiled(folder)
    (policy,) = program.policies
    (many,) = analyse(read_source(str(source_in(folder.parent / "many"))))[1].policies
    produced = {file.path: file.text for file in files if of_the_control(file)}
    produced["pods.yaml"] = verdicts(policy, pods_of(many, policy))
    check_golden(folder, produced, [source_in(folder).name])


@pytest.mark.slow
@pytest.mark.parametrize("folder", sorted((GOLDEN / "policies").iterdir()), ids=lambda folder: folder.name)
def test_policies(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    program, files = compiled(folder)
    (policy,) = program.policies
    produced = {file.path: file.text for file in files}
    produced["pods.yaml"] = verdicts(policy, pods_of(policy))
    check_golden(folder, produced, [source_in(folder).name])


def test_there_is_a_case_for_every_control() -> None:
    assert sorted(path.name for path in (GOLDEN / "controls").iterdir()) == sorted(c.id for c in CONTROLS)
