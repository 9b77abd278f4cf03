"""Images and names of containers at the boundaries of a policy's exemptions: equal, one character more, one less."""

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
from pscc.pod.fields import CONTAINER_LISTS
from pscc.pod.normalising import as_list
from pscc.reference import interpreter

Json = dict[str, object]
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
"""A container's name. Source: ``ValidateDNS1123Label`` in Kubernetes ``pkg/apis/core/validation/validation.go``."""
_POD: Json = {"apiVersion": "v1", "kind": "Pod"}
_RENAMED, _WITH_IMAGE = 0.35, 0.6
"""The shares of drawn pods that have a container so called, and of their containers that have such an image."""


@frozen
class Boundaries:
    """Images and names that are exempt, or that differ from an exempt one by a character."""

    images: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.images or self.names)


def boundaries(checks: Sequence[ir.Check]) -> Boundaries:
    """The images and names of containers around the exemptions of ``checks``.

    Values of the checks that are no exemptions are among them: a container with such a name is not exempt.
    """
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
    """Names that ``name`` exempts, and names that differ from these by one character and are not exempt."""
    whole = name.prefix
    yield from (f"{whole}x", whole, whole[:-1], f"x{whole}x") if name.starts else (whole, f"{whole}x", whole[:-1])


def boundary_pods(policy: ir.Policy) -> Iterator[tuple[str, Json]]:
    """Pods on both sides of each exemption of containers in ``policy``, each with a label.

    For each check with such exemptions, the base pod is one that the check refuses for its container only, if there is one.
    Its container gets each image and each name of `boundaries` in turn, so some of the pods are exempt.
    """
    base = suite.accepted(policy)
    for check in policy.checks:
        near_names = boundaries((check,))
        alone = replace(policy, checks=(check,), defaults=())
        tried = (
            [list(_variants(check, {**_POD, **pod}, near_names)) for pod in _probed(check, base)] if near_names else []
        )
        verdicts_of = [[interpreter.check(alone, pod) for _, pod in variants] for variants in tried]
        deciding = [len({verdict.allowed for verdict in verdicts}) > 1 for verdicts in verdicts_of]
        counting = [len({len(verdict.reasons) for verdict in verdicts}) > 1 for verdicts in verdicts_of]
        for matters in (deciding, counting):
            if any(matters):
                yield from tried[matters.index(True)]
                break


def _variants(check: ir.Check, pod: Json, near_names: Boundaries) -> Iterator[tuple[str, Json]]:
    for image in near_names.images:
        yield f"{check.control} with the image {image}", _changed(pod, "main", "image", image)
    for name in near_names.names:
        yield f"{check.control} in the container {name}", renamed(pod, "main", name)


def _probed(check: ir.Check, base: Json) -> Iterator[Json]:
    yield base
    yield from (suite.probed(base, probe) for probe in control_of(check.control).probes(check))


def near(rng: random.Random, pod: Json, exempt: Boundaries) -> Json:
    """``pod`` with images and names of ``exempt`` on some of its containers."""
    for name in _containers(pod) if exempt.images else ():
        if rng.random() < _WITH_IMAGE:
            pod = _changed(pod, name, "image", rng.choice(exempt.images))
    if exempt.names and rng.random() < _RENAMED:
        containers = _containers(pod)
        before, after = rng.choice(containers), rng.choice(exempt.names)
        pod = pod if after in containers else renamed(pod, before, after)
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
    return [str(_object(c).get("name")) for kind in CONTAINER_LISTS for c in as_list(spec.get(kind))]


def _changed(pod: Json, container: str, field: str, value: object) -> Json:
    spec = _object(pod.get("spec"))
    for kind in CONTAINER_LISTS:
        if kind in spec:
            spec[kind] = [
                {**_object(c), field: value} if _object(c).get("name") == container else c for c in as_list(spec[kind])
            ]
    return {**pod, "spec": spec}


def _object(value: object) -> Json:
    return dict(value) if isinstance(value, Mapping) else {}
