"""The control ``runAsGroup``."""

from __future__ import annotations

from collections.abc import Iterator

from pscc.controls._base import Control
from pscc.controls._shapes import CONTAINER, CONTAINERS, effective, field_probes, number_default, value_shapes
from pscc.controls._values import Ranges
from pscc.ir import LARGEST_NUMBER
from pscc.language.ast import Statement, Value
from pscc.psp.reading import Psp, number_range

FIELD = "runAsGroup"


def from_psp(psp: Psp) -> Iterator[Statement]:
    """``MustRunAs``: required, the first range's minimum where unset. ``MayRunAs``: if set, in a range."""
    ranges = psp.ranges(FIELD)
    values = [number_range(low, high, span) for low, high, span in ranges]
    if values and psp.rule(FIELD) == "MustRunAs":
        yield psp.say("require", FIELD, FIELD, *values)
        yield psp.say("default", FIELD, FIELD, Value(str(ranges[0][0]), ranges[0][2]))
    elif values and psp.rule(FIELD) == "MayRunAs":
        yield psp.say("allow", FIELD, FIELD, *values)


CONTROL = Control(
    id=FIELD,
    title="Primary group id",
    intent="The group that a process has in its container owns files on volumes and on the node.",
    values=Ranges("an id or a range of ids", 0, LARGEST_NUMBER),
    shapes=value_shapes(FIELD, "ranges", effective(FIELD), CONTAINERS, CONTAINER),
    psp_fields=(FIELD,),
    psp=from_psp,
    probes=field_probes(FIELD, ("securityContext", "runAsGroup"), "containers", numbers=True),
    example="require runAsGroup 1000-65535",
    default=number_default(FIELD, "containers", ("securityContext", "runAsGroup"), ("spec", "securityContext", FIELD)),
)
