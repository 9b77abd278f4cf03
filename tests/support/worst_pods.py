"""Pods that have a thousand of what checks walk over, each small enough for the API server to take it."""

from __future__ import annotations

from conformance.jsonl import Json
from support.pods import whole

COUNT = 1_000


def worst_pods() -> dict[str, Json]:
    """A pod for each list that a check may walk over, by the field that has a thousand."""
    numbers = range(COUNT)
    annotations = {f"container.apparmor.security.beta.kubernetes.io/c{n}": "runtime/default" for n in numbers}
    containers = [
        {"name": f"c{n}", "image": "i", "securityContext": {"runAsUser": n, "capabilities": {"add": ["KILL"]}}}
        for n in numbers
    ]
    names = [f"CAP_{n}" for n in numbers]
    sysctls = [{"name": f"net.a{n}", "value": "1"} for n in numbers]
    mounts = [{"name": f"v{n}", "mountPath": f"/m/{n}", "readOnly": n % 2 == 0} for n in numbers]
    volumes = [{"name": f"v{n}", "hostPath": {"path": f"/var/log/{n}"}} for n in numbers]
    return {
        "containers": _pod({"containers": containers}, annotations),
        "ports": _pod_of_one({"ports": [{"containerPort": n + 1, "hostPort": n + 1} for n in numbers]}),
        "capabilities": _pod_of_one({"securityContext": {"capabilities": {"add": names, "drop": names}}}),
        "volumes": _pod_of_one({"volumeMounts": mounts}, volumes=volumes),
        "sysctls": _pod_of_one({}, securityContext={"sysctls": sysctls}),
        "supplementalGroups": _pod_of_one({}, securityContext={"supplementalGroups": list(range(1, COUNT))}),
    }


def _pod_of_one(container: Json, **spec: object) -> Json:
    return _pod({"containers": [{"name": "c", "image": "i", **container}], **spec}, {})


def _pod(spec: Json, annotations: dict[str, str]) -> Json:
    return whole({"metadata": {"name": "worst", "namespace": "default", "annotations": annotations}, "spec": spec})
