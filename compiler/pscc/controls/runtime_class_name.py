"""The control ``runtimeClassName``."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.base.source import Span
from pscc.controls._base import Control, DefaultShape, Params
from pscc.controls._shapes import POD, field_probes, param, value_shapes
from pscc.controls._values import Words
from pscc.ir import Path
from pscc.language.ast import Statement
from pscc.psp.reading import Psp, literal

FIELD = "runtimeClassName"
PATH = ("spec", FIELD)


def build_default(params: Params, span: Span) -> ir.Default:
    """The default runtime class, for pods that name none."""
    values = param(params, "values")
    assert isinstance(values, tuple)
    return ir.Default(FIELD, "pod", PATH, span, value=str(values[0]))


def from_psp(psp: Psp) -> Iterator[Statement]:
    """``runtimeClass``: any class without it; with it those listed, and perhaps a default."""
    strategy = psp.spec.get("runtimeClass")
    if strategy is None:
        return
    allowed = strategy.get("allowedRuntimeClassNames")
    names = {str(node.value): node.span for node in allowed.items} if allowed else {}
    if not names:
        yield psp.say("deny", FIELD, "runtimeClass", implied="no class may be named")
    elif "*" not in names:
        yield psp.say("allow", FIELD, "runtimeClass", *(literal(name, span) for name, span in names.items()))
    default = strategy.get("defaultRuntimeClassName")
    if default is not None and default.value:
        yield psp.say("default", FIELD, "runtimeClass", literal(str(default.value), default.span))


CONTROL = Control(
    id=FIELD,
    title="Runtime classes",
    intent="The runtime class decides what runs the containers, and how well they are isolated.",
    values=Words("the name of a RuntimeClass"),
    shapes=value_shapes(FIELD, "words", Path(ir.POD, PATH), (), POD),
    psp_fields=("runtimeClass",),
    psp=from_psp,
    probes=field_probes(FIELD, PATH, "pod", numbers=False),
    example="allow runtimeClassName gvisor, kata",
    default=DefaultShape("value", build_default, "Where the pod names none, it is set."),
)
