"""The control ``runAsUser``."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.controls._base import Control, Probe, Unset
from pscc.controls._shapes import (
    CONTAINER,
    CONTAINERS,
    SAYS_WHO,
    container_field,
    each_place_shapes,
    effective,
    number_default,
    number_probes,
    pod_field,
    value_shapes,
)
from pscc.controls._values import Ranges
from pscc.ir import LARGEST_NUMBER
from pscc.language.ast import Statement, Value
from pscc.psp.reading import Psp, number_range

FIELD = "runAsUser"


def from_psp(psp: Psp) -> Iterator[Statement]:
    """``MustRunAs``: required, the first range's minimum where unset."""
    ranges = psp.ranges(FIELD)
    values = [number_range(low, high, span) for low, high, span in ranges]
    if values and psp.rule(FIELD) == "MustRunAs":
        yield psp.say("require", FIELD, FIELD, *values)
        yield psp.say("default", FIELD, FIELD, Value(str(ranges[0][0]), ranges[0][2]))


def probes(check: ir.Check) -> Iterator[Probe]:
    """Around the boundaries, and unset, on the container; the same on the pod below a container's own."""
    for value in (*number_probes(check), None):
        fragment = {"securityContext": {FIELD: value}}
        value_label = "unset" if value is None else value
        yield Probe(f"runasuser-{value_label}", container=fragment)
        yield Probe(f"runasuser-pod-{value_label}", pod={"spec": fragment})


CONTROL = Control(
    id=FIELD,
    title="User id",
    intent="The uid that a process has in its container is the one that it has on the node.",
    values=Ranges("an id or a range of ids", 0, LARGEST_NUMBER),
    shapes=(
        *value_shapes(FIELD, "ranges", effective(FIELD), CONTAINERS, CONTAINER),
        *each_place_shapes(FIELD, "ranges", pod_field(FIELD), container_field(FIELD)),
    ),
    psp_fields=(FIELD,),
    psp=from_psp,
    probes=probes,
    example="require runAsUser 1000-65535",
    default=number_default(FIELD, "containers", ("securityContext", "runAsUser"), ("spec", "securityContext", FIELD)),
    unset=Unset("its image may run as root", ("securityContext", FIELD), 0, SAYS_WHO),
)
