"""Which updates of a pod the API server takes: no other reaches a policy."""

from __future__ import annotations

from pscc.cases.fragments import APP_ARMOR
from pscc.pod.changing import can_change
from pscc.pod.fields import CONTAINER_LISTS

Json = dict[str, object]


def takes(old: Json, new: Json) -> bool:
    """Whether the API server takes the update of the pod ``old`` to ``new``, as far as fields that cannot change go.

    Source: what the schema marks, ``ValidatePodEphemeralContainersUpdate`` and ``ValidatePodSpecificAnnotationUpdates`` in
    Kubernetes 1.37 ``pkg/apis/core/validation/validation.go``.
    """
    before, after = _containers(old, "ephemeralContainers"), _containers(new, "ephemeralContainers")
    return _fixed(old) == _fixed(new) and all(container in after for container in before)


def _fixed(pod: Json) -> object:
    kept = {field: value for field, value in _spec(pod).items() if not can_change("pod", ("spec", field))}
    containers = [_of_container(each) for kind in CONTAINER_LISTS[:2] for each in _containers(pod, kind)]
    return kept, containers, _profiles(pod)


def _profiles(pod: Json) -> Json:
    """The annotations that stand for AppArmor profiles."""
    metadata = pod.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    return {key: value for key, value in (annotations or {}).items() if key.startswith(APP_ARMOR)}


def _of_container(container: Json) -> Json:
    return {field: value for field, value in container.items() if not can_change("container", (field,))}


def _spec(pod: Json) -> Json:
    spec = pod["spec"]
    assert isinstance(spec, dict)
    return spec


def _containers(pod: Json, kind: str) -> list[Json]:
    listed = _spec(pod).get(kind) or []
    assert isinstance(listed, list)
    return listed
