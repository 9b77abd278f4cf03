"""Variants of pods: as an API server completes them, without what defaults set, with another value of it, with nulls."""

from __future__ import annotations

import json
from collections.abc import Iterator

from conformance.jsonl import Json
from pscc import ir
from pscc.cases.suite import accepted as accepted_by
from pscc.cases.suite import merge
from pscc.ir.defaulting import json_value
from pscc.pod.normalising import api_defaults
from pscc.reference import interpreter


def whole(pod: Json, namespace: str) -> Json:
    """``pod`` as the API server stores it in ``namespace``."""
    metadata = {**pod["metadata"], "namespace": namespace}
    defaulted: Json = json.loads(json.dumps(api_defaults(pod)))
    spec = {"serviceAccountName": "default", **defaulted["spec"]}
    return {"apiVersion": "v1", "kind": "Pod", **pod, "metadata": metadata, "spec": spec}


def without_contexts(pod: Json) -> Json:
    """``pod`` as its author might have written it: without security contexts."""
    spec = {key: value for key, value in pod["spec"].items() if key != "securityContext"}
    for kind in ("initContainers", "containers"):
        if kind in spec:
            spec[kind] = [{k: v for k, v in container.items() if k != "securityContext"} for container in spec[kind]]
    return {**pod, "spec": spec}


def is_debugged(pod: Json) -> bool:
    """Whether ``pod`` has debug containers."""
    return bool(pod["spec"].get("ephemeralContainers"))


_NULLS: Json = {
    "spec": {
        **dict.fromkeys(("hostPID", "hostNetwork", "securityContext")),
        "volumes": [{"name": "none", "hostPath": None, "nfs": None, "emptyDir": {}}],
    },
    "container": {
        "ports": [{"containerPort": 1, "hostPort": None}],
        "securityContext": dict.fromkeys(("privileged", "readOnlyRootFilesystem", "runAsUser", "seccompProfile")),
        "volumeMounts": [{"name": "none", "mountPath": "/none"}],
    },
}
"""What says nothing in a file that is handed to a command line."""


def with_nulls(policy: ir.Policy, home: str, pods: list[Json]) -> Iterator[Json]:
    """A pod that ``policy`` accepts, and some that it refuses, with nulls where they say nothing."""
    refused = [pod for pod in pods if not interpreter.check(policy, pod).allowed and not is_debugged(pod)]
    for pod in (whole(dict(accepted_by(policy)), home), *refused[:: max(1, len(refused) // 4)]):
        containers = [{**_NULLS["container"], **container} for container in pod["spec"]["containers"]]
        yield {**pod, "spec": {**_NULLS["spec"], **pod["spec"], "containers": containers}}


def set_otherwise(policy: ir.Policy, home: str) -> Iterator[Json]:
    """Pods that set what a default would set: to another value of its type."""
    bare = without_contexts(whole(dict(accepted_by(policy)), home))
    for default in policy.defaults:
        fragment = _another(json_value(default)) if default.value is not None else None
        for name in reversed(default.path):
            fragment = {name: fragment}
        if default.site == "pod":
            yield merge(bare, fragment)  # type: ignore[arg-type]
        else:
            containers = [merge(container, fragment) for container in bare["spec"]["containers"]]  # type: ignore[arg-type]
            yield {**bare, "spec": {**bare["spec"], "containers": containers}}


def _another(value: object) -> object:
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return f"{value}-other"
        case list():
            return [*map(_another, value)]
        case dict():
            return {key: inner if key == "type" else _another(inner) for key, inner in value.items()}
    return None


def listing(policy: ir.Policy, home: str) -> Iterator[Json]:
    """Pods whose containers have, or drop, what a default adds to their capabilities: the one of two, both, an empty list."""
    added = [value for default in policy.defaults for value in default.add]
    accepted = whole(dict(accepted_by(policy)), home)
    first = accepted["spec"]["containers"][0]
    for values in ([], added[:1], added, ["OTHER"]) if added else ():
        for name in ("add", "drop"):
            for other in ({}, {"add": []}, {"drop": []}, {"add": added, "drop": added}):
                context = {"capabilities": {**other, name: values}}
                containers = [{**first, "securityContext": context}, {**first, "name": "beside"}]
                yield {**accepted, "spec": {**accepted["spec"], "containers": containers}}
