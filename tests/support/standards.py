"""The library's Pod Security Standards against ``k8s.io/pod-security-admission``'s own evaluator.

Run as ``python -m support.standards PODS SEED`` for a larger count than the tests take.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import yaml

from pscc import ir
from pscc.driver import analyse
from pscc.meaning.library import LEVELS, MINORS, library_policy, library_source
from pscc.reference import interpreter
from support.engines import run
from support.paths import ROOT

Json = dict[str, object]


@cache
def fixtures() -> Path:
    """The evaluator's own test pods, as they lie in the module cache."""
    command = ["go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/pod-security-admission"]
    done = subprocess.run(command, cwd=ROOT / "tests" / "engines" / "pss", capture_output=True, text=True, check=True)
    return Path(done.stdout.strip()) / "test" / "testdata"


def fixture_pods(minor: str, testdata: Path | None = None) -> Iterator[tuple[str, str, bool, Json]]:
    """(name, level, whether the level admits it, pod) of each of the evaluator's pods for a minor.

    ``testdata`` is where they lie, by default in the module cache.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    root = fixtures() if testdata is None else testdata
    for level in ("baseline", "restricted"):
        for verdict in ("pass", "fail"):
            for path in sorted((root / level / f"v{minor}" / verdict).glob("*.yaml")):
                yield f"{level}/{verdict}/{path.name}", level, verdict == "pass", yaml.load(path.read_text(), loader)


@cache
def _revision(policy_name: str) -> ir.Policy:
    source = library_source(policy_name)
    assert source is not None
    (policy,) = analyse(source)[1].policies
    return policy


def policy_of(level: str, minor: str) -> ir.Policy:
    """The library's policy of that level and minor; the same object for all minors in which nothing changed."""
    policy = library_policy(f"pss/{level}@{minor}")
    assert policy is not None
    return _revision(policy.name.text)


def engine_verdicts(level: str, minor: str, pods: list[Json]) -> list[bool]:
    """What the evaluator says of ``pods``."""
    request = json.dumps({"id": 1, "level": level, "version": f"v{minor}", "pods": pods})
    done = run("pss-check", stdin=request + "\n", check=True)
    results = json.loads(done.stdout)["results"]
    assert not any(r.get("error") for r in results), [r for r in results if r.get("error")][:1]
    return [r["allowed"] for r in results]


def disagreements(pods: list[Json], minors: Iterable[str] = MINORS) -> Iterator[str]:
    """Each pod, level and minor of which evaluator and interpreter say different things."""
    ours: dict[tuple[str, str], list[bool]] = {}
    for minor in minors:
        for level in LEVELS:
            policy = policy_of(level, minor)
            key = (level, library_policy(f"pss/{level}@{minor}").name.text)  # type: ignore[union-attr]
            if key not in ours:
                ours[key] = [interpreter.check(policy, pod).allowed for pod in pods]
            for pod, own, theirs in zip(pods, ours[key], engine_verdicts(level, minor, pods), strict=True):
                if own != theirs:
                    messages = interpreter.check(policy, pod).messages
                    yield f"{level} {minor}: evaluator {theirs}, interpreter {own} {messages}: {json.dumps(pod)}"


