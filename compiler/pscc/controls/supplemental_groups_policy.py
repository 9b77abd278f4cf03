"""The control ``supplementalGroupsPolicy``: whether the groups that an image gives its user count as well.

Source: KEP-3619 (unset means ``Merge``), and ``SupplementalGroupsPolicy`` in Kubernetes ``pkg/features/kube_features.go``.
"""

from __future__ import annotations

from pscc import ir
from pscc.base.source import Span
from pscc.controls._base import Control, DefaultShape, Params, Unset
from pscc.controls._shapes import field_probes, no_psp_statements, param, pod_field, word_shapes
from pscc.controls._values import Words

FIELD = "supplementalGroupsPolicy"
PATH = ("spec", "securityContext", FIELD)


def build_default(params: Params, span: Span) -> ir.Default:
    """The policy for pods that name none."""
    values = param(params, "values")
    assert isinstance(values, tuple)
    strict = values[0] == "Strict"
    return ir.Default(FIELD, "pod", PATH, span, value=str(values[0]), grants=not strict, isolates=strict)


CONTROL = Control(
    id=FIELD,
    title="Groups of the image",
    intent=(
        "With Merge, which is what unset means, a process is also in the groups that the image's /etc/group gives its user, "
        "and no field of the pod shows them. With Strict it is in those of the pod alone."
    ),
    values=Words("`Merge` or `Strict`", known=("Merge", "Strict")),
    shapes=word_shapes(FIELD, pod_field(FIELD)),
    psp_fields=(),
    psp=no_psp_statements,
    probes=field_probes(FIELD, PATH, "pod", numbers=False),
    example="require supplementalGroupsPolicy Strict",
    default=DefaultShape("value", build_default, "Where the pod names none, it is set."),
    unset=Unset("the groups of its image count as well", PATH, "Merge", ir.Has(pod_field(FIELD)), "pod"),
)
