"""Generated PSPs and pods: the oracle against Kubernetes 1.24's own plugin, verdict and changed pod.

Run as ``python tests/conformance.py POLICIES SEED`` for a larger count than the tests take.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from pscc import oracle, suite
from pscc.controls import control_of
from pscc.diagnostics import Report
from pscc.ir import Policy
from pscc.resolve import resolve
from pscc.source import SourceFile
from pscc.syntax.psp_import import to_document
from pscc.syntax.psp_yaml import read_psp

ENGINE = Path(__file__).resolve().parent.parent / ".engines" / "bin" / "psp-admission"
ANNOTATION = "container.apparmor.security.beta.kubernetes.io/"
SECCOMP = "seccomp.security.alpha.kubernetes.io/"
APPARMOR = "apparmor.security.beta.kubernetes.io/"
PROFILES = ("runtime/default", "unconfined", "localhost/a.json")
CAPABILITIES = ("CHOWN", "KILL", "SYS_ADMIN", "ALL", "NET_BIND_SERVICE")
Json = dict[str, object]


def draw_policy(rng: random.Random, number: int) -> Json:
    """A PSP over all fields; not each is valid."""

    def ranges() -> list[Json]:
        low = rng.choice([0, 1, 10, 1000])
        first: Json = {"min": low, "max": low + rng.choice([0, 1, 1000])}
        return [first] if rng.random() < 0.6 else [first, {"min": 30000, "max": 30010}]

    def strategy(rules: list[str]) -> Json:
        rule = rng.choice(rules)
        return {"rule": rule, "ranges": ranges()} if rule in ("MustRunAs", "MayRunAs") else {"rule": rule}

    def some(choices: tuple[str, ...]) -> list[str]:
        return rng.sample(choices, rng.randint(0, 2))

    groups = ["RunAsAny", "MustRunAs", "MayRunAs"]
    spec: Json = {
        "runAsUser": strategy(["RunAsAny", "MustRunAs", "MustRunAsNonRoot"]),
        "supplementalGroups": strategy(groups),
        "fsGroup": strategy(groups),
        "seLinux": {"rule": "RunAsAny"},
    }
    if rng.random() < 0.3:
        options = {k: v for k, v in (("user", "u"), ("type", "t"), ("level", "s0:c1,c2")) if rng.random() < 0.6}
        spec["seLinux"] = {"rule": "MustRunAs", "seLinuxOptions": options}
    flags = ("privileged", "hostNetwork", "hostPID", "hostIPC", "readOnlyRootFilesystem", "allowPrivilegeEscalation")
    for flag in (*flags, "defaultAllowPrivilegeEscalation"):
        if rng.random() < 0.5:
            spec[flag] = rng.random() < 0.5
    drawn: Json = {
        "runAsGroup": strategy(groups),
        "hostPorts": ranges(),
        "volumes": rng.choice(
            [["*"], ["secret"], ["configMap", "emptyDir", "projected"], ["hostPath", "csi", "secret"]]
        ),
        "allowedHostPaths": [{"pathPrefix": "/var/log", "readOnly": rng.random() < 0.5}, {"pathPrefix": "/tmp/"}],
        "allowedCapabilities": rng.choice([["*"], some(CAPABILITIES)]),
        "defaultAddCapabilities": some(CAPABILITIES),
        "requiredDropCapabilities": some(CAPABILITIES),
        "allowedProcMountTypes": rng.choice([["Default"], ["Unmasked"], ["Default", "Unmasked"]]),
        "allowedUnsafeSysctls": rng.choice([["*"], ["kernel.msg*"], ["net.core.somaxconn"]]),
        "forbiddenSysctls": rng.choice([["net.*"], ["kernel.shm_rmid_forced"], ["*"]]),
        "allowedCSIDrivers": [{"name": "inline.csi.example"}],
        "allowedFlexVolumes": [{"driver": "example/lvm"}],
        "runtimeClass": rng.choice(
            [
                {"allowedRuntimeClassNames": []},
                {"allowedRuntimeClassNames": ["kata"], "defaultRuntimeClassName": "kata"},
            ]
        ),
    }
    spec.update({field: value for field, value in drawn.items() if rng.random() < 0.4})
    annotations = {}
    if rng.random() < 0.5:
        annotations[SECCOMP + "allowedProfileNames"] = rng.choice(["*", ",".join(rng.sample(PROFILES, 2))])
        if rng.random() < 0.6:
            annotations[SECCOMP + "defaultProfileName"] = rng.choice(PROFILES)
    if rng.random() < 0.4:
        annotations[APPARMOR + "allowedProfileNames"] = ",".join(rng.sample(PROFILES, 2))
        if rng.random() < 0.6:
            annotations[APPARMOR + "defaultProfileName"] = rng.choice(PROFILES)
    metadata: Json = {"name": f"p{number}", "annotations": annotations}
    return {"apiVersion": "policy/v1beta1", "kind": "PodSecurityPolicy", "metadata": metadata, "spec": spec}


def meaning(psp: Json) -> Policy | None:
    """The policy that the PSP is; None where it is refused."""
    report = Report()
    read = read_psp(SourceFile("psp.json", json.dumps(psp)), report)
    return None if read is None else resolve(to_document(read), report).policies[0]


def draw_pods(rng: random.Random, policy: Policy, count: int) -> Iterator[Json]:
    """Pods around the policy's boundaries: its probes, several laid over each other."""
    base: Json = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "pod", "namespace": "default"},
        "spec": {"containers": [{"name": "main", "image": "app:1"}]},
    }
    probes = [probe for check in policy.checks for probe in control_of(check.control).probes(check)]
    cases = [case for case in suite.cases_for(policy) if case.old_pod is None]
    for number in range(count):
        pod = json.loads(json.dumps(rng.choice(cases).pod if cases and number % 2 else base))
        for probe in rng.sample(probes, min(len(probes), rng.choice([0, 1, 1, 2, 4]))):
            pod = suite.merge(pod, probe.pod or {})
            if probe.container:
                containers = pod["spec"]["containers"]
                pod["spec"]["containers"] = [suite.merge(containers[0], probe.container), *containers[1:]]
        pod["spec"].pop("ephemeralContainers", None)
        if not any("image" in volume for volume in pod["spec"].get("volumes") or []):
            yield pod


