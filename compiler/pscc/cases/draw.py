"""Draws pods with containers of every kind, to which the policy's probes and unusual fragments are added."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping

from pscc import ir
from pscc.cases import suite
from pscc.cases.exempt import boundaries, near
from pscc.cases.fragments import ANYWHERE, APP_ARMOR, CONTEXT, set_by
from pscc.cases.stored import stored
from pscc.controls import control_of
from pscc.controls._base import Probe
from pscc.pod.fields import CONTAINER_LISTS, INHERITED, WHOLE_ELEMENTS
from pscc.pod.normalising import as_list

Json = dict[str, object]
_NAMES = {"initContainers": ("init", "setup"), "containers": ("side",), "ephemeralContainers": ("debug",)}
_SINGLES = 0.3
"""The share of the pods that have one probe on a pod which the policy accepts: the boundary and nothing beside it."""


def draw_pods(policy: ir.Policy, seed: int, count: int, *, ephemeral: bool = True) -> Iterator[Json]:
    """``count`` different pods around the boundaries of ``policy``, as the API server would store them.

    Each is a whole Pod (``apiVersion``, ``kind``, ``metadata``, ``spec``) named ``pod-0``, ``pod-1``, … in the namespace
    ``default``. Some are accepted, some refused, some would be changed by the policy's defaults. With ``ephemeral`` false
    none has ephemeral containers, as at creation.
    """
    rng = random.Random(seed)
    probes = [probe for check in policy.checks for probe in control_of(check.control).probes(check)]
    probes += [probe for default in policy.defaults for probe in set_by(default)]
    exempt = boundaries(policy.checks)
    accepted = {**suite.accepted(policy), "apiVersion": "v1", "kind": "Pod"}
    seen: set[str] = set()
    while len(seen) < count:
        if probes and rng.random() < _SINGLES:
            pod = _single(rng, accepted, rng.choice(probes), ephemeral)
        else:
            pod = _laid_over(rng, accepted, probes, ephemeral)
        pod = stored(_named(near(rng, pod, exempt) if exempt else pod, "pod"))
        text = json.dumps(pod, sort_keys=True)
        if text not in seen:
            yield _named(pod, f"pod-{len(seen)}")
            seen.add(text)


def _single(rng: random.Random, accepted: Json, probe: Probe, ephemeral: bool) -> Json:
    if probe.container is None:
        return suite.probed(accepted, probe)
    kind = rng.choice([k for k in CONTAINER_LISTS if ephemeral or k != "ephemeralContainers"])
    if kind == "containers" and rng.random() < 0.5:
        return suite.probed(accepted, probe)
    name = _NAMES[kind][0]
    return suite.probed(_joined(accepted, kind, name, bare=False), probe, name)


def _laid_over(rng: random.Random, accepted: Json, probes: list[Probe], ephemeral: bool) -> Json:
    pod = _skeleton(rng, accepted if rng.random() < 0.7 else _minimal(), ephemeral)
    for _ in range(rng.choice((1, 1, 2, 2, 3, 4))):
        pod = _probed(rng, pod, rng.choice(probes) if probes and rng.random() < 0.6 else rng.choice(ANYWHERE))
    for _ in range(rng.choice((0, 0, 0, 1, 2))):
        pod = _without_field(rng, pod)
    return pod


def _minimal() -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "pod", "namespace": "default"},
        "spec": {"containers": [{"name": "main", "image": "app:1"}]},
    }


def _skeleton(rng: random.Random, pod: Json, ephemeral: bool) -> Json:
    for kind, chance in (
        ("containers", 0.3),
        ("initContainers", 0.4),
        ("ephemeralContainers", 0.15 if ephemeral else 0),
    ):
        for name in _NAMES[kind]:
            if rng.random() < chance:
                pod = _joined(pod, kind, name, bare=rng.random() < 0.3)
    return pod


def _joined(pod: Json, kind: str, name: str, *, bare: bool) -> Json:
    """``pod`` with one more container: a copy of its first with its annotation, or a ``bare`` one without fields."""
    added = _object(suite.beside(pod, kind, name))
    spec, before = _object(added.get("spec")), _object(pod.get("spec")).get(kind)
    (copy,) = as_list(spec[kind])
    container = {"name": name, "image": "app:1"} if bare else copy
    return {**added, "spec": {**spec, kind: [*as_list(before), container]}}


def _probed(rng: random.Random, pod: Json, probe: Probe) -> Json:
    """``pod`` with ``probe`` on one of its containers, on all of them, or where it can be on the pod instead."""
    spec = _object(pod.get("spec"))
    names = [str(_object(c).get("name")) for kind in CONTAINER_LISTS for c in as_list(spec.get(kind))]
    roll = rng.random()
    if probe.container is None:
        return _added(pod, probe)
    if roll < 0.2 and (lifted := _lifted(probe.container)):
        return suite.probed(pod, Probe(probe.label, {"spec": {CONTEXT: lifted}}))
    pod = _added(pod, Probe(probe.label, probe.pod))
    for name in names if roll > 0.85 else [rng.choice(names)]:
        pod = suite.probed(pod, Probe(probe.label, container=probe.container), name)
    return pod


def _added(pod: Json, probe: Probe) -> Json:
    """``pod`` with the pod's part of ``probe``; its volumes come beside those that are there already."""
    before = as_list(_object(pod.get("spec")).get("volumes"))
    merged = suite.probed(pod, Probe(probe.label, probe.pod))
    spec = _object(merged.get("spec"))
    fragment = _object(_object(probe.pod).get("spec"))
    if fragment.get("volumes"):
        new = as_list(spec["volumes"])
        names = [_object(v).get("name") for v in new]
        spec["volumes"] = [*new, *(v for v in before if _object(v).get("name") not in names)]
    return {**merged, "spec": spec}


