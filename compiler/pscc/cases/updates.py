"""Pods before an update that the API server takes."""

from __future__ import annotations

from copy import deepcopy

Json = dict[str, object]


def of_image(pod: Json) -> Json:
    """``pod`` before an update that changed the image of its first container."""
    before = deepcopy(pod)
    spec = before.get("spec")
    containers = spec.get("containers") if isinstance(spec, dict) else None
    if isinstance(containers, list) and containers and isinstance(containers[0], dict):
        containers[0]["image"] = f"{containers[0].get('image', 'app')}-before"
    return before


def of_debugging(pod: Json) -> Json | None:
    """``pod`` before an update that added its ephemeral containers; None where it has none."""
    spec = pod.get("spec")
    if not isinstance(spec, dict) or not spec.get("ephemeralContainers"):
        return None
    return {**pod, "spec": {field: value for field, value in spec.items() if field != "ephemeralContainers"}}
