"""The same pod as an author may write it: nulls, empty lists and zeros said, what the API server sets left out."""

from __future__ import annotations

import json
import random

from conformance.jsonl import Json

_LISTS = ("initContainers", "volumes")
_NULLABLE = ("securityContext", "ports", "volumeMounts", "env", "resources")


def written(rng: random.Random, pod: Json) -> Json:
    """``pod`` in another spelling, with the same meaning to the API server."""
    other: Json = json.loads(json.dumps(pod))
    spec = other["spec"]
    in_host_network = spec.get("hostNetwork") is True
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if field not in spec and rng.random() < 0.2:
            spec[field] = rng.choice((False, None))
    for field in _LISTS:
        if field not in spec and rng.random() < 0.2:
            spec[field] = rng.choice(([], None))
    if spec.get("securityContext") == {} and rng.random() < 0.5:
        spec["securityContext"] = None
    for volume in spec.get("volumes") or []:
        if volume.get("emptyDir") == {} and rng.random() < 0.5:
            volume["emptyDir"] = None
    for container in [c for kind in ("initContainers", "containers") for c in spec.get(kind) or []]:
        _spell(rng, container, in_host_network)
    return other


def _spell(rng: random.Random, container: Json, in_host_network: bool) -> None:
    for field in _NULLABLE:
        if field not in container and rng.random() < 0.1:
            container[field] = None
    for port in container.get("ports") or []:
        if in_host_network and port.get("hostPort") == port.get("containerPort") and rng.random() < 0.5:
            del port["hostPort"]
        elif not in_host_network and "hostPort" not in port and rng.random() < 0.3:
            port["hostPort"] = 0
    for mount in container.get("volumeMounts") or []:
        if "readOnly" not in mount and rng.random() < 0.5:
            mount["readOnly"] = False
    context = container.get("securityContext")
    if not context:
        return
    for field in ("privileged", "runAsUser", "seLinuxOptions", "procMount", "runAsNonRoot"):
        if field not in context and rng.random() < 0.1:
            context[field] = None
    capabilities = context.get("capabilities")
    if capabilities is not None:
        for field in ("add", "drop"):
            if field not in capabilities and rng.random() < 0.2:
                capabilities[field] = rng.choice(([], None))


def labelled(pod: Json) -> Json:
    """``pod`` with a label more: a change of nothing that a policy looks at."""
    return {**pod, "metadata": {**pod["metadata"], "labels": {"changed": "yes"}}}
