"""Finds pods that a program treats alike, so that thousands of replicas are judged once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from pscc import ir
from pscc.ir.walking import nodes
from pscc.pod.fields import CONTAINER_LISTS
from pscc.pod.normalising import MIRROR_ANNOTATION, as_object
from pscc.reference.admission import SECCOMP_ANNOTATION
from pscc.reference.interpreter import Json
from pscc.reference.side_by_side import ANNOTATION

_OF_POD = frozenset(("affinity", "hostname", "nodeName", "nodeSelector", "priority", "subdomain", "tolerations"))
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_OF_CONTAINER = frozenset(("args", "command", "env", "envFrom", "image", "lifecycle", "resources", *_PROBES))
"""Fields that often differ from pod to pod. They are left out where no program reads them."""
_READ_BY_ADMISSION = (ANNOTATION, SECCOMP_ANNOTATION, MIRROR_ANNOTATION)
_TOKEN_VOLUME = re.compile(r"kube-api-access-[a-z0-9]+")
"""The volume that the API server adds, with a name that it draws. Source: ``plugin/pkg/admission/serviceaccount/admission.go``."""


class Alike:
    """Gives two pods one key if ``programs`` cannot treat them differently."""

    def __init__(self, programs: Iterable[ir.Program]) -> None:
        every = tuple(programs)
        read = {field for path in nodes(every, ir.Path) for field in path.fields}
        read |= {field for default in nodes(every, ir.Default) for field in (*default.path, *default.inherits)}
        self._of_pod = _OF_POD - read
        self._of_container = _OF_CONTAINER - read
        self._annotations = "annotations" in read

    def key(self, pod: Json) -> str:
        """A text that is the same for two pods only if all that the programs read in them is the same."""
        spec = {name: value for name, value in as_object(pod.get("spec")).items() if name not in self._of_pod}
        for kind in CONTAINER_LISTS:
            listed = spec.get(kind)
            if isinstance(listed, list):
                spec[kind] = [self._container(container) for container in listed]
        annotations = as_object(as_object(pod.get("metadata")).get("annotations"))
        if not self._annotations:
            annotations = {name: annotations[name] for name in _READ_BY_ADMISSION if name in annotations}
        return json.dumps([spec, annotations], sort_keys=True, default=str)

    def _container(self, container: object) -> object:
        if not isinstance(container, dict):
            return container
        return {name: value for name, value in container.items() if name not in self._of_container}


def without_drawn_names(key: str) -> str:
    """``key`` without the names that the API server draws. No policy decides by them, but messages may show them."""
    return _TOKEN_VOLUME.sub("kube-api-access-", key)
