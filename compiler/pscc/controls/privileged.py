"""The control ``privileged``."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.controls._base import Control, Probe
from pscc.controls._shapes import CONTAINER, CONTAINERS, container_field, switch_shape
from pscc.controls._values import NoValues
from pscc.language.ast import Statement
from pscc.psp.reading import Psp


def from_psp(psp: Psp) -> Iterator[Statement]:
    """``spec.privileged``: false unless said."""
    if not psp.flag("privileged"):
        yield psp.say("deny", "privileged", "privileged", implied="no container may be privileged")


def probes(check: ir.Check) -> Iterator[Probe]:
    """True, false and unset."""
    for value, label in ((True, "true"), (False, "false"), (None, "unset")):
        yield Probe(f"privileged-{label}", container={"securityContext": {"privileged": value}})


CONTROL = Control(
    id="privileged",
    title="Privileged containers",
    intent="A privileged container has every right that root has on the node.",
    values=NoValues(),
    shapes=switch_shape("privileged", container_field("privileged"), CONTAINERS, CONTAINER),
    psp_fields=("privileged",),
    psp=from_psp,
    probes=probes,
    example="deny privileged",
)
