"""A pod as a webhook gets it: with the defaults of the API server, and what ServiceAccount admission adds.

A policy judges the pod that these have changed, so a manifest is changed in the same way before it is judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from pscc.pod.kinds import Kind, ListOf, Object, Opaque
from pscc.pod.schema import POD

Json = dict[str, object]

MIRROR_ANNOTATION = "kubernetes.io/config.mirror"
"""Marks the API server's copy of a static pod. Source: ``k8s.io/api/core/v1/annotation_key_constants.go``."""
TOKEN_VOLUME = "kube-api-access-pscc"
TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"


def normalise(pod: Mapping[str, object]) -> Json:
    """``pod`` as an admission webhook sees it, in what policies look at; nothing of the argument is changed.

    A static pod's mirror gets no service account. Sources: `api_defaults`, and
    ``plugin/pkg/admission/serviceaccount/admission.go`` of Kubernetes 1.24.
    """
    defaulted = api_defaults(pod)
    if MIRROR_ANNOTATION in as_object(as_object(defaulted.get("metadata")).get("annotations")):
        return defaulted
    return {**defaulted, "spec": _with_service_account(as_object(defaulted.get("spec")))}


def api_defaults(pod: Mapping[str, object]) -> Json:
    """``pod`` as the API server decodes it, and with the defaults that it sets; nothing of the argument is changed.

    Sources: Kubernetes 1.24 ``pkg/apis/core/v1/defaults.go``, and the ``omitempty`` fields of ``k8s.io/api/core/v1/types.go``.
    """
    clean = as_object(_clean(dict(pod), _rule_of_pods()))
    spec = as_object(clean.get("spec"))
    if isinstance(spec.get("volumes"), list):
        spec["volumes"] = [_volume(v) for v in as_list(spec["volumes"])]
    if spec.get("hostNetwork") is True:
        for kind in ("initContainers", "containers"):
            if kind in spec:
                spec[kind] = [_with_host_ports(c) for c in as_list(spec[kind])]
    spec.setdefault("securityContext", {})
    return {"apiVersion": "v1", "kind": "Pod", **clean, "spec": spec}


def _with_host_ports(container: object) -> object:
    if not isinstance(container, dict) or not isinstance(container.get("ports"), list):
        return container
    ports = [
        {**port, "hostPort": port["containerPort"]}
        if isinstance(port, dict) and not port.get("hostPort") and "containerPort" in port
        else port
        for port in container["ports"]
    ]
    return {**container, "ports": ports}


def _volume(volume: object) -> object:
    if not isinstance(volume, dict):
        return volume
    if not set(volume) - {"name"}:
        return {**volume, "emptyDir": {}}
    projected = as_object(volume.get("projected"))
    if isinstance(projected.get("sources"), list):
        sources = [_with_downward(s, "downwardAPI") for s in as_list(projected["sources"])]
        return {**volume, "projected": {**projected, "sources": sources}}
    return _with_downward(volume, "downwardAPI")


def _with_downward(holder: object, key: str) -> object:
    if not isinstance(holder, dict) or not isinstance(holder.get(key), dict):
        return holder
    items = holder[key].get("items")
    if not isinstance(items, list):
        return holder
    return {**holder, key: {**holder[key], "items": [_with_version(i) for i in items]}}


def _with_version(item: object) -> object:
    if not isinstance(item, dict) or not isinstance(item.get("fieldRef"), dict):
        return item
    return {**item, "fieldRef": {"apiVersion": "v1", **item["fieldRef"]}}


def _with_service_account(spec: Json) -> Json:
    spec = {**spec, "serviceAccountName": spec.get("serviceAccountName") or spec.get("serviceAccount") or "default"}
    if spec.get("automountServiceAccountToken") is False:
        return spec
    volumes = as_list(spec.get("volumes"))
    names = [v["name"] for v in volumes if isinstance(v, dict) and isinstance(v.get("name"), str)]
    existing = next((name for name in names if name.startswith("kube-api-access-")), "")
    mount = {"name": existing or TOKEN_VOLUME, "readOnly": True, "mountPath": TOKEN_PATH}
    mounted = False
    for kind in ("initContainers", "containers"):
        if isinstance(spec.get(kind), list):
            before = as_list(spec[kind])
            spec[kind] = [_with_mount(c, mount) for c in before]
            mounted |= spec[kind] != before
    if mounted and not existing:
        spec["volumes"] = [*volumes, {"name": TOKEN_VOLUME, "projected": _token_sources()}]
    return spec


def _with_mount(container: object, mount: Json) -> object:
    if not isinstance(container, dict):
        return container
    mounts = as_list(container.get("volumeMounts"))
    if any(isinstance(m, dict) and m.get("mountPath") == TOKEN_PATH for m in mounts):
        return container
    return {**container, "volumeMounts": [*mounts, mount]}


def _token_sources() -> Json:
    field = {"apiVersion": "v1", "fieldPath": "metadata.namespace"}
    return {
        "defaultMode": 420,
        "sources": [
            {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
            {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
            {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": field}]}},
        ],
    }


def as_object(value: object) -> Json:
    """``value`` as an object; an empty one where it is none."""
    return {str(k): v for k, v in value.items()} if isinstance(value, Mapping) else {}


def as_list(value: object) -> list[object]:
    """``value`` as a list; an empty one where it is none."""
    return list(value) if isinstance(value, list) else []


class _Rule(NamedTuple):
    """What `_clean` does with a value of one kind, looked up once for the millions of fields of a cluster's pods.

    ``fields`` are those of an object, ``of`` is the rule for the elements of a list. ``no_list`` and ``no_map``: an empty one
    is the same as unset.
    """

    fields: Mapping[str, _Rule] = MappingProxyType({})
    of: _Rule | None = None
    no_list: bool = False
    no_map: bool = False


_ANYTHING = _Rule()


@cache
def _rule_of_pods() -> _Rule:
    return _rule(POD)


def _rule(kind: Kind) -> _Rule:
    match kind:
        case Object(fields=fields):
            return _Rule({field.name: _rule(field.kind) for field in fields})
        case ListOf(of=of, plain=plain):
            return _Rule(of=_rule(of), no_list=plain)
        case Opaque(plain=plain):
            return _Rule(no_list=True, no_map=plain)
        case _:
            return _ANYTHING


def _clean(value: object, rule: _Rule) -> object:
    """``value`` without nulls, and without the lists and maps that the API server leaves out where they are empty."""
    if isinstance(value, dict):
        result: Json = {}
        fields = rule.fields
        for name, inner in value.items():
            if isinstance(inner, (dict, list)):
                below = fields.get(name, _ANYTHING)
                inner = _clean(inner, below)
                if not inner and (below.no_list if isinstance(inner, list) else below.no_map):
                    continue
            if inner is not None:
                result[name] = inner
        return result
    if isinstance(value, list):
        of = rule.of or _ANYTHING
        return [_clean(item, of) if isinstance(item, (dict, list)) else item for item in value if item is not None]
    return value


def without_nulls(value: object) -> object:
    """``value`` without the fields that are null, and without nulls in lists; nothing of the argument is changed."""
    match value:
        case dict():
            return {k: without_nulls(v) for k, v in value.items() if v is not None}
        case list():
            return [without_nulls(v) for v in value if v is not None]
        case _:
            return value
