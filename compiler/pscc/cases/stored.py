"""Turns a drawn pod into one that the API server would store: with its defaults, and without what it drops or refuses.

Source: Kubernetes ``pkg/apis/core/v1/defaults.go``, the ``omitempty`` fields of ``k8s.io/api/core/v1/types.go`` and
``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

from collections.abc import Sequence

from pscc.cases.fragments import APP_ARMOR
from pscc.pod.fields import CONTAINER_LISTS, element
from pscc.pod.kinds import Boolean, Enumeration, Integer, Kind, Object, Text
from pscc.pod.normalising import api_defaults, as_list
from pscc.pod.schema import OPAQUE, POD

Json = dict[str, object]
_KEPT = frozenset(("host",))
"""Fields that stay although they are empty: engines judge files, too, where an empty host is a boundary."""


def stored(pod: Json) -> Json:
    """A copy of ``pod`` as the API server would store it: with its defaults, and without what it drops or refuses.

    These faults are corrected:

    - volumes and mounts that are given twice, and mounts of volumes that the pod does not have
    - host ports that are taken twice, or that differ from the container's port in the host's network
    - profiles without a type or a path, and words that a field does not know
    - ``allowPrivilegeEscalation: false`` on a privileged container
    """
    spec = _object(api_defaults(pod).get("spec"))
    spec["volumes"] = _once(as_list(spec.get("volumes")), "name")
    volumes = {_object(volume).get("name") for volume in as_list(spec["volumes"])}
    ports: set[object] = set()
    for kind in CONTAINER_LISTS:
        if kind in spec:
            spec[kind] = [_container(_object(c), kind, volumes, ports, spec) for c in as_list(spec[kind])]
    if isinstance(spec.get("securityContext"), dict):
        spec["securityContext"] = _profiles(_object(spec["securityContext"]))
    spec.setdefault("serviceAccountName", "default")
    return _object(_serialised({**_annotated(pod, spec), "spec": spec}, POD))


def _annotated(pod: Json, spec: Json) -> Json:
    """``pod`` without AppArmor annotations of containers that are not there."""
    metadata = _object(pod.get("metadata"))
    names = {_object(c).get("name") for kind in CONTAINER_LISTS for c in as_list(spec.get(kind))}
    annotations = _object(metadata.get("annotations"))
    kept = {k: v for k, v in annotations.items() if not k.startswith(APP_ARMOR) or k.removeprefix(APP_ARMOR) in names}
    without = {k: v for k, v in metadata.items() if k != "annotations"}
    return {**pod, "metadata": {**without, "annotations": kept} if kept else without}


def _profiles(context: Json) -> Json:
    """``context`` with profiles that have a type, and a path only where the type is ``Localhost``."""
    mended = {**context}
    for field in ("seccompProfile", "appArmorProfile"):
        profile = _object(mended.pop(field, None))
        match profile.get("type"):
            case "Localhost" if profile.get("localhostProfile"):
                mended[field] = profile
            case "RuntimeDefault" | "Unconfined" as kind:
                mended[field] = {"type": kind}
    return mended


def _container(container: Json, kind: str, volumes: set[object], taken: set[object], spec: Json) -> Json:
    mended = {**container}
    if "volumeMounts" in mended:
        mounts = [m for m in as_list(mended["volumeMounts"]) if _object(m).get("name") in volumes]
        mended["volumeMounts"] = _once(mounts, "mountPath")
    if kind == "ephemeralContainers":
        mended.pop("ports", None)
    if "ports" in mended:
        ports = [_port(_object(p), spec) for p in as_list(mended["ports"])]
        if kind == "containers":
            ports = [p for p in ports if (p.get("hostPort") or 0) not in taken]
            taken |= {p["hostPort"] for p in ports if p.get("hostPort")}
        mended["ports"] = _once(ports, "hostPort")
    if "securityContext" not in mended:
        return mended
    context = _profiles(_object(mended["securityContext"]))
    added = as_list(_object(context.get("capabilities")).get("add"))
    if context.get("allowPrivilegeEscalation") is False and (
        context.get("privileged") is True or "SYS_ADMIN" in added or "CAP_SYS_ADMIN" in added
    ):
        del context["allowPrivilegeEscalation"]
    return {**mended, "securityContext": context}


def _port(port: Json, spec: Json) -> Json:
    return (
        {**port, "containerPort": port["hostPort"]}
        if spec.get("hostNetwork") is True and port.get("hostPort")
        else port
    )


def _once(items: Sequence[object], key: str) -> list[object]:
    seen: set[object] = set()
    kept: list[object] = []
    for item in items:
        value = _object(item).get(key)
        if value in seen and value not in (None, 0):
            continue
        seen.add(value)
        kept.append(item)
    return kept


def _serialised(value: object, kind: Kind) -> object:
    """``value`` without nulls, empty lists, zero values of ``omitempty`` fields, and words that an enumeration lacks."""
    match value:
        case dict():
            kinds = {field.name: field.kind for field in kind.fields} if isinstance(kind, Object) else {}
            kept: Json = {}
            for name, inner in value.items():
                below = kinds.get(str(name), OPAQUE)
                item = _serialised(inner, below)
                if inner is not None and item != [] and (name in _KEPT or not _left_out(item, below)):
                    kept[str(name)] = item
            return kept
        case list():
            return [_serialised(item, element(kind)) for item in value if item is not None]
        case _:
            return value


def _left_out(value: object, kind: Kind) -> bool:
    match kind:
        case Enumeration(values=values) if value not in values and value != "":
            return True
        case Boolean(plain=True) | Integer(plain=True) | Enumeration(plain=True) | Text(plain=True):
            return value in (False, 0, "")
        case _:
            return False


def _object(value: object) -> Json:
    return dict(value) if isinstance(value, dict) else {}
