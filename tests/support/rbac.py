"""PodSecurityPolicies and RBAC as a cluster dumps them."""

from __future__ import annotations

from typing import Any

import yaml

from pscc.base.source import SourceFile

RBAC = "rbac.authorization.k8s.io"
ANY = {"rule": "RunAsAny"}
Json = dict[str, Any]


def psp(name: str, **spec: object) -> Json:
    """A PodSecurityPolicy that allows any user, group and label."""
    strategies = {field: ANY for field in ("seLinux", "runAsUser", "supplementalGroups", "fsGroup")}
    metadata = {"name": name}
    return {
        "apiVersion": "policy/v1beta1",
        "kind": "PodSecurityPolicy",
        "metadata": metadata,
        "spec": strategies | spec,
    }


def role(name: str, *policies: str, **fields: object) -> Json:
    """A ClusterRole that may use ``policies``."""
    rule = {
        "apiGroups": ["policy"],
        "resources": ["podsecuritypolicies"],
        "verbs": ["use"],
        "resourceNames": [*policies],
    }
    return {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": [rule], **fields}


def binding(name: str, bound: str, *subjects: Json, namespace: str = "", kind: str = "ClusterRole") -> Json:
    """A binding of ``subjects`` to the role ``bound``; in a ``namespace``, a RoleBinding."""
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    reference = {"apiGroup": RBAC, "kind": kind, "name": bound}
    object_kind = "RoleBinding" if namespace else "ClusterRoleBinding"
    return {
        "apiVersion": f"{RBAC}/v1", "kind": object_kind, "metadata": metadata,
        "roleRef": reference, "subjects": [*subjects],
    }  # fmt: skip


def group(name: str) -> Json:
    """A group as a subject."""
    return {"kind": "Group", "apiGroup": RBAC, "name": name}


def dump(*objects: Json, name: str = "dump.yaml") -> SourceFile:
    """``objects`` as a stream of YAML."""
    return SourceFile(name, "---\n".join(yaml.safe_dump(manifest, sort_keys=False) for manifest in objects))


OPEN, CLOSED = psp("open", privileged=True), psp("tight", volumes=["secret"])
BOTH = (OPEN, CLOSED, role("r", "open", "tight"))
ALL = binding("all", "r", group("system:authenticated"))
