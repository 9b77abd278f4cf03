"""The control ``capabilities.drop``."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.base.source import Span
from pscc.controls._base import Control, DefaultShape, Params, Probe, Shape
from pscc.controls._capabilities import CAPABILITIES
from pscc.controls._shapes import CONTAINER, CONTAINERS, VALUES, container_field, param
from pscc.controls._values import Words
from pscc.ir import Each, Path, Requirement, Show
from pscc.language.ast import Statement
from pscc.psp.reading import Psp, literal

DROPPED = container_field("capabilities", "drop")
CAPABILITY = Path("capability")

SHAPES = (
    Shape(
        "require",
        "all of",
        (
            Requirement(
                (*CONTAINERS, Each("capability", VALUES)),
                ir.In(CAPABILITY, DROPPED),
                (*CONTAINER, "capabilities.drop lacks ", Show(CAPABILITY)),
                DROPPED,
                name="dropped",
            ),
        ),
        "Each container drops all of the listed capabilities.",
    ),
)


def build_default(params: Params, span: Span) -> ir.Default:
    """The default that drops more capabilities of each container."""
    values = param(params, "values")
    assert isinstance(values, tuple)
    path = ("securityContext", "capabilities", "drop")
    return ir.Default("capabilities.drop", "containers", path, span, add=tuple(str(v) for v in values), isolates=True)


def from_psp(psp: Psp) -> Iterator[Statement]:
    """``requiredDropCapabilities``: required, and added where missing."""
    field = "requiredDropCapabilities"
    values = [literal(name, span) for name, span in {str(n.value): n.span for n in psp.strings(field)}.items()]
    if values:
        yield psp.say("require", "capabilities.drop", field, *values, manner="all of")
        yield psp.say("default", "capabilities.drop", field, *values, manner="add")


def probes(check: ir.Check) -> Iterator[Probe]:
    """All of them, all and one more, all but each in turn, none."""
    params = dict(check.params)
    values = params.get("values", ())
    names = [str(v) for v in values] if isinstance(values, tuple) else []

    def dropping(label: str, drop: list[str] | None) -> Probe:
        return Probe(f"capabilities-drop-{label}", container={"securityContext": {"capabilities": {"drop": drop}}})

    yield dropping("all", names)
    yield dropping("more", [*names, "MKNOD_TOO"])
    for index in range(len(names)):
        yield dropping(f"but-{index}", names[:index] + names[index + 1 :])
    yield dropping("none", None)


CONTROL = Control(
    id="capabilities.drop",
    title="Dropped capabilities",
    intent="What a container drops it cannot use, whatever its image says.",
    values=Words("a capability", usual=CAPABILITIES),
    shapes=SHAPES,
    psp_fields=("requiredDropCapabilities",),
    psp=from_psp,
    probes=probes,
    example="require capabilities.drop all of ALL",
    default=DefaultShape("add", build_default, "They are added to what the container drops."),
)
