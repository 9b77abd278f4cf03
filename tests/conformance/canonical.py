"""When two changed pods are the same, and a pod as Kubernetes 1.24 knows it.

Source: "When are two changed pods the same?" of the semantics page: effective values pushed down to every container,
capabilities as sets, empty objects and PSP's own annotations left out.
"""

from __future__ import annotations

import json

from conformance.jsonl import Json
from pscc.pod import fields

APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"
INHERITED = tuple(field for field in fields.INHERITED if field != "appArmorProfile")
"""What 1.24's containers inherit from the pod by fields: AppArmor has annotations there."""
PSP_ANNOTATIONS = ("kubernetes.io/psp", "seccomp.security.alpha.kubernetes.io/", "container.seccomp.security.alpha.")


def containers_of(pod: Json, kinds: tuple[str, ...] = ("initContainers", "containers")) -> list[Json]:
    """The containers of these kinds, in order."""
    return [c for kind in kinds for c in pod["spec"].get(kind) or []]


def name_of(profile: Json) -> str:
    """A profile's name, as annotations spell it."""
    named = {"RuntimeDefault": "runtime/default", "Unconfined": "unconfined"}
    return named.get(str(profile.get("type"))) or f"localhost/{profile.get('localhostProfile', '')}"


def for_124(pod: Json) -> Json:
    """The pod as 1.24 knows it: AppArmor by annotation, the pod's own profile pushed down to its containers."""
    old: Json = json.loads(json.dumps(pod))
    inherited = (old["spec"].get("securityContext") or {}).pop("appArmorProfile", None)
    for container in containers_of(old):
        own = (container.get("securityContext") or {}).pop("appArmorProfile", None)
        annotations = old["metadata"].get("annotations") or {}
        key = APP_ARMOR + container["name"]
        profile = name_of(own) if own else annotations.get(key) or (inherited and name_of(inherited))
        if profile:
            old["metadata"]["annotations"] = {**annotations, key: profile}
    return old


def canonical(pod: Json) -> Json:
    """``pod`` so that two are equal where they are the same: everything of it, not only what a policy may change."""
    old = for_124(pod)
    spec = old["spec"]
    context = spec.get("securityContext") or {}
    for container in containers_of(old, ("initContainers", "containers", "ephemeralContainers")):
        own = container.get("securityContext") or {}
        effective = {field: own.get(field, context.get(field)) for field in INHERITED}
        capabilities = {k: sorted(set(v)) for k, v in (own.get("capabilities") or {}).items() if v}
        container["securityContext"] = {**own, **effective, "capabilities": capabilities}
    # what containers inherit is said by them now; what of it PSP looks at on the pod itself stays
    spec["securityContext"] = {k: v for k, v in context.items() if k not in ("runAsUser", "runAsGroup", "runAsNonRoot")}
    annotations = old["metadata"].get("annotations") or {}
    kept = {k: v for k, v in annotations.items() if not k.startswith(PSP_ANNOTATIONS)}
    old["metadata"] = {**old["metadata"], "annotations": kept}
    pod_: Json = _without_empties(old)
    return pod_


def _without_empties(value: object, key: str = "") -> Json:
    """``value`` without nulls, empty objects and lists, and the zero values that Kubernetes' types leave out."""
    kept: object = value
    if isinstance(value, dict):
        inner = {k: _without_empties(v, k) for k, v in value.items()}
        kept = {k: v for k, v in inner.items() if not _empty(k, v)}
    elif isinstance(value, list):
        kept = [_without_empties(v) for v in value]
    return kept  # type: ignore[return-value]


def _empty(key: str, value: object) -> bool:
    if key == "emptyDir":
        return value is None
    return value is None or value == {} or value == [] or value == "" or (key == "hostPort" and value == 0)
