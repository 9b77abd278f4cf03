"""The control ``hostNetwork``."""

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
    """``spec.hostNetwork``: false unless said."""
    if not psp.flag("hostNetwork"):
        yield psp.say("deny", "hostNetwork", "hostNetwork", implied="no pod may use the host network")


def probes(check: ir.Check) -> Iterator[Probe]:
    """True, false and unset."""
    for value, label in ((True, "true"), (False, "false"), (None, "unset")):
        yield Probe(f"hostnetwork-{label}", pod={"spec": {"hostNetwork": value}})


CONTROL = Control(
    id="hostNetwork",
    title="Host network",
    intent="A pod in the host network sees the traffic of the node and reaches its loopback services.",
    values=NoValues(),
    shapes=switch_shape("hostNetwork", Path(ir.POD, ("spec", "hostNetwork")), (), POD),
    psp_fields=("hostNetwork",),
    psp=from_psp,
    probes=probes,
    example="deny hostNetwork",
)
