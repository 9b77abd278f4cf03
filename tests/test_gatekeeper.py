"""The Gatekeeper output on Gatekeeper itself: its command line, its webhooks, and the reference interpreter beside it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import engine
from pscc.base.source import SourceFile
from pscc.cases.suite import cases_for
from pscc.driver import analyse, compile_program
from pscc.ir import Policy, Program
from pscc.lowering.shortfalls import DefaultNotSet
from pscc.output.contents import Output
from pscc.pod.manifests import normalise
from pscc.reference import interpreter
from pscc.targets.gatekeeper.mutators import mutators
from pscc.targets.shared.names import Names, fitted

HEAD = "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata:\n  name: {name}\n{meta}spec:\n"

RESTRICTED = """\
  privileged: false
  allowPrivilegeEscalation: false
  requiredDropCapabilities: [ALL]
  volumes: [configMap, emptyDir, secret, hostPath]
  allowedHostPaths: [{pathPrefix: /var/log, readOnly: true}]
  hostNetwork: false
  hostPorts: [{min: 8000, max: 8080}]
  runAsUser: {rule: MustRunAsNonRoot}
  seLinux: {rule: MustRunAs, seLinuxOptions: {level: "s0:c1,c2"}}
  supplementalGroups: {rule: MustRunAs, ranges: [{min: 1, max: 65535}]}
  fsGroup: {rule: MustRunAs, ranges: [{min: 1, max: 65535}]}
  readOnlyRootFilesystem: true
"""
GRANTING = """\
  privileged: true
  defaultAllowPrivilegeEscalation: true
  allowedCapabilities: [NET_ADMIN, SYS_TIME]
  defaultAddCapabilities: [NET_BIND_SERVICE]
  requiredDropCapabilities: [SYS_ADMIN]
  volumes: ["*"]
  allowedUnsafeSysctls: [kernel.msg*]
  forbiddenSysctls: [net.core.somaxconn]
  runAsUser: {rule: MustRunAs, ranges: [{min: 1000, max: 1000}, {min: 2000, max: 3000}]}
  runAsGroup: {rule: MayRunAs, ranges: [{min: 5, max: 9}]}
  seLinux: {rule: RunAsAny}
  supplementalGroups: {rule: RunAsAny}
  fsGroup: {rule: MayRunAs, ranges: [{min: 7, max: 7}]}
"""
ANNOTATED = """\
  privileged: true
  volumes: [emptyDir, csi, flexVolume]
  allowedCSIDrivers: [{name: a.csi.example.com}]
  allowedFlexVolumes: [{driver: example/lvm}]
  allowedProcMountTypes: [Default]
  runtimeClass: {allowedRuntimeClassNames: [kata], defaultRuntimeClassName: kata}
  runAsUser: {rule: RunAsAny}
  seLinux: {rule: RunAsAny}
  supplementalGroups: {rule: RunAsAny}
  fsGroup: {rule: RunAsAny}
"""
ANNOTATIONS = """\
  annotations:
    seccomp.security.alpha.kubernetes.io/allowedProfileNames: runtime/default
    seccomp.security.alpha.kubernetes.io/defaultProfileName: runtime/default
    apparmor.security.beta.kubernetes.io/allowedProfileNames: runtime/default
    apparmor.security.beta.kubernetes.io/defaultProfileName: runtime/default
