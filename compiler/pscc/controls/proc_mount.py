"""The control ``procMount``."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.controls._base import Control
from pscc.controls._shapes import CONTAINER, CONTAINERS, container_field, field_probes, value_shapes
from pscc.controls._values import Words
from pscc.ir import Const
from pscc.language.ast import Statement, Value
from pscc.psp.reading import Psp, literal

VALUE = ir.Coalesce((container_field("procMount"), Const("Default")))
"""A container that says nothing has ``Default``. Source: Kubernetes 1.24 ``pkg/securitycontext/accessors.go``."""


def from_psp(psp: Psp) -> Iterator[Statement]:
    """``allowedProcMountTypes``: ``Default`` only, unless some are listed."""
    field = "allowedProcMountTypes"
    names = {str(node.value): node.span for node in psp.strings(field)}
    if names:
        yield psp.say("allow", "procMount", field, *(literal(name, span) for name, span in names.items()))
    else:
        yield psp.say("allow", "procMount", field, Value("Default", psp.spec.span), implied="the default type only")


CONTROL = Control(
    id="procMount",
    title="Proc mount types",
    intent="An unmasked /proc shows the container what the runtime hides of the node's kernel.",
    values=Words("a proc mount type", known=("Default", "Unmasked")),
    shapes=value_shapes("procMount", "words", VALUE, CONTAINERS, CONTAINER, ("allow",)),
    psp_fields=("allowedProcMountTypes",),
    psp=from_psp,
    probes=field_probes("procMount", ("securityContext", "procMount"), "containers", numbers=False),
    example="allow procMount Default",
)
