"""Pods and workloads as files have them: of what the API server drops, or fills in, some is null and some is left out."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from conformance.jsonl import Json
from pscc.pod.fields import CONTAINER_LISTS, element
from pscc.pod.kinds import Kind, ListOf, Object
from pscc.pod.schema import DOWNWARD_FILE, SPEC


@dataclass(frozen=True, slots=True)
class Shape:
    """An object: its ``optional`` fields, which may be null, the objects ``below`` some, and what it has to have.

    With ``many`` it is the element of a list.
    """

    optional: tuple[str, ...]
    below: Mapping[str, Shape] = field(default_factory=dict)
    required: Mapping[str, object] = field(default_factory=dict)
    many: bool = False


_CHOSEN: Mapping[str, Mapping[str, object]] = {
    "configMap": {"name": "kube-root-ca.crt"}, "csi": {"driver": "inline.csi.example"},
    "flexVolume": {"driver": "example/lvm"}, "hostPath": {"path": "/var/log"},
    "volumeMounts": {"name": "hostPath"}, "volumes": {"name": "nothing"},
}  # fmt: skip
"""Values that policies of the tests speak of, where the schema has others."""
_ITEM = {"path": "namespace", "fieldRef": {"fieldPath": "metadata.namespace"}}
"""A file of the downward API, which has one of two references."""


def _shape(name: str, kind: Kind) -> Shape:
    """The shape of the field ``name``; what is not described in it is left alone."""
    inside = element(kind)
    assert isinstance(inside, Object)
    needs = {field.name: field.needs for field in inside.fields if field.needs is not None}
    below = {
        field.name: _shape(field.name, field.kind) for field in inside.fields if isinstance(element(field.kind), Object)
    }
    required = {**needs, **(_ITEM if inside is DOWNWARD_FILE else _CHOSEN.get(name, {}))}
    optional = tuple(field.name for field in inside.fields if field.name not in required)
    return Shape(optional, below, required, isinstance(kind, ListOf))


_SPEC = _shape("spec", SPEC)
_CONTAINER = _SPEC.below["containers"]
_VOLUME = _SPEC.below["volumes"]
_POD = Shape((), {"metadata": Shape(("annotations", "labels")), "spec": _SPEC})
"""Where a pod has fields that may be null: not those that the API server requires."""


# --- drawn ----------------------------------------------------------------------


def as_written(rng: random.Random, pod: Json) -> Json:
    """``pod`` with nulls for some of what it leaves unset, and for some of what is empty, at every level."""
    written = _written(rng, pod, _POD, rng.choice((0.1, 0.4, 0.9)))
    assert isinstance(written, dict)
    return written


def _written(rng: random.Random, value: object, shape: Shape, density: float) -> object:
    if isinstance(value, list):
        return [_written(rng, element, shape, density) for element in value]
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
    written: Json = {**shape.required, **dict.fromkeys(shape.optional)}
    for name, below in shape.below.items() if depth > 1 else ():
        if name == "volumes":
            written[name] = list(_volumes(depth - 1))
        elif name in CONTAINER_LISTS:
            written[name] = _nulls_of_each(name, depth - 1)
        else:
            written[name] = [_nulls(below, depth - 1)] if below.many else _nulls(below, depth - 1)
    return written


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
