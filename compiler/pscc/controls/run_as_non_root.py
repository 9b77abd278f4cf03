"""The control ``runAsNonRoot``: the field, as the Pod Security Standards want it."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.base.source import Span
from pscc.controls._base import Control, DefaultShape, Params, Probe, Shape, Unset
from pscc.controls._shapes import POD, SAYS_WHO, VALUE, container_field, effective, flag_shapes, param, pod_field
from pscc.controls._values import Boolean
from pscc.ir import Requirement, Show, ShowParams
from pscc.language.ast import Statement
from pscc.psp.reading import Psp

FIELD = "runAsNonRoot"


def each_place() -> Iterator[Shape]:
    """``on pod or containers``: a pod's own value counts too where every container has one of its own."""
    pod = pod_field(FIELD)
    message = (*POD, f"{FIELD} is ", Show(pod), ", must be unset or ", ShowParams((VALUE,)))
    on_pod = Requirement((), ir.Equals(pod, VALUE), message, pod, ir.Has(pod), f"pod_{FIELD}")
    require, _ = flag_shapes(FIELD, effective(FIELD))
    _, allow = flag_shapes(FIELD, container_field(FIELD))
    for shape, description in ((require, "is as stated for each container"), (allow, "is as stated on each container")):
        text = f"{FIELD} {description}, and where the pod sets it."
        yield Shape(shape.verb, "values", (on_pod, *shape.requirements), text, "pod or containers")


def from_psp(psp: Psp) -> Iterator[Statement]:
    """Nothing: PSP's MustRunAsNonRoot is the control ``nonRoot``."""
    yield from ()


def build_default(params: Params, span: Span) -> ir.Default:
    """The default for each container, where neither the container nor the pod sets the field."""
    value = param(params, "value")
    assert isinstance(value, bool)
    inherits = ("spec", "securityContext", FIELD)
    path = ("securityContext", FIELD)
    return ir.Default(FIELD, "containers", path, span, value=value, inherits=inherits, grants=not value, isolates=value)


def probes(check: ir.Check) -> Iterator[Probe]:
    """True, false and unset, on the container and on the pod."""
    for value, label in ((True, "true"), (False, "false"), (None, "unset")):
        yield Probe(f"nonroot-field-{label}", container={"securityContext": {FIELD: value}})
        yield Probe(f"nonroot-field-pod-{label}", pod={"spec": {"securityContext": {FIELD: value}}})


CONTROL = Control(
    id=FIELD,
    title="Running as non-root",
    intent="The kubelet refuses to start a container that says it must not run as root and would.",
    values=Boolean(),
    shapes=(*flag_shapes(FIELD, effective(FIELD)), *each_place()),
    psp_fields=(),
    psp=from_psp,
    probes=probes,
    example="require runAsNonRoot true",
    default=DefaultShape("value", build_default, "Where neither container nor pod says anything, it is set."),
    unset=Unset("its image may run as root", ("securityContext", FIELD), False, SAYS_WHO),
)
