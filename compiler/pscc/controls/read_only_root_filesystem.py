"""The control ``readOnlyRootFilesystem``."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.controls._base import Control, Probe, Unset
from pscc.controls._shapes import container_field, flag_default, flag_shapes
from pscc.controls._values import Boolean
from pscc.language.ast import Statement, Value
from pscc.psp.reading import Psp

FIELD = "readOnlyRootFilesystem"


def from_psp(psp: Psp) -> Iterator[Statement]:
    """True: required, and set where a container says nothing."""
    node = psp.spec.get(FIELD)
    if node and node.value:
        yield psp.say("require", FIELD, FIELD, Value("true", node.span))
        yield psp.say("default", FIELD, FIELD, Value("true", node.span))


def probes(check: ir.Check) -> Iterator[Probe]:
    """True, false and unset."""
    for value, label in ((True, "true"), (False, "false"), (None, "unset")):
        yield Probe(f"readonlyroot-{label}", container={"securityContext": {FIELD: value}})


CONTROL = Control(
    id=FIELD,
    title="Read-only root file system",
    intent="A container that cannot write to its own root file system cannot be tampered with from inside.",
    values=Boolean(),
    shapes=flag_shapes(FIELD, container_field(FIELD)),
    psp_fields=(FIELD,),
    psp=from_psp,
    probes=probes,
    example="require readOnlyRootFilesystem true",
    default=flag_default(FIELD, ("securityContext", FIELD), grants_when=False),
    unset=Unset("its root file system is writable", ("securityContext", FIELD), False, ir.Has(container_field(FIELD))),
)
