"""The control ``shareProcessNamespace``."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.controls._base import Control, Probe
from pscc.controls._shapes import POD, no_psp_statements, switch_shape
from pscc.controls._values import NoValues
from pscc.ir import Path


def probes(check: ir.Check) -> Iterator[Probe]:
    """True, false and unset."""
    for value, label in ((True, "true"), (False, "false"), (None, "unset")):
        yield Probe(f"shareprocessnamespace-{label}", pod={"spec": {"shareProcessNamespace": value}})


CONTROL = Control(
    id="shareProcessNamespace",
    title="Shared process namespace",
    intent="Containers that share a process namespace see, and may signal, each other's processes.",
    values=NoValues(),
    shapes=switch_shape("shareProcessNamespace", Path(ir.POD, ("spec", "shareProcessNamespace")), (), POD),
    psp_fields=(),
    psp=no_psp_statements,
    probes=probes,
    example="deny shareProcessNamespace",
)
