"""The control ``activeDeadlineSeconds``."""

from __future__ import annotations

from pscc import ir
from pscc.controls._base import Control
from pscc.controls._shapes import POD, field_probes, no_psp_statements, number_default, value_shapes
from pscc.controls._values import Ranges
from pscc.ir import Path

FIELD = ("spec", "activeDeadlineSeconds")

CONTROL = Control(
    id="activeDeadlineSeconds",
    title="Deadline",
    intent="A pod with a deadline is stopped when it is over.",
    values=Ranges("a number of seconds or a range", 1, 2**31 - 1),
    shapes=value_shapes("activeDeadlineSeconds", "ranges", Path(ir.POD, FIELD), (), POD),
    psp_fields=(),
    psp=no_psp_statements,
    probes=field_probes("activeDeadlineSeconds", FIELD, "pod", numbers=True),
    example="allow activeDeadlineSeconds 60-3600",
    default=number_default("activeDeadlineSeconds", "pod", FIELD),
)