def _lifted(container: Mapping[str, object]) -> Json:
    """The fields of a container's security context that a pod's security context also has."""
    return {k: v for k, v in _object(container.get(CONTEXT)).items() if k in INHERITED}


def _without_field(rng: random.Random, pod: Json) -> Json:
    """``pod`` with one field somewhere left out, or its AppArmor annotation moved to another container."""
    spec = _object(pod.get("spec"))
    places = [p for p in _paths(spec, ()) if p[-1] not in ("name", "image", "containers", "containerPort")]
    annotations = _object(_object(pod.get("metadata")).get("annotations"))
    if f"{APP_ARMOR}main" in annotations and rng.random() < 0.3:
        moved = {f"{APP_ARMOR}side" if k == f"{APP_ARMOR}main" else k: v for k, v in annotations.items()}
        return {**pod, "metadata": {**_object(pod.get("metadata")), "annotations": moved}}
    return {**pod, "spec": _removed(spec, rng.choice(places))} if places else pod


def _paths(value: object, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    items: list[tuple[str | int, object]] = []
    match value:
        case dict():
            items = list(value.items())
        case list():
            items = list(enumerate(value))
    for key, inner in items:
        here = (*path, key)
        if isinstance(key, str):
            yield here
        if here[-1] not in WHOLE_ELEMENTS:
            yield from _paths(inner, here)


def _removed(value: object, path: tuple[str | int, ...]) -> object:
    first, *rest = path
    match value:
        case dict() if not rest:
            return {k: v for k, v in value.items() if k != first}
        case dict():
            return {k: _removed(v, tuple(rest)) if k == first else v for k, v in value.items()}
        case list():
            return [_removed(v, tuple(rest)) if i == first else v for i, v in enumerate(value)]
        case _:
            return value


def _named(pod: Json, name: str) -> Json:
    return {**pod, "metadata": {**_object(pod.get("metadata")), "name": name, "namespace": "default"}}


def _object(value: object) -> Json:
    return dict(value) if isinstance(value, Mapping) else {}
