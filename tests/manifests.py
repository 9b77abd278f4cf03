"""Pods and workloads as files have them: of what the API server drops, or fills in, some is null and some is left out."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from conformance.jsonl import Json


@dataclass(frozen=True, slots=True)
class Shape:
    """An object: its ``optional`` fields, which may be null, the objects ``below`` some, and what it has to have.

    With ``many`` it is the element of a list.
    """

    optional: tuple[str, ...]
    below: Mapping[str, Shape] = field(default_factory=dict)
    required: Mapping[str, object] = field(default_factory=dict)
    many: bool = False


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_PROFILE = Shape(("localhostProfile",), required={"type": "RuntimeDefault"})
_SHARED = {
    "appArmorProfile": _PROFILE,
    "seLinuxOptions": Shape(_words("user role type level")),
    "seccompProfile": _PROFILE,
    "windowsOptions": Shape(_words("hostProcess runAsUserName")),
}
_CONTEXT = Shape(
    _words(
        "allowPrivilegeEscalation appArmorProfile capabilities privileged procMount readOnlyRootFilesystem runAsGroup "
        "runAsNonRoot runAsUser seLinuxOptions seccompProfile windowsOptions"
    ),
    {**_SHARED, "capabilities": Shape(_words("add drop"))},
)
_POD_CONTEXT = Shape(
    _words(
        "appArmorProfile fsGroup runAsGroup runAsNonRoot runAsUser seLinuxOptions seccompProfile supplementalGroups "
        "sysctls windowsOptions"
    ),
    _SHARED,
)
_HANDLER = Shape(
    _words("exec httpGet tcpSocket"),
    {
        "httpGet": Shape(_words("host httpHeaders path"), required={"port": 80}),
        "tcpSocket": Shape(("host",), required={"port": 80}),
    },
)
_CONTAINER = Shape(
    _words("env lifecycle livenessProbe ports readinessProbe resources securityContext startupProbe volumeMounts"),
    {
        "lifecycle": Shape(_words("postStart preStop"), {"postStart": _HANDLER, "preStop": _HANDLER}),
        "livenessProbe": _HANDLER,
        "ports": Shape(_words("hostIP hostPort name protocol"), required={"containerPort": 80}, many=True),
        "readinessProbe": _HANDLER,
        "securityContext": _CONTEXT,
        "startupProbe": _HANDLER,
        "volumeMounts": Shape(
            _words("readOnly subPath"), required={"name": "hostPath", "mountPath": "/data"}, many=True
        ),
    },
    {"name": "main", "image": "app:1"},
    many=True,
)
_ITEM = Shape(
    _words("mode resourceFieldRef"),
    {"fieldRef": Shape(("apiVersion",), required={"fieldPath": "metadata.namespace"})},
    {"path": "namespace", "fieldRef": {"fieldPath": "metadata.namespace"}},
    many=True,
)
_SOURCE = Shape(
    _words("configMap downwardAPI secret serviceAccountToken"),
    {
        "configMap": Shape(_words("items optional"), required={"name": "kube-root-ca.crt"}),
        "downwardAPI": Shape(("items",), {"items": _ITEM}),
        "serviceAccountToken": Shape(_words("audience expirationSeconds"), required={"path": "token"}),
    },
    many=True,
)
_VOLUME = Shape(
    _words(
        "cephfs configMap csi downwardAPI emptyDir flexVolume hostPath image nfs persistentVolumeClaim projected secret"
    ),
    {
        "csi": Shape(_words("fsType readOnly"), required={"driver": "inline.csi.example"}),
        "downwardAPI": Shape(("items",), {"items": _ITEM}),
        "flexVolume": Shape(_words("fsType readOnly"), required={"driver": "example/lvm"}),
        "hostPath": Shape(("type",), required={"path": "/var/log"}),
        "projected": Shape(("sources",), {"sources": _SOURCE}),
    },
    {"name": "nothing"},
    many=True,
)
_SPEC = Shape(
    _words(
        "ephemeralContainers hostIPC hostNetwork hostPID hostUsers initContainers os runtimeClassName securityContext "
        "serviceAccountName volumes"
    ),
    {
        "containers": _CONTAINER,
        "ephemeralContainers": _CONTAINER,
        "initContainers": _CONTAINER,
        "securityContext": _POD_CONTEXT,
        "volumes": _VOLUME,
    },
)
_POD = Shape((), {"metadata": Shape(_words("annotations labels")), "spec": _SPEC})
"""Where a pod has fields that policies look at, and that may be null: not those that the API server requires."""


# --- drawn ----------------------------------------------------------------------


def as_written(rng: random.Random, pod: Json) -> Json:
    """``pod`` with nulls for some of what it leaves unset, and for some of what is empty, at every level."""
    written = _written(rng, pod, _POD, rng.choice((0.1, 0.4, 0.9)))
    assert isinstance(written, dict)
    return written


def _written(rng: random.Random, value: object, shape: Shape, density: float) -> object:
    if isinstance(value, list):
        return [_written(rng, one, shape, density) for one in value]
    if not isinstance(value, dict):
        return value
    written = {k: _written(rng, v, shape.below[k], density) if k in shape.below else v for k, v in value.items()}
    for name in shape.optional:
        if written.get(name) in (None, {}, []) and rng.random() < density:
            written[name] = None
    return written


# --- all of them ------------------------------------------------------------------


def sweep() -> Iterator[Json]:
    """Pods in which every optional field is null: those of the pod, then those of what is in it, and so on inwards."""
    for depth in range(1, 7):
        spec = {**_nulls(_SPEC, depth), "containers": _nulls_of_each("containers", depth)}
        # an implied host port is one that has none of its own
        spec["hostNetwork"] = True if depth % 2 else None
        yield {"apiVersion": "v1", "kind": "Pod", "metadata": {"annotations": None, "labels": None}, "spec": spec}


def _nulls(shape: Shape, depth: int) -> Json:
    """An object whose fields are null ``depth`` levels down."""
    found: Json = {**shape.required, **dict.fromkeys(shape.optional)}
    for name, below in shape.below.items() if depth > 1 else ():
        if name == "volumes":
            found[name] = list(_volumes(depth - 1))
        elif below is _CONTAINER:
            found[name] = _nulls_of_each(name, depth - 1)
        else:
            found[name] = [_nulls(below, depth - 1)] if below.many else _nulls(below, depth - 1)
    return found


def _nulls_of_each(kind: str, depth: int) -> list[Json]:
    names = {"containers": "main", "initContainers": "init", "ephemeralContainers": "debug"}
    return [{**_nulls(_CONTAINER, depth), "name": names[kind]}]


def _volumes(depth: int) -> Iterator[Json]:
    """A volume with nothing behind it, and one of each type."""
    plain = {**dict.fromkeys(_VOLUME.optional), "name": "nothing"}
    yield plain
    for name, below in _VOLUME.below.items() if depth > 1 else ():
        yield {**plain, "name": name, name: _nulls(below, depth - 1)}


# --- workloads --------------------------------------------------------------------


def workload(number: int, pod: Json) -> Json:
    """A workload of ``pod``, whose template has no metadata, or null ones; the kinds in turn."""
    template: Json = {"spec": pod["spec"], **({"metadata": None} if number % 2 else {})}
    metadata = {"name": pod["metadata"]["name"], "namespace": "default"}
    match number // 2 % 3:
        case 0:
            head, spec = {"apiVersion": "batch/v1", "kind": "Job"}, {"template": template}
        case 1:
            inner = {"jobTemplate": {"spec": {"template": template}}}
            head, spec = {"apiVersion": "batch/v1", "kind": "CronJob"}, {"schedule": "* * * * *", **inner}
        case _:
            head, spec = {"apiVersion": "apps/v1", "kind": "Deployment"}, {"template": template}
    return {**head, "metadata": metadata, "spec": spec}


def named(pods: list[Json]) -> list[Json]:
    """``pods`` with names of their own, in the namespace ``default``."""
    return [
        {**pod, "metadata": {**pod["metadata"], "name": f"pod-{number}", "namespace": "default"}}
        for number, pod in enumerate(pods)
    ]
