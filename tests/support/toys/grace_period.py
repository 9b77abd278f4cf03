"""The control ``terminationGracePeriodSeconds``: the API server fills the field in, so that unset is 30."""

from __future__ import annotations

from pscc import ir
from pscc.controls._base import Control
from pscc.controls._shapes import POD, field_probes, no_psp_statements, value_shapes
from pscc.controls._values import Ranges
from pscc.ir import Coalesce, Const, Path

FIELD = ("spec", "terminationGracePeriodSeconds")

CONTROL = Control(
    id="terminationGracePeriodSeconds",
    title="Grace period",
    intent="A node that is drained waits as long as its pods may take to end.",
    values=Ranges("a number of seconds or a range", 0, 2**31 - 1),
    shapes=value_shapes(
        "terminationGracePeriodSeconds", "ranges", Coalesce((Path(ir.POD, FIELD), Const(30))), (), POD, ("allow",)
    ),
    psp_fields=(),
    psp=no_psp_statements,
    probes=field_probes("terminationGracePeriodSeconds", FIELD, "pod", numbers=True),
    example="allow terminationGracePeriodSeconds 0-60",
)
