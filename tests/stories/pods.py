"""The people, pods and workloads of the stories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from support.api_server import Json


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who makes a request."""

    name: str
    groups: tuple[str, ...] = ()


ALICE = User("alice", ("devs",))
CONTROLLER = User("system:serviceaccount:kube-system:replicaset-controller")
NODE = User("system:node:n1", ("system:nodes",))
MIRROR = "kubernetes.io/config.mirror"
"""The annotation of the pod that a kubelet makes for a static pod."""
PRIVILEGED = {"securityContext": {"privileged": True}}


def plain(name: str, namespace: str, container: Json | None = None, **spec: Any) -> Json:
    """A pod of one container, to which fields of the container and of the pod are added. It has no API token's volume."""
    main = {"name": "main", "image": "app:1", **(container or {})}
    metadata = {"name": name, "namespace": namespace}
    whole = {"automountServiceAccountToken": False, "containers": [main], **spec}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": whole}


def privileged(name: str, namespace: str, **spec: Any) -> Json:
    """A pod of one privileged container."""
    return plain(name, namespace, PRIVILEGED, **spec)


def mounting(name: str, namespace: str, count: int, **container: Any) -> Json:
    """A pod that mounts ``count`` empty volumes."""
    mounts = [{"name": f"v{number}", "mountPath": f"/m/{number}"} for number in range(count)]
    volumes = [{"name": f"v{number}", "emptyDir": {}} for number in range(count)]
    return plain(name, namespace, {"volumeMounts": mounts, **container}, volumes=volumes)


def probes(namespace: str) -> list[Json]:
    """Pods by which a test finds out whether a policy is in force: each differs in what policies of the stories refuse."""
    hosts = ({field: True} for field in ("hostPID", "hostIPC", "hostNetwork"))
    return [
        plain("probe", namespace),
        privileged("probe", namespace),
        *(plain("probe", namespace, **host) for host in hosts),
    ]


def image(name: str) -> Callable[[Json], None]:
    """An edit: another image for the first container."""

    def edit(pod: Json) -> None:
        pod["spec"]["containers"][0]["image"] = name

    return edit


def label(pod: Json) -> None:
    """An edit: another label."""
    pod["metadata"].setdefault("labels", {})["team"] = "a"
