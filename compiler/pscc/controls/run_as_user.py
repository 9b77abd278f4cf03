"""The control ``runAsUser``."""

from __future__ import annotations

from collections.abc import Iterator

from pscc.controls._base import Control
from pscc.controls._shapes import CONTAINER, CONTAINERS, effective, field_probes, number_default, value_shapes
from pscc.controls._values import Ranges
from pscc.syntax.ast import Statement, Value
from pscc.syntax.psp import Psp, number_range

FIELD = "runAsUser"


def from_psp(psp: Psp) -> Iterator[Statement]:
    """``MustRunAs``: required, the first range's minimum where unset."""
    ranges = psp.ranges(FIELD)
    values = [number_range(low, high, span) for low, high, span in ranges]
    if values and psp.rule(FIELD) == "MustRunAs":
        yield psp.say("require", FIELD, FIELD, *values)
        yield psp.say("default", FIELD, FIELD, Value(str(ranges[0][0]), ranges[0][2]))


CONTROL = Control(
    id=FIELD,
    title="User id",
    intent="The uid that a process has in its container is the one that it has on the node.",
    values=Ranges("an id or a range of ids", 0, 2**63 - 1),
    shapes=value_shapes(FIELD, "ranges", effective(FIELD), CONTAINERS, CONTAINER),
    psp_fields=(FIELD,),
    psp=from_psp,
    probes=field_probes(FIELD, ("securityContext", "runAsUser"), "containers", numbers=True),
    example="require runAsUser 1000-65535",
    default=number_default(FIELD, "containers", ("securityContext", "runAsUser"), ("spec", "securityContext", FIELD)),
)
