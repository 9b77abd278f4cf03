"""Pods that several tests ask about, and what makes others of them."""

from __future__ import annotations

import json
from typing import Any

from pscc.cases.suite import cases_for
from pscc.ir import Policy
from support.targets import Json, whole


def bare(pod: Any) -> Json:
    """``pod`` without anything that a default could set, as its author would send it."""
    copy: Json = json.loads(json.dumps(whole(pod)))
    copy["spec"].pop("securityContext", None)
    copy["spec"].pop("runtimeClassName", None)
    for kind in ("containers", "initContainers"):
        for container in copy["spec"].get(kind, []):
            container.pop("securityContext", None)
    return copy


def pruned(value: Any) -> Any:
    """``value`` without empty objects and lists, which no API server tells from fields that are not set."""
    match value:
        case dict():
            below = {key: pruned(inner) for key, inner in value.items()}
            return {key: inner for key, inner in below.items() if inner not in ({}, [], None)}
        case list():
            return [pruned(inner) for inner in value]
        case _:
            return value


def awkward() -> list[Json]:
    """Pods in which the pod's value and its containers' differ, and lists hold some of what a default adds."""
    contexts: list[Json] = [
        {},
        {"readOnlyRootFilesystem": False, "allowPrivilegeEscalation": True, "runAsNonRoot": False},
        {"runAsUser": 0, "runAsGroup": 0},
        {"capabilities": {"drop": ["NET_RAW"], "add": ["SYS_TIME"]}},
        {"capabilities": {"drop": ["CHOWN", "NET_ADMIN", "SYS_ADMIN", "NET_RAW"]}},
        {"capabilities": {"drop": ["ALL"], "add": ["NET_ADMIN"]}},
        {"seccompProfile": {"type": "Unconfined"}, "appArmorProfile": {"type": "Unconfined"}},
    ]
    on_pod: list[Json] = [
        {},
        {"runAsNonRoot": True},
        {"runAsUser": 0, "runAsGroup": 0, "fsGroup": 0},
        {"seLinuxOptions": {"user": "u"}, "supplementalGroups": [7], "seccompProfile": {"type": "RuntimeDefault"}},
        {"appArmorProfile": {"type": "Unconfined"}, "runAsNonRoot": False},
    ]
    annotation = {"container.apparmor.security.beta.kubernetes.io/c1": "unconfined"}
    pods: list[Json] = []
    for number, context in enumerate(on_pod):
        containers = [{"name": f"c{n}", "image": "app:1", "securityContext": c} for n, c in enumerate(contexts)]
        bare_one = {"name": "bare", "image": "app:1"}
        spec: Json = {"containers": [*containers, bare_one]}
        if number % 2:
            spec["initContainers"] = [{**c, "name": f"init-{c['name']}"} for c in reversed([*containers, bare_one])]
        if context:
            spec["securityContext"] = context
        if number == 2:
            spec["runtimeClassName"] = "gvisor"
        metadata: Json = {"name": f"awkward-{number}", "namespace": "default"}
        if number in (0, 3):
            metadata["annotations"] = annotation
        pods.append({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    return pods


def as_created(policy: Policy) -> list[Json]:
    """Awkward pods, and those of the suite of ``policy``, whole and `bare`, each with a name of its own."""
    pods = awkward()
    for case in cases_for(policy):
        for number, pod in enumerate((whole(case.pod), bare(case.pod))):
            copy: Json = json.loads(json.dumps(pod))
            copy["spec"].pop("ephemeralContainers", None)
            copy["metadata"]["name"] = f"{case.name}-{number}"
            pods.append(copy)
    return pods


def large_pod() -> Json:
    """50 containers with 20 ports and mounts each, and 50 volumes."""
    containers: list[Json] = [
        {
            "name": f"container-{n}",
            "image": "app:1",
            "ports": [{"containerPort": 1000 + port, "hostPort": 8000 + port} for port in range(20)],
            "volumeMounts": [{"name": f"volume-{m}", "mountPath": f"/mnt/{m}", "readOnly": True} for m in range(20)],
        }
        for n in range(50)
    ]
    volumes = [{"name": f"volume-{n}", "hostPath": {"path": f"/var/log/{n}"}} for n in range(50)]
    return whole({"metadata": {"name": "large"}, "spec": {"containers": containers, "volumes": volumes}})
