"""Reads manifests, and turns them into pods as a webhook gets them: out of their workloads, with the API's defaults.

A policy judges the pod that the API server and ServiceAccount admission have changed, so a manifest is changed in the same
way before it is judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pscc.base.frozen import frozen
from pscc.base.source import SourceFile, Span
from pscc.diagnostics import Diagnostic, Report
from pscc.diagnostics.spelling import did_you_mean, respelled
from pscc.pod.fields import element
from pscc.pod.kinds import Kind, Object
from pscc.pod.schema import SPEC

if TYPE_CHECKING:
    from pscc.psp.yaml_tree import Node

Json = dict[str, object]

TEMPLATES = {
    "Pod": (),
    "PodTemplate": ("template",),
    "Deployment": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
"""The path to the pod template in a workload, by kind."""
MIRROR_ANNOTATION = "kubernetes.io/config.mirror"
"""Marks the API server's copy of a static pod. Source: ``k8s.io/api/core/v1/annotation_key_constants.go``."""
TOKEN_VOLUME = "kube-api-access-pscc"
TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"


@frozen
class Manifest:
    """A pod or a workload: its kind and name, and its pod as the file has it (not normalised)."""

    kind: str
    namespace: str
    name: str
    pod: Json
    span: Span


def read_manifests(source: SourceFile, report: Report) -> tuple[Manifest, ...]:
    """The pods and workloads in ``source`` (YAML or JSON, several documents, lists), in order; no other kinds.

    Field names that a pod does not have are warned about (``POD001``). Raises `SourceError` where it is not YAML.
    """
    from pscc.psp.yaml_tree import load_documents

    return tuple(m for document in load_documents(source) for m in _manifests(document, report))


def _manifests(node: Node, report: Report) -> Iterator[Manifest]:
    if node.kind != "map":
        return
    kind = _text(node.get("kind"))
    items = node.get("items")
    if kind.endswith("List") and items is not None:
        for item in items.items:
            yield from _manifests(item, report)
        return
    if kind not in TEMPLATES:
        return
    template: Node | None = node
    for field in TEMPLATES[kind]:
        template = template.get(field) if template is not None and template.kind == "map" else None
    if template is None or template.kind != "map":
        report.add(Diagnostic("POD002", f"this {kind} has no pod template", node.span, severity="warning"))
        return
    spec = template.get("spec")
    if spec is None or spec.kind != "map":
        report.add(Diagnostic("POD002", f"this {kind} has no pod spec", template.span, severity="warning"))
        return
    _warn_unknown(spec, SPEC, "a pod's spec", report)
    meta = node.get("metadata")
    name, namespace = (_text(meta.get(f)) if meta and meta.kind == "map" else "" for f in ("name", "namespace"))
    written = _object(template.to_json())
    labels = {k: v for k, v in _object(written.get("metadata")).items() if k in ("labels", "annotations")}
    if kind == "Pod":
        metadata = _object(written.get("metadata"))
    else:
        metadata = {"name": name, **({"namespace": namespace} if namespace else {}), **labels}
    pod: Json = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": _object(written.get("spec"))}
    yield Manifest(kind, namespace, name, pod, node.span)


def _text(node: Node | None) -> str:
    return "" if node is None or node.kind in ("map", "list") else str(node.value)


def _warn_unknown(node: Node, kind: Kind, where: str, report: Report) -> None:
    expected = element(kind)
    if not isinstance(expected, Object):
        return
    if node.kind == "list":
        for item in node.items:
            _warn_unknown(item, expected, where, report)
    for entry in node.entries:
        field = expected.field(entry.key)
        if field is not None:
            _warn_unknown(entry.node, field.kind, entry.key, report)
        else:
            names = [field.name for field in expected.fields]
            suggestion = did_you_mean(entry.key, names)
            report.add(
                Diagnostic(
                    "POD001",
                    f"`{entry.key}` is not a field of {where}: the API server ignores it",
                    entry.key_span,
                    severity="warning",
                    help=f"did you mean `{suggestion}`?" if suggestion else "",
                    fixes=respelled(entry.key_span, entry.key, suggestion, names),
                )
            )


# --- what happens to a pod before a policy sees it ------------------------------


def normalise(pod: Mapping[str, object]) -> Json:
    """``pod`` as an admission webhook sees it, in what policies look at; nothing of the argument is changed.

    A static pod's mirror gets no service account. Sources: `api_defaults`, and
    ``plugin/pkg/admission/serviceaccount/admission.go`` of Kubernetes 1.24.
    """
    defaulted = api_defaults(pod)
    if MIRROR_ANNOTATION in _object(_object(defaulted.get("metadata")).get("annotations")):
        return defaulted
    return {**defaulted, "spec": _with_service_account(_object(defaulted.get("spec")))}


def api_defaults(pod: Mapping[str, object]) -> Json:
    """``pod`` without nulls and with the defaults that the API server sets; nothing of the argument is changed.

    Source: Kubernetes 1.24 ``pkg/apis/core/v1/defaults.go``.
    """
    clean = _object(without_nulls(dict(pod)))
    spec = _object(clean.get("spec"))
    if isinstance(spec.get("volumes"), list):
        spec["volumes"] = [_volume(v) for v in _list(spec["volumes"])]
    if spec.get("hostNetwork") is True:
        for kind in ("initContainers", "containers"):
            if kind in spec:
                spec[kind] = [_with_host_ports(c) for c in _list(spec[kind])]
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
    projected = _object(volume.get("projected"))
    if isinstance(projected.get("sources"), list):
        sources = [_with_downward(s, "downwardAPI") for s in _list(projected["sources"])]
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
    volumes = _list(spec.get("volumes"))
    names = [v["name"] for v in volumes if isinstance(v, dict) and isinstance(v.get("name"), str)]
    existing = next((name for name in names if name.startswith("kube-api-access-")), "")
    mount = {"name": existing or TOKEN_VOLUME, "readOnly": True, "mountPath": TOKEN_PATH}
    mounted = False
    for kind in ("initContainers", "containers"):
        if isinstance(spec.get(kind), list):
            before = _list(spec[kind])
            spec[kind] = [_with_mount(c, mount) for c in before]
            mounted |= spec[kind] != before
    if mounted and not existing:
        spec["volumes"] = [*volumes, {"name": TOKEN_VOLUME, "projected": _token_sources()}]
    return spec


def _with_mount(container: object, mount: Json) -> object:
    if not isinstance(container, dict):
        return container
    mounts = _list(container.get("volumeMounts"))
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


def _object(value: object) -> Json:
    return {str(k): v for k, v in value.items()} if isinstance(value, Mapping) else {}


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def without_nulls(value: object) -> object:
    """``value`` without the fields that are null, and without nulls in lists; nothing of the argument is changed."""
    match value:
        case dict():
            return {k: without_nulls(v) for k, v in value.items() if v is not None}
        case list():
            return [without_nulls(v) for v in value if v is not None]
        case _:
            return value
