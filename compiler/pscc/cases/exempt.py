"""Images and names of containers at the boundaries of a policy's exemptions: equal, one character more, one less.

Pure.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pscc import ir
from pscc.base.frozen import frozen
from pscc.cases import suite
from pscc.cases.fragments import APP_ARMOR
from pscc.controls import control_of
from pscc.meaning.narrowing import EXEMPT_PARAMS, ContainerKind, ExemptName, exempt_names
from pscc.reference import interpreter

Json = dict[str, object]
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
"""What a container can be called. Source: ``ValidateDNS1123Label`` in Kubernetes ``pkg/apis/core/validation/validation.go``."""
_POD: Json = {"apiVersion": "v1", "kind": "Pod"}
_RENAMED, _WITH_IMAGE = 0.35, 0.6
"""The shares of drawn pods that have a container so called, and of their containers that have such an image."""


@frozen
class Boundaries:
    """Images and names that an exemption lets off or only just does not."""

    images: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.images or self.names)


def boundaries(checks: Sequence[ir.Check]) -> Boundaries:
    """The images and names around the exemptions of ``checks``, and those that the checks' other values name: not exempt."""
    texts: dict[ContainerKind, dict[str, None]] = {"images": {}, "containers": {}}
    for check in checks:
        exempt = tuple(exempt_names(check))
        values = [
            str(value).replace("*", "x")
            for param, listed in check.params
            if isinstance(listed, tuple) and param not in EXEMPT_PARAMS
            for value in listed
        ]
        for kind in texts:
            names = [name for name in exempt if name.kind == kind]
            if names:
                texts[kind] |= dict.fromkeys([*(text for name in names for text in _around(name)), *values])
    images = tuple(text for text in texts["images"] if text and text.isprintable() and " " not in text)
    return Boundaries(images, tuple(text for text in texts["containers"] if _LABEL.fullmatch(text)))


def _around(name: ExemptName) -> Iterator[str]:
    """Names that are exempt by ``name``, and names that are not by one character."""
    whole = name.prefix
    yield from (f"{whole}x", whole, whole[:-1], f"x{whole}x") if name.starts else (whole, f"{whole}x", whole[:-1])


def boundary_pods(policy: ir.Policy) -> Iterator[tuple[str, Json]]:
    """For each check of ``policy`` from which containers are exempt, a pod with each such image and name in turn.

    The check objects to the pod for its container, and to nothing else where there is such a pod, so that some are let off.
    """
    base = suite.accepted(policy)
    for check in policy.checks:
        found = boundaries((check,))
        alone = replace(policy, checks=(check,), defaults=())
        tried = [list(_variants(check, {**_POD, **pod}, found)) for pod in _probed(check, base)] if found else []
        told = [[interpreter.check(alone, pod) for _, pod in variants] for variants in tried]
        deciding = [len({verdict.allowed for verdict in verdicts}) > 1 for verdicts in told]
        counting = [len({len(verdict.reasons) for verdict in verdicts}) > 1 for verdicts in told]
        for matters in (deciding, counting):
            if any(matters):
                yield from tried[matters.index(True)]
                break


def _variants(check: ir.Check, pod: Json, found: Boundaries) -> Iterator[tuple[str, Json]]:
    for image in found.images:
        yield f"{check.control} with the image {image}", _changed(pod, "main", "image", image)
    for name in found.names:
        yield f"{check.control} in the container {name}", renamed(pod, "main", name)


def _probed(check: ir.Check, base: Json) -> Iterator[Json]:
    yield base
    yield from (suite.probed(base, probe) for probe in control_of(check.control).probes(check))


def near(rng: random.Random, pod: Json, found: Boundaries) -> Json:
    """``pod`` with images and names of ``found`` on some of its containers."""
    for name in _containers(pod) if found.images else ():
        if rng.random() < _WITH_IMAGE:
            pod = _changed(pod, name, "image", rng.choice(found.images))
    if found.names and rng.random() < _RENAMED:
        given = _containers(pod)
        before, after = rng.choice(given), rng.choice(found.names)
        pod = pod if after in given else renamed(pod, before, after)
    return pod


def renamed(pod: Json, before: str, after: str) -> Json:
    """``pod`` with the container ``before`` called ``after``, its AppArmor annotation too."""
    metadata = _object(pod.get("metadata"))
    annotations = _object(metadata.get("annotations"))
    moved = {f"{APP_ARMOR}{after}" if k == f"{APP_ARMOR}{before}" else k: v for k, v in annotations.items()}
    changed = _changed(pod, before, "name", after)
    return {**changed, "metadata": {**metadata, "annotations": moved}} if moved else changed


def _containers(pod: Json) -> list[str]:
    spec = _object(pod.get("spec"))
    return [str(_object(c).get("name")) for kind in interpreter.KINDS_OF_CONTAINER for c in _list(spec.get(kind))]


def _changed(pod: Json, container: str, field: str, value: object) -> Json:
    spec = _object(pod.get("spec"))
    for kind in interpreter.KINDS_OF_CONTAINER:
        if kind in spec:
            spec[kind] = [
                {**_object(c), field: value} if _object(c).get("name") == container else c for c in _list(spec[kind])
            ]
    return {**pod, "spec": spec}


def _object(value: object) -> Json:
    return dict(value) if isinstance(value, Mapping) else {}


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []
