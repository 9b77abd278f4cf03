"""Where objects have their pods: the workloads of Kubernetes, and any other kind in which something looks like a pod."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from pscc.base.frozen import frozen

if TYPE_CHECKING:
    from pscc.psp.yaml_tree import Node

TEMPLATES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Pod": (),
        "PodTemplate": ("template",),
        "Deployment": ("spec", "template"),
        "DaemonSet": ("spec", "template"),
        "StatefulSet": ("spec", "template"),
        "ReplicaSet": ("spec", "template"),
        "ReplicationController": ("spec", "template"),
        "Job": ("spec", "template"),
        "CronJob": ("spec", "jobTemplate", "spec", "template"),
    }
)
"""The path to the pod template in a workload, by kind."""
WORKLOADS = MappingProxyType(
    {
        "": ("ReplicationController",),
        "apps": ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"),
        "batch": ("CronJob", "Job"),
    }
)
"""The kinds of which a controller makes pods, by API group."""
WRITTEN_BY_CONTROLLERS = ("Job", "ReplicaSet")
"""Those of `WORKLOADS` that a controller writes, too: a CronJob's Jobs, a Deployment's ReplicaSets."""
NOT_LOOKED_AT = ("metadata", "status")
"""The fields of an object in which nothing is taken for a pod."""


Place = tuple[str | int, ...]


def path_of(place: Place) -> str:
    """``place`` as people write it: fields with dots between them, indices in brackets."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")


@frozen
class Template:
    """A pod template: its ``node``, and the ``place`` of it in its object: names of fields, and indices in lists."""

    place: Place
    node: Node

    @property
    def path(self) -> str:
        """The place in words, ``spec.template``; empty for the object itself."""
        return path_of(self.place)


def template_of(node: Node, kind: str) -> Node | None:
    """The pod template of ``node``, a workload of a ``kind`` in `TEMPLATES`; None where it has none."""
    template: Node | None = node
    for field in TEMPLATES[kind]:
        template = template.get(field) if template is not None and template.kind == "map" else None
    return template if template is not None and template.kind == "map" else None


def template_at(node: Node, kind: str, path: str) -> Template | None:
    """The pod template of ``node``, an object of ``kind``, which stands at ``path`` where that is none of Kubernetes' workloads."""
    if kind in TEMPLATES:
        template = template_of(node, kind)
        return None if template is None else Template(TEMPLATES[kind], template)
    return next((template for template in templates_in(node) if template.path == path), None)


def templates_in(node: Node, place: Place = ()) -> Iterator[Template]:
    """What looks like a pod template in ``node``, an object of any kind: a ``spec`` with a list of ``containers``."""
    if node.kind == "list":
        for index, item in enumerate(node.items):
            yield from templates_in(item, (*place, index))
        return
    spec = node.get("spec") if node.kind == "map" else None
    containers = spec.get("containers") if spec is not None and spec.kind == "map" else None
    if containers is not None and containers.kind == "list":
        yield Template(place, node)
        return
    for entry in node.entries:
        if place or entry.key not in NOT_LOOKED_AT:
            yield from templates_in(entry.node, (*place, entry.key))