def draw_pod(rng: random.Random) -> Json:
    """A pod around the standards' boundaries: mostly what restricted wants, with a few fields off it."""

    def sometimes(share: float, choices: list[object]) -> list[object]:
        return [rng.choice(choices)] if rng.random() < share else []

    def profile() -> object:
        kind = rng.choice(["RuntimeDefault", "Localhost", "Unconfined"])
        return {"type": kind, **({"localhostProfile": "a.json"} if kind == "Localhost" else {})}

    def context(on_pod: bool) -> Json:
        fields: Json = {}
        if rng.random() < 0.8:
            fields["runAsNonRoot"] = rng.random() < 0.85
        if rng.random() < 0.3:
            fields["runAsUser"] = rng.choice([0, 1, 1000])
        if rng.random() < 0.7:
            fields["seccompProfile"] = {"type": "RuntimeDefault"} if rng.random() < 0.7 else profile()
        if rng.random() < 0.2:
            fields["appArmorProfile"] = {"type": "RuntimeDefault"} if rng.random() < 0.5 else profile()
        if rng.random() < 0.15:
            options = {
                "type": rng.choice(["", "container_t", "container_engine_t", "container_kvm_t", "spc_t"]),
                "user": rng.choice(["", "", "", "u"]), "role": rng.choice(["", "", "", "r"]), "level": "s0",
            }  # fmt: skip
            fields["seLinuxOptions"] = {k: v for k, v in options.items() if v or rng.random() < 0.3}
        if rng.random() < 0.07:
            fields["windowsOptions"] = rng.choice([{"hostProcess": True}, {"hostProcess": False}, {}])
        if on_pod and rng.random() < 0.2:
            names = [
                "kernel.shm_rmid_forced", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time",
                "net.ipv4.tcp_rmem", "net.ipv4.tcp_notsent_lowat", "kernel.msgmax", "net.ipv4.tcp_slow_start_after_idle",
            ]  # fmt: skip
            fields["sysctls"] = [{"name": name, "value": "1"} for name in rng.sample(names, rng.randint(1, 2))]
        if not on_pod:
            if rng.random() < 0.85:
                fields["allowPrivilegeEscalation"] = rng.random() < 0.1
            if rng.random() < 0.1:
                fields["privileged"] = rng.random() < 0.4
            if rng.random() < 0.1:
                fields["procMount"] = rng.choice(["Default", "Unmasked", "Unmasked"])
            capabilities: Json = {}
            if rng.random() < 0.85:
                capabilities["drop"] = rng.choice([["ALL"], ["ALL"], ["ALL"], ["KILL", "ALL"], ["KILL"], []])
            if rng.random() < 0.2:
                capabilities["add"] = rng.choice(
                    [["NET_BIND_SERVICE"], ["CHOWN"], ["SYS_ADMIN"], ["KILL", "MKNOD"], []]
                )
            if capabilities or rng.random() < 0.3:
                fields["capabilities"] = capabilities
        return fields

    def container(name: str) -> Json:
        fields: Json = {"name": name, "image": "i", "securityContext": context(False)}
        if rng.random() < 0.1:
            fields["ports"] = [{"containerPort": 80, **rng.choice([{"hostPort": 80}, {"hostPort": 0}, {}])}]
        if rng.random() < 0.12:
            action = {
                rng.choice(["httpGet", "tcpSocket"]): {"port": 80, **rng.choice([{"host": "h"}, {"host": ""}, {}])}
            }
            place = rng.choice(["livenessProbe", "readinessProbe", "startupProbe", "postStart", "preStop"])
            fields.update({"lifecycle": {place: action}} if place in ("postStart", "preStop") else {place: action})
        return fields

    spec: Json = {"containers": [container("a")], "securityContext": context(True)}
    if rng.random() < 0.3:
        spec["initContainers"] = [container("b")]
    if rng.random() < 0.2:
        spec["ephemeralContainers"] = [container("c")]
    for flag in ("hostNetwork", "hostPID", "hostIPC"):
        if rng.random() < 0.05:
            spec[flag] = rng.random() < 0.5
    for value in sometimes(0.25, [True, False, False]):
        spec["hostUsers"] = value
    for value in sometimes(0.25, ["windows", "windows", "linux"]):
        spec["os"] = {"name": value}
    types = {
        "configMap": {"name": "c"}, "csi": {"driver": "d"}, "downwardAPI": {}, "emptyDir": {}, "ephemeral": {},
        "image": {"reference": "r"}, "persistentVolumeClaim": {"claimName": "p"}, "projected": {}, "secret": {},
        "hostPath": {"path": "/"}, "nfs": {"server": "s", "path": "/"}, "gitRepo": {"repository": "r"},
    }  # fmt: skip
    if rng.random() < 0.3:
        spec["volumes"] = [{"name": t.lower(), t: types[t]} for t in rng.sample(sorted(types), rng.randint(1, 2))]
    prefix = "container.apparmor.security.beta.kubernetes.io/"
    values = ["runtime/default", "localhost/x", "unconfined", ""]
    annotations = {f"{prefix}{rng.choice(['a', 'b', 'zz'])}": v for v in sometimes(0.15, list(values))}
    metadata: Json = {"name": "p", **({"annotations": annotations} if annotations else {})}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def main(count: int, seed: int) -> int:
    """Compare ``count`` pods at every level and minor; 1 if something differs."""
    rng = random.Random(seed)
    pods = [draw_pod(rng) for _ in range(count)]
    wrong = list(disagreements(pods))
    admitted = {level: sum(engine_verdicts(level, MINORS[-1], pods)) for level in LEVELS}
    print(f"{count} pods, {count * len(MINORS) * len(LEVELS)} verdicts, admitted by the newest {admitted}: ", end="")
    print(f"{len(wrong)} disagreements", *wrong[:5], sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
