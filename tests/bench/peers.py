"""Reviews of a pod by pscc's outputs, as ratios to those by the peers' policies of the same meaning, from their checkouts."""

from __future__ import annotations

import json
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path

import yaml

from bench.figure import Figure
from bench.measuring import costs, growth
from conformance.jsonl import Process
from pscc.api import compile, load
from pscc.driver import packaged
from pscc.output.options import DEFAULTS
from pscc.targets.registry import target_named
from support.paths import ROOT
from support.targets import Json, program_of_text, resources

GATOR = ROOT / ".engines" / "bin" / "gator"
SEED = ROOT / "examples" / "psp-default.yaml"
POD = ROOT / "examples" / "seed" / "pod-host-port.yaml"
"""A pod that the seed's policy refuses for two reasons, and so do the peers' policies."""
FEW, MANY = 200, 1200
"""Reviews of one run of ``gator bench``: what MANY take more than FEW is without the start."""
NINE: dict[str, tuple[str, Json]] = {
    "privileged-containers": ("K8sPSPPrivilegedContainer", {}),
    "host-namespaces": ("K8sPSPHostNamespace", {}),
    "host-network-ports": ("K8sPSPHostNetworkingPorts", {"hostNetwork": False, "min": 10000, "max": 14000}),
    "volumes": ("K8sPSPVolumeTypes", {"volumes": ["*"]}),
    "read-only-root-filesystem": ("K8sPSPReadOnlyRootFilesystem", {}),
    "capabilities": ("K8sPSPCapabilities", {"allowedCapabilities": []}),
    "forbidden-sysctls": ("K8sPSPForbiddenSysctls", {"allowedSysctls": ["kernel.shm_rmid_forced"]}),
    "proc-mount": ("K8sPSPProcMount", {"procMount": "Default"}),
    "seccompv2": ("K8sPSPSeccompV2", {"allowedProfiles": ["not configured", "RuntimeDefault"]}),
}
"""gatekeeper-library's templates that say together what the seed's policy says, with the parameters of their constraints."""
REVIEWS = 400
"""Reviews by Kyverno's handlers of which the time is taken at once: processor time is counted in hundredths of a second."""


def to_gatekeeper_library(folder: Path, checkout: Path, rounds: int) -> Iterator[Figure]:
    """The processor time of a review by the seed's policy in one template, to that by the library's nine constraints.

    Raises `RuntimeError` where the two do not find the same number of violations.
    """
    compile(load(SEED), "gatekeeper", layout="per-policy").write(folder / "ours")
    names = ("templates", "policies", "workloads")
    ours = [path for name in names for path in (folder / "ours" / name).glob("*.yaml") if path.stem != "kustomization"]
    theirs = [checkout / "library" / "pod-security-policy" / name / "template.yaml" for name in NINE]
    theirs.append(_constraints(folder))
    commands = {
        f"{name} {count}": _bench(files, count)
        for name, files in (("ours", ours), ("theirs", theirs))
        for count in (FEW, MANY)
    }
    if len({_violations(files) for files in (ours, theirs)}) > 1:
        raise RuntimeError("the seed's policy and gatekeeper-library's constraints do not find the same in the pod")
    found = costs(commands, rounds)
    ratio = growth(found[f"ours {FEW}"], found[f"ours {MANY}"]) / growth(
        found[f"theirs {FEW}"], found[f"theirs {MANY}"]
    )
    yield Figure("a review by Gatekeeper, to one by gatekeeper-library's nine constraints", ratio, 0.4, "0.4")


def _constraints(folder: Path) -> Path:
    pods = [{"apiGroups": [""], "kinds": ["Pod"]}]
    documents = [
        {
            "apiVersion": "constraints.gatekeeper.sh/v1beta1",
            "kind": kind,
            "metadata": {"name": name},
            "spec": {"match": {"kinds": pods}, "parameters": parameters},
        }
        for name, (kind, parameters) in NINE.items()
    ]
    path = folder / "nine.yaml"
    path.write_text("\n---\n".join(map(json.dumps, documents)), encoding="utf-8")
    return path


def _bench(files: list[Path], count: int, *more: str) -> tuple[str, ...]:
    given = [f"--filename={path}" for path in (*files, POD)]
    return (str(GATOR), "bench", "--engine=rego", f"--iterations={count}", *given, *more)


def _violations(files: list[Path]) -> int:
    done = subprocess.run(_bench(files, 1, "--warmup=0", "--output=json"), capture_output=True, text=True, check=True)
    (run,) = json.loads(done.stdout)
    return int(run["violationCount"])


def to_kyverno_policies(checkout: Path, rounds: int) -> Iterator[Figure]:
    """The processor time of a review by kyverno/policies' ValidatingPolicies, to one by pss/restricted, in Kyverno's handlers."""
    theirs = [
        document
        for path in sorted(checkout.glob("pod-security-vpol/*/*/*.yaml"))
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
        if document and document.get("kind") == "ValidatingPolicy"
    ]
    program = program_of_text("policy restricted extends pss/restricted {}\n")
    ours = resources(packaged(target_named("kyverno-cel"), program, DEFAULTS))
    pod = yaml.safe_load(POD.read_text(encoding="utf-8"))
    pod["metadata"]["namespace"] = "default"
    with Process("kyverno-review") as our_process, Process("kyverno-review") as their_process:
        our_process.ask({"op": "load", "documents": ours})
        their_process.ask({"op": "load", "documents": theirs})
        ratios = [_seconds(their_process, pod) / _seconds(our_process, pod) for _ in range(rounds)]
    what = f"a review by kyverno/policies' {len(theirs)} ValidatingPolicies, to one by kyverno-cel of pss/restricted"
    yield Figure(what, statistics.median(ratios), 0.5, "3", at_least=True)


def _seconds(process: Process, pod: Json) -> float:
    before = process.seconds
    process.results({"op": "review", "pods": [pod] * REVIEWS})
    return process.seconds - before
