"""The control ``hostUsers``: false gives the pod a user namespace of its own.

Sources: KEP-127 (unset means true), and ``UserNamespacesSupport`` in Kubernetes ``pkg/features/kube_features.go``.
"""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.base.source import Span
from pscc.controls._base import Control, DefaultShape, Params, Probe, Unset
from pscc.controls._shapes import POD, flag_shapes, no_psp_statements, param
from pscc.controls._values import Boolean
from pscc.ir import Path

FIELD = "hostUsers"
PATH = ("spec", FIELD)
VALUE = Path(ir.POD, PATH)


def build_default(params: Params, span: Span) -> ir.Default:
    """The default for pods that say nothing.

    False does not count as isolating: a target that set it on exempt pods, too, would break those that use the host's
    network, and checks with ``unless hostUsers false`` would leave them out.
    """
    value = param(params, "value")
    assert isinstance(value, bool)
    return ir.Default(FIELD, "pod", PATH, span, value=value, grants=value)


def probes(check: ir.Check) -> Iterator[Probe]:
    """True, false and unset."""
    for value, label in ((True, "true"), (False, "false"), (None, "unset")):
        yield Probe(f"hostusers-{label}", pod={"spec": {FIELD: value}})


CONTROL = Control(
    id=FIELD,
    title="User namespace of the node",
    intent="Without a user namespace of its own, root in a pod is root on the node if it breaks out. Unset means true.",
    values=Boolean(),
    shapes=flag_shapes(FIELD, VALUE, (), POD),
    psp_fields=(),
    psp=no_psp_statements,
    probes=probes,
    example="require hostUsers false",
    default=DefaultShape("value", build_default, "Where the pod leaves it unset, it is set to the value."),
    unset=Unset("it runs in the user namespace of the node", PATH, True, ir.Has(VALUE), "pod"),
)
