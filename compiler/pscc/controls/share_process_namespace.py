"""The control ``shareProcessNamespace``."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.controls._base import Control, Probe
from pscc.controls._shapes import POD, no_psp_statements, switch_shape
from pscc.controls._values import NoValues
from pscc.ir import Path

FIELD = "shareProcessNamespace"


def probes(check: ir.Check) -> Iterator[Probe]:
    """True, false and unset. A pod that says nothing shares none."""
    for value, label in ((True, "true"), (False, "false"), (None, "unset")):
        yield Probe(f"shareprocessnamespace-{label}", pod={"spec": {FIELD: value}})


CONTROL = Control(
    id=FIELD,
    title="Shared process namespace",
    intent=(
        "Containers that share a process namespace see, and may signal, each other's processes, and reach each other's "
        "files through /proc."
    ),
    values=NoValues(),
    shapes=switch_shape(FIELD, Path(ir.POD, ("spec", FIELD)), (), POD),
    psp_fields=(),
    psp=no_psp_statements,
    probes=probes,
    example="deny shareProcessNamespace",
)
