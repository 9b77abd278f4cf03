"""The golden output trees: of every control and of whole policies, what each target's files are.

``golden/controls/CONTROL/CASE`` holds a policy, ``pods.yaml`` (the pods of its suite and of the control's case ``many``,
each with the verdict above it) and what differs from case to case of each target: policies, templates, mutators, Rego.
``golden/policies/NAME`` holds whole folders, as the command line writes them, suites and all.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from pscc.cases.suite import Json, cases_for
from pscc.cli._shared import read_source
from pscc.controls import CONTROLS
from pscc.driver import analyse, compile_program
from pscc.ir import Policy, Program
from pscc.output.contents import OutputFile
from pscc.output.options import Options
from pscc.reference import interpreter
from pscc.targets.registry import TARGETS
from support import truth
from support.engines import engine
from support.golden import check_golden
from support.paths import ROOT
from support.targets import run, whole

GOLDEN = ROOT / "golden"
IN_CEL = (
    *("controls/hostPorts/many", "controls/hostPath/many", "controls/seLinuxOptions/many", "controls/volumes/many"),
    *("policies/restricted", "policies/team"),
)
"""Those whose Gatekeeper templates are there in CEL, too."""
CASES = ("unset", "one", "many")
SAME_IN_ALL = ("kustomization.yaml", "expansion.yaml", "main.rego", "opa/workloads.rego", "lib/pscc.rego")


def source_in(folder: Path) -> Path:
    """The policy of a case."""
    (found,) = folder.glob("policy.*")
    return found


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
            kind = case.name.rpartition("-")[2]
            if kind in ("init", "debug") and any(name.endswith(f"-{kind}") for name in seen):
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


PSP_FIELDS = [c.id for c in CONTROLS if c.psp_fields and "/" not in c.psp_fields[0]]


@pytest.mark.parametrize("control", PSP_FIELDS)
def test_what_is_unset_means_what_kubernetes_meant(control: str) -> None:
    (found,) = [c for c in CONTROLS if c.id == control]
    spec = {k: v for k, v in truth.OPEN.items() if k not in found.psp_fields or v == truth.ANY}
    folder = GOLDEN / "controls" / control / "unset"
    (policy,) = analyse(read_source(str(source_in(folder))))[1].policies
    pods = [p for p in yaml.safe_load_all((folder / "pods.yaml").read_text(encoding="utf-8")) if comparable(p, control)]
    assert pods
    for pod, result in zip(pods, asked({"metadata": {"name": "p"}, "spec": spec}, pods, "UPDATE"), strict=True):
        assert result["allowed"] is interpreter.check(policy, pod).allowed, (pod, result["message"])


@pytest.mark.parametrize("name", ["psp-default", "restricted", "privileged"])
def test_whole_policies_say_what_kubernetes_said(name: str) -> None:
    folder = GOLDEN / "policies" / name
    psp = yaml.safe_load(source_in(folder).read_text(encoding="utf-8"))
    (policy,) = analyse(read_source(str(source_in(folder))))[1].policies
    pods = [p for p in yaml.safe_load_all((folder / "pods.yaml").read_text(encoding="utf-8")) if truth.comparable(p)]
    assert len(pods) > 10
    for pod, result in zip(pods, asked(psp, [as_of_1_24(pod) for pod in pods], "CREATE"), strict=True):
        assert result["allowed"] is interpreter.judge(policy, pod).allowed, (pod["metadata"], result["message"])


def as_of_1_24(pod: Json) -> Json:
    """``pod`` with its AppArmor profiles as the annotations that Kubernetes 1.24 knew, the field first."""
    old: Json = json.loads(json.dumps(pod))
    inherited = old["spec"].get("securityContext", {}).pop("appArmorProfile", None)
    for kind in ("initContainers", "containers"):
        for container in old["spec"].get(kind, []):
            profile = container.get("securityContext", {}).pop("appArmorProfile", None) or inherited
            if profile:
                names = {"RuntimeDefault": "runtime/default", "Unconfined": "unconfined"}
                name = names.get(profile["type"], f"localhost/{profile.get('localhostProfile')}")
                annotations = old["metadata"].setdefault("annotations", {})
                annotations[f"container.apparmor.security.beta.kubernetes.io/{container['name']}"] = name
    return old


def comparable(pod: Json, control: str) -> bool:
    """Whether a PSP that is open but for ``control`` may differ on ``pod`` for that control alone."""
    return truth.comparable(pod) and "seccompProfile" not in str(pod)


def asked(psp: Json, pods: list[Json], operation: str) -> list[Json]:
    """What Kubernetes 1.24's plugin says."""
    request = {"id": 1, "op": "admit", "operation": operation, "policies": [psp], "pods": pods}
    done = subprocess.run(
        [engine("psp-admission")], input=json.dumps(request) + "\n", capture_output=True, text=True, check=True
    )
    answer = json.loads(done.stdout)
    assert "results" in answer, answer
    results: list[Json] = answer["results"]
    return results


WHOLE = [folder.name for folder in sorted((GOLDEN / "policies").iterdir())]


@pytest.mark.parametrize("name", WHOLE)
def test_gator_verifies(name: str) -> None:
    done = run("gator", "verify", GOLDEN / "policies" / name / "gatekeeper")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "PASS" in done.stdout


@pytest.mark.parametrize("name", WHOLE)
def test_kyverno_tests(name: str) -> None:
    done = run("kyverno", "test", GOLDEN / "policies" / name / "kyverno")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "and 0 tests failed" in done.stdout
    warnings = [line for line in (done.stdout + done.stderr).splitlines() if "Warning" in line]
    assert all("ClusterPolicy is deprecated" in line for line in warnings), warnings


@pytest.mark.parametrize("name", WHOLE)
def test_opa_tests(name: str) -> None:
    done = run("opa", "test", GOLDEN / "policies" / name / "opa")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "PASS: " in done.stdout


def test_opa_is_silent_on_all_golden_rego() -> None:
    folders = [path for path in GOLDEN.glob("policies/*/opa")]
    for folder in folders:
        for arguments in (("check", "--strict"), ("fmt", "--diff", "--fail")):
            done = run("opa", *arguments, folder)
            assert (done.returncode, done.stdout + done.stderr) == (0, ""), folder
    lib = ROOT / "templates" / "rego" / "lib" / "pscc.rego"
    for path in sorted(GOLDEN.glob("controls/*/*/opa")):
        done = run("opa", "check", "--strict", path, lib)
        assert (done.returncode, done.stdout + done.stderr) == (0, ""), path
    done = run("opa", "fmt", "--diff", "--fail", GOLDEN / "controls")
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
