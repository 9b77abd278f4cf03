"""The control ``hostIPC``."""

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
    """``spec.hostIPC``: false unless said."""
    if not psp.flag("hostIPC"):
        yield psp.say("deny", "hostIPC", "hostIPC", implied="no pod may use the host IPC namespace")


def probes(check: ir.Check) -> Iterator[Probe]:
    """True, false and unset."""
    for value, label in ((True, "true"), (False, "false"), (None, "unset")):
        yield Probe(f"hostipc-{label}", pod={"spec": {"hostIPC": value}})


CONTROL = Control(
    id="hostIPC",
    title="Host IPC namespace",
    intent="A pod in the host IPC namespace may read the shared memory of the node.",
    values=NoValues(),
    shapes=switch_shape("hostIPC", Path(ir.POD, ("spec", "hostIPC")), (), POD),
    psp_fields=("hostIPC",),
    psp=from_psp,
    probes=probes,
    example="deny hostIPC",
)
