"""The control ``hostUsers``: a boolean that releases before 1.33 do not keep, with a default."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.base.source import Span
from pscc.controls._base import Control, DefaultShape, Params, Probe
from pscc.controls._shapes import POD, no_psp_statements, switch_shape
from pscc.controls._values import NoValues
from pscc.ir import Path

FIELD = ("spec", "hostUsers")


def own_users(params: Params, span: Span) -> ir.Default:
    """A user namespace of the pod's own where it says nothing."""
    return ir.Default("hostUsers", "pod", FIELD, span, value=False)


def probes(check: ir.Check) -> Iterator[Probe]:
    """True, false and unset."""
    for value, label in ((True, "true"), (False, "false"), (None, "unset")):
        yield Probe(f"hostusers-{label}", pod={"spec": {"hostUsers": value}})


CONTROL = Control(
    id="hostUsers",
    title="User namespace of the node",
    intent="Root of a pod without a user namespace of its own is root of the node, should it break out.",
    values=NoValues(),
    shapes=switch_shape("hostUsers", Path(ir.POD, FIELD), (), POD),
    psp_fields=(),
    psp=no_psp_statements,
    probes=probes,
    example="deny hostUsers",
    default=DefaultShape("nothing", own_users, "Where it is unset, it is set to false."),
)