def containers_of(pod: Json) -> list[Json]:
    """Init containers and containers."""
    spec: Json = pod["spec"]  # type: ignore[assignment]
    return [c for kind in ("initContainers", "containers") for c in spec.get(kind) or []]  # type: ignore[attr-defined]


def name_of(profile: Json) -> str:
    """A profile's name, as annotations spell it."""
    named = {"RuntimeDefault": "runtime/default", "Unconfined": "unconfined"}
    return named.get(str(profile["type"])) or f"localhost/{profile.get('localhostProfile', '')}"


def for_124(pod: Json) -> Json:
    """The pod as 1.24 knows it: AppArmor by annotation, the pod's own profile pushed down to its containers."""
    old = json.loads(json.dumps(pod))
    inherited = (old["spec"].get("securityContext") or {}).pop("appArmorProfile", None)
    for container in containers_of(old):
        own = (container.get("securityContext") or {}).pop("appArmorProfile", None)
        annotations = old["metadata"].setdefault("annotations", {})
        found = (
            name_of(own)
            if own
            else annotations.get(ANNOTATION + container["name"]) or (inherited and name_of(inherited))
        )
        if found:
            annotations[ANNOTATION + container["name"]] = found
    return old


INHERITED = ("runAsUser", "runAsGroup", "runAsNonRoot", "seLinuxOptions", "seccompProfile")


def canonical(pod: Json) -> object:
    """What of a pod a policy can change, effective values pushed down, so that equal means the same."""
    old = for_124(pod)
    context = old["spec"].get("securityContext") or {}
    rows = []
    for container in containers_of(old):
        own = container.get("securityContext") or {}
        effective = {field: own.get(field, context.get(field)) or None for field in INHERITED}
        effective["runAsUser"] = own.get("runAsUser", context.get("runAsUser"))
        effective["runAsGroup"] = own.get("runAsGroup", context.get("runAsGroup"))
        effective["runAsNonRoot"] = own.get("runAsNonRoot", context.get("runAsNonRoot"))
        capabilities = own.get("capabilities") or {}
        rows.append([
            container["name"],
            effective,
            sorted(set(capabilities.get("add") or [])),
            sorted(set(capabilities.get("drop") or [])),
            own.get("readOnlyRootFilesystem"),
            own.get("allowPrivilegeEscalation"),
            (old["metadata"].get("annotations") or {}).get(ANNOTATION + container["name"]),
        ])  # fmt: skip
    whole = {
        field: context.get(field) or None
        for field in ("fsGroup", "supplementalGroups", "seLinuxOptions", "seccompProfile")
    }
    whole["fsGroup"] = context.get("fsGroup")
    return [rows, whole, old["spec"].get("runtimeClassName")]


def compare(policies: int, seed: int, pods: int = 40) -> tuple[int, int, int, list[str]]:
    """(policies, pairs, pairs admitted, disagreements) of ``policies`` valid PSPs drawn from ``seed``, with ``pods`` pods each."""
    rng = random.Random(seed)
    process = subprocess.Popen([str(ENGINE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin and process.stdout
    used = pairs = admitted = 0
    wrong: list[str] = []
    while used < policies:
        psp = draw_policy(rng, used)
        policy = meaning(psp)
        if policy is None:
            continue
        used += 1
        drawn = list(draw_pods(rng, policy, pods))
        request = {"op": "admit", "policies": [psp], "pods": [for_124(pod) for pod in drawn], "stored": True}
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        for pod, result in zip(drawn, json.loads(process.stdout.readline())["results"], strict=True):
            if "error" in result:
                wrong.append(f"engine: {result['error']}")
                continue
            pairs += 1
            admitted += result["allowed"]
            verdict = oracle.judge(policy, pod)
            if verdict.allowed != result["allowed"]:
                told = result.get("errors") or result.get("message")
                wrong.append(f"verdict {verdict.messages} against {told}\n{json.dumps(psp)}\n{json.dumps(pod)}")
            elif verdict.allowed and canonical(dict(verdict.pod)) != canonical(result["stored"]):
                ours, theirs = canonical(dict(verdict.pod)), canonical(result["stored"])
                wrong.append(f"pod {ours}\nagainst {theirs}\n{json.dumps(psp)}\n{json.dumps(pod)}")
    process.stdin.close()
    process.wait()
    return used, pairs, admitted, wrong


if __name__ == "__main__":
    used, pairs, admitted, wrong = compare(int(sys.argv[1]), int(sys.argv[2]))
    print(f"{used} policies, {pairs} pairs, {admitted} admitted, {len(wrong)} disagreements")
    for text in wrong[:3]:
        print(text[:1500])
    raise SystemExit(1 if wrong else 0)
