"""The control ``hostPID``."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.controls._base import Control, Probe
from pscc.controls._shapes import POD, switch_shape
from pscc.controls._values import NoValues
from pscc.ir import Path
from pscc.language.ast import Statement
from pscc.psp.reading import Psp


def from_psp(psp: Psp) -> Iterator[Statement]:
    """``spec.hostPID``: false unless said."""
    if not psp.flag("hostPID"):
        yield psp.say("deny", "hostPID", "hostPID", implied="no pod may use the host process namespace")


def probes(check: ir.Check) -> Iterator[Probe]:
    """True, false and unset."""
    for value, label in ((True, "true"), (False, "false"), (None, "unset")):
        yield Probe(f"hostpid-{label}", pod={"spec": {"hostPID": value}})


CONTROL = Control(
    id="hostPID",
    title="Host process namespace",
    intent="A pod in the host process namespace sees, and may signal, the processes of the node.",
    values=NoValues(),
    shapes=switch_shape("hostPID", Path(ir.POD, ("spec", "hostPID")), (), POD),
    psp_fields=("hostPID",),
    psp=from_psp,
    probes=probes,
    example="deny hostPID",
)
