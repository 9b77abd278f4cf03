"""The control ``seLinuxChangePolicy``: one of two words, which releases before 1.33 do not keep, with a default."""

from __future__ import annotations

from pscc import ir
from pscc.base.source import Span
from pscc.controls._base import Control, DefaultShape, Params
from pscc.controls._shapes import POD, field_probes, no_psp_statements, param, pod_field, value_shapes
from pscc.controls._values import Words

FIELD = "seLinuxChangePolicy"
PATH = ("spec", "securityContext", FIELD)


def as_stated(params: Params, span: Span) -> ir.Default:
    """The word, where the pod says nothing."""
    values = param(params, "values")
    assert isinstance(values, tuple)
    return ir.Default(FIELD, "pod", PATH, span, value=str(values[0]))


CONTROL = Control(
    id=FIELD,
    title="How volumes get their label",
    intent="A volume that is mounted with a label is not relabelled file by file.",
    values=Words("a way to label volumes", known=("MountOption", "Recursive")),
    shapes=value_shapes(FIELD, "words", pod_field(FIELD), (), POD),
    psp_fields=(),
    psp=no_psp_statements,
    probes=field_probes(FIELD, PATH, "pod", numbers=False),
    example="allow seLinuxChangePolicy MountOption",
    default=DefaultShape("value", as_stated, "Where it is unset, it is set."),
)
