"""The golden output trees on the engines, and the verdicts in them against Kubernetes' own plugin."""

from __future__ import annotations

import json

import pytest
import yaml

from pscc.cases.suite import Json
from pscc.cli._shared import read_source
from pscc.controls import CONTROLS
from pscc.driver import analyse
from pscc.reference import interpreter
from support import truth
from support.engines import run
from support.golden import source_in
from support.paths import ROOT

GOLDEN = ROOT / "golden"
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
    done = run("psp-admission", stdin=json.dumps(request) + "\n", check=True)
    answer = json.loads(done.stdout)
    assert "results" in answer, answer
    results: list[Json] = answer["results"]
    return results


WHOLE = [folder.name for folder in sorted((GOLDEN / "policies").iterdir())]


@pytest.mark.grid
@pytest.mark.parametrize("name", WHOLE)
def test_gator_verifies(name: str) -> None:
    done = run("gator", "verify", GOLDEN / "policies" / name / "gatekeeper")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "PASS" in done.stdout


@pytest.mark.grid
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