"""
DEFAULTS = """\
policy defaults "Every default" {
    default allowPrivilegeEscalation true
    allow   allowPrivilegeEscalation true
    default capabilities.add add NET_ADMIN
    default capabilities.drop add ALL
    require capabilities.drop all of ALL
    default runAsNonRoot false
    default readOnlyRootFilesystem true
    require readOnlyRootFilesystem true
    default runAsUser 1000
    require runAsUser 1000-2000
    default runAsGroup 5
    require runAsGroup 5-9
    default fsGroup 7
    require fsGroup 7
    default supplementalGroups 3
    require supplementalGroups 3-4
    default seccompProfile runtime/default
    require seccompProfile runtime/default
    default appArmorProfile runtime/default
    require appArmorProfile runtime/default
    default runtimeClassName kata
}
"""
LONG = "a-name-that-leaves-little-room-for-the-shape-of-a-check"
POLICIES = {
    "restricted": HEAD.format(name="restricted", meta="") + RESTRICTED,
    "granting": HEAD.format(name="granting", meta="") + GRANTING,
    "annotated": HEAD.format(name=LONG, meta=ANNOTATIONS) + ANNOTATED,
    "defaults": DEFAULTS,
}
"""PodSecurityPolicies that together have every field, and a policy with every default."""

Json = dict[str, Any]


def compiled(text: str) -> tuple[Program, Output]:
    name = "given.psp" if text.startswith("policy ") else "psp.yaml"
    _, program, _ = analyse(SourceFile(name, text))
    return program, compile_program(program, ("gatekeeper",)).outputs["gatekeeper"]


def written(output: Output, folder: Path) -> Path:
    for file in output.files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8")
    return folder


def resources(output: Output) -> list[Json]:
    texts = {file.path: file.text for file in output.files}
    return [d for path in output.resources for d in yaml.safe_load_all(texts[path])]


def ask(*requests: Json) -> list[Json]:
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    program = engine("gatekeeper-review")
    done = subprocess.run([program], input=lines, capture_output=True, text=True, check=True, timeout=60)
    return [json.loads(line) for line in done.stdout.splitlines()]


def whole(pod: Any) -> Json:
    return {"apiVersion": "v1", "kind": "Pod", **pod}


def bare(pod: Any) -> Json:
    """``pod`` without anything that a default could set, as its author would send it."""
    copy: Json = json.loads(json.dumps(whole(pod)))
    copy["spec"].pop("securityContext", None)
    copy["spec"].pop("runtimeClassName", None)
    for kind in ("containers", "initContainers"):
        for container in copy["spec"].get(kind, []):
            container.pop("securityContext", None)
    return copy


def only(program: Program) -> Policy:
    (policy,) = program.policies
    return policy


@pytest.mark.parametrize("name", POLICIES)
def test_gator_verifies_the_suite(name: str, tmp_path: Path) -> None:
    gator = engine("gator")
    _, output = compiled(POLICIES[name])
    done = subprocess.run(
        [gator, "verify", written(output, tmp_path)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().endswith("PASS")


def test_gator_notices_a_wrong_expectation(tmp_path: Path) -> None:
    gator = engine("gator")
    _, output = compiled(POLICIES["annotated"])
    suite = written(output, tmp_path) / "suite.yaml"
    text = suite.read_text(encoding="utf-8")
    assert "violations: yes" in text
    suite.write_text(text.replace("violations: yes", "violations: no", 1), encoding="utf-8")
    done = subprocess.run([gator, "verify", tmp_path], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode != 0


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("update", [False, True], ids=["create", "update"])
def test_webhook_says_what_the_oracle_says(name: str, update: bool) -> None:
    program, output = compiled(POLICIES[name])
    cases = [case for case in cases_for(only(program)) if (case.old_pod is not None) is update]
    assert cases
    review: Json = {"op": "review", "mutate": False, "pods": [whole(case.pod) for case in cases]}
    if update:
        review |= {"operation": "UPDATE", "oldPods": [whole(case.old_pod) for case in cases]}
    loaded, answer = ask({"op": "load", "documents": resources(output)}, review)
    assert loaded.get("ok"), loaded
    for case, result in zip(cases, answer["results"], strict=True):
        verdict = interpreter.check(only(program), case.pod, case.old_pod)
        assert result["allowed"] is verdict.allowed, case.name
        assert sorted(v["message"] for v in result["violations"]) == sorted(verdict.messages), case.name


@pytest.mark.parametrize("name", POLICIES)
def test_mutated_pods_get_the_oracles_verdict(name: str) -> None:
    program, output = compiled(POLICIES[name])
    policy = only(program)
    sent = [pod for case in cases_for(policy) if case.old_pod is None for pod in (whole(case.pod), bare(case.pod))]
    pods: list[Json] = [normalise(pod) for pod in sent]
    loaded, answer = ask({"op": "load", "documents": resources(output)}, {"op": "review", "mutate": True, "pods": pods})
    assert loaded.get("ok"), loaded
    for pod, result in zip(pods, answer["results"], strict=True):
        verdict = interpreter.judge(policy, pod)
        if result["allowed"]:
            assert verdict.allowed, (pod, verdict.messages)
        elif verdict.allowed:
            assert output.diagnostics, (pod, result["violations"])


def test_a_grant_that_cannot_be_set_exactly_is_not_set() -> None:
    _, output = compiled(POLICIES["granting"])
    found = mutators(only(output.program), Names())
    assert not any("capabilities.add" in mutator.location for mutator in found)
    assert [type(one) for one in output.shortfalls] == [DefaultNotSet]


def test_templates_do_not_depend_on_values() -> None:
    _, first = compiled(POLICIES["granting"])
    _, other = compiled(POLICIES["granting"].replace("kernel.msg*", "kernel.shm*").replace("2000", "2500"))
    for one, two in zip(first.files, other.files, strict=True):
        if one.path.startswith("templates/"):
            assert one == two


def test_names_fit_and_differ() -> None:
    names = {fitted("x" * 60 + tail) for tail in ("-one-check", "-other-check", "")}
    assert len(names) == 3
    assert all(len(name) <= 63 for name in names)
    _, output = compiled(POLICIES["annotated"])
    assert all(len(document["metadata"]["name"]) <= 63 for document in resources(output))
