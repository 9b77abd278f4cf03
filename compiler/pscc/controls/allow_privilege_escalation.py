"""The control ``allowPrivilegeEscalation``."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.controls._base import Control, Probe, Unset
from pscc.controls._shapes import container_field, flag_default, flag_shapes
from pscc.controls._values import Boolean
from pscc.language.ast import Statement, Value
from pscc.psp.reading import Psp

FIELD = "allowPrivilegeEscalation"
DEFAULT_FIELD = "defaultAllowPrivilegeEscalation"


def from_psp(psp: Psp) -> Iterator[Statement]:
    """False: required, and set where unset. ``defaultAllowPrivilegeEscalation`` is set where unset, before that."""
    if not psp.flag(FIELD, unset=True):
        yield psp.say("require", FIELD, FIELD, Value("false", psp.spec.span))
    default = psp.spec.get(DEFAULT_FIELD)
    if default is not None:
        yield psp.say("default", FIELD, DEFAULT_FIELD, Value("true" if default.value else "false", default.span))
    elif not psp.flag(FIELD, unset=True):
        yield psp.say("default", FIELD, FIELD, Value("false", psp.spec.span))


def probes(check: ir.Check) -> Iterator[Probe]:
    """True, false and unset."""
    for value, label in ((True, "true"), (False, "false"), (None, "unset")):
        yield Probe(f"escalation-{label}", container={"securityContext": {FIELD: value}})


CONTROL = Control(
    id=FIELD,
    title="Privilege escalation",
    intent="Without privilege escalation a process cannot gain more rights than its parent has, by setuid files say.",
    values=Boolean(),
    shapes=flag_shapes(FIELD, container_field(FIELD)),
    psp_fields=(FIELD, DEFAULT_FIELD),
    psp=from_psp,
    probes=probes,
    example="require allowPrivilegeEscalation false",
    default=flag_default(FIELD, ("securityContext", FIELD), grants_when=True),
    unset=Unset("Kubernetes lets it escalate", ("securityContext", FIELD), True, ir.Has(container_field(FIELD))),
)
