"""The control ``automountServiceAccountToken``: whether the API server mounts the service account's token by itself.

It has no default: the plugin ``ServiceAccount`` mounts the token before any policy can set the field. Source: ``shouldAutomount``
in Kubernetes ``plugin/pkg/admission/serviceaccount/admission.go``, and the order in ``pkg/kubeapiserver/options/plugins.go``.
"""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.controls._base import Control, Probe, Unset
from pscc.controls._shapes import POD, flag_shapes, no_psp_statements
from pscc.controls._values import Boolean
from pscc.ir import Path

FIELD = "automountServiceAccountToken"
PATH = ("spec", FIELD)
VALUE = Path(ir.POD, PATH)


def probes(check: ir.Check) -> Iterator[Probe]:
    """True, false and unset."""
    for value, label in ((True, "true"), (False, "false"), (None, "unset")):
        yield Probe(f"automounttoken-{label}", pod={"spec": {FIELD: value}})


CONTROL = Control(
    id=FIELD,
    title="Mounted API tokens",
    intent=(
        "With the token, whoever takes over a container speaks to the API server as the pod's service account. Where the "
        "field is unset, the ServiceAccount decides, and unless it says false the token is mounted. A pod may still name "
        "a token among its projected volumes."
    ),
    values=Boolean(),
    shapes=flag_shapes(FIELD, VALUE, (), POD),
    psp_fields=(),
    psp=no_psp_statements,
    probes=probes,
    example="require automountServiceAccountToken false",
    unset=Unset("its token is mounted unless its ServiceAccount says otherwise", PATH, True, ir.Has(VALUE), "pod"),
)
