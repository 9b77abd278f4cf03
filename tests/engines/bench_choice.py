"""What a review of a choice costs, by the number of its policies and bindings: ``python tests/engines/bench_choice.py``.

The requester may use one policy, as in a cluster where each team has its own. Gatekeeper itself is timed, by the
processor time that it takes, so that a busy machine changes little.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from conformance.jsonl import Json, Process
from conformance.targets._base import documents
from pscc import ir
from pscc.base.source import SourceFile
from pscc.driver import analyse, packaged
from pscc.targets.registry import target_named

RBAC = "rbac.authorization.k8s.io"
SMALL, LARGE = (5, 17), (300, 1000)
"""Policies and bindings."""


def cluster(policies: int, bindings: int) -> Json:
    """A dump of that size: a policy for each team, bound in the namespaces of the team."""
    items: list[Json] = []
    for i in range(policies):
        spec: Json = {
            "hostNetwork": i % 3 == 1,
            "hostPorts": [{"min": 1000 + i, "max": 2000 + i}],
            "volumes": ["configMap", "secret", "emptyDir", "projected", "hostPath"],
            "allowedHostPaths": [{"pathPrefix": f"/data/{i}", "readOnly": True}],
            "allowPrivilegeEscalation": False,
            "runAsUser": {"rule": "MustRunAs", "ranges": [{"min": 1000 + i, "max": 5000 + i}]},
            "seLinux": {"rule": "RunAsAny"},
            "supplementalGroups": {"rule": "MayRunAs", "ranges": [{"min": 1, "max": 1000 + i}]},
            "fsGroup": {"rule": "RunAsAny"},
        }
        name = f"team-{i:03}"
        items.append(
            {"apiVersion": "policy/v1beta1", "kind": "PodSecurityPolicy", "metadata": {"name": name}, "spec": spec}
        )
        rule = {
            "apiGroups": ["policy"],
            "resources": ["podsecuritypolicies"],
            "verbs": ["use"],
            "resourceNames": [name],
        }
        items.append({"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": [rule]})
    for j in range(bindings):
        items.append({
            "apiVersion": f"{RBAC}/v1",
            "kind": "RoleBinding",
            "metadata": {"name": "psp", "namespace": f"ns-{j}"},
            "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": f"team-{j % policies:03}"},
            "subjects": [
                {"kind": "Group", "apiGroup": RBAC, "name": f"devs-{j}"},
                {"kind": "ServiceAccount", "name": "default", "namespace": f"ns-{j}"},
            ],
        })  # fmt: skip
    return {"apiVersion": "v1", "kind": "List", "items": items}


def pod(uid: int) -> Json:
    """A pod that the first team's policy admits if ``uid`` is in 1000-5000."""
    context = {"allowPrivilegeEscalation": False, "runAsUser": uid}
    containers = [{"name": name, "image": "app:1", "securityContext": context} for name in ("main", "side")]
    metadata = {"name": "pod", "namespace": "ns-0"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"serviceAccountName": "x", "containers": containers},
    }


def seconds_a_review(size: tuple[int, int], uid: int, count: int = 400) -> float:
    """Processor seconds of Gatekeeper for one review."""
    _, program, _ = analyse(SourceFile("dump.json", json.dumps(cluster(*size))))
    output = packaged(target_named("gatekeeper"), ir.Program(choices=program.choices))
    applied = documents(output)
    review: Json = {
        "op": "review",
        "user": {"name": "jane", "groups": ["devs-0", "system:authenticated"]},
        "namespace": {"name": "ns-0"},
        "pods": [pod(uid)] * count,
    }
    with Process("gatekeeper-review") as process:
        process.ask({"op": "load", "documents": applied})
        (first, *_) = process.results(review)
        assert first["allowed"] is (uid >= 1000), first
        before = process.seconds
        process.results(review)
        return (process.seconds - before) / count


def ratios() -> dict[str, float]:
    """How many times the review at `SMALL` one at `LARGE` costs, for a pod that is admitted and one that is not."""
    found = {}
    for name, uid in (("admitted", 1001), ("denied", 5)):
        small, large = seconds_a_review(SMALL, uid), seconds_a_review(LARGE, uid)
        found[name] = large / small
        print(f"{name}: {small * 1e3:.2f} ms at {SMALL[0]} policies and {SMALL[1]} bindings,", end=" ")
        print(f"{large * 1e3:.2f} ms at {LARGE[0]} and {LARGE[1]}: {found[name]:.2f} times")
    return found


if __name__ == "__main__":
    raise SystemExit(0 if all(ratio <= 2 for ratio in ratios().values()) else 1)
