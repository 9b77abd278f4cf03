"""The control ``hostProcess``: Windows containers that run as processes of the node. PSP never knew it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pscc import ir
from pscc.controls._base import Control, Probe, Shape
from pscc.controls._shapes import (
    CONTAINER,
    CONTAINERS,
    POD,
    at,
    container_field,
    no_psp_statements,
    pod_field,
    switch_shape,
)
from pscc.controls._values import NoValues

FIELD = ("windowsOptions", "hostProcess")

(ON_POD,) = switch_shape("hostProcess", pod_field(*FIELD), (), POD)
(ON_CONTAINERS,) = switch_shape("hostProcess", container_field(*FIELD), CONTAINERS, CONTAINER)
REQUIREMENTS = (
    *(replace(requirement, name="pod_host_process") for requirement in ON_POD.requirements),
    *(replace(requirement, name="container_host_process") for requirement in ON_CONTAINERS.requirements),
)


def probes(check: ir.Check) -> Iterator[Probe]:
    """True, false and unset, on the pod and on the container."""
    for value, label in ((True, "true"), (False, "false"), (None, "unset")):
        fragment = at(("securityContext", *FIELD), value)
        yield Probe(f"hostprocess-{label}", container=fragment)
        yield Probe(f"hostprocess-pod-{label}", pod={"spec": fragment})


CONTROL = Control(
    id="hostProcess",
    title="Windows host processes",
    intent="A host process container is a process of the Windows node, with the node's own rights.",
    values=NoValues(),
    shapes=(Shape("deny", "nothing", REQUIREMENTS, ON_POD.description),),
    psp_fields=(),
    psp=no_psp_statements,
    probes=probes,
    example="deny hostProcess",
)
