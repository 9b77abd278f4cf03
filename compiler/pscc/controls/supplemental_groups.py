"""The control ``supplementalGroups``."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.base.source import Span
from pscc.controls._base import Control, DefaultShape, Params, Probe, Shape
from pscc.controls._shapes import POD, RANGES, allowed, in_ranges, list_shapes, number_probes, param, pod_field
from pscc.controls._values import Ranges
from pscc.ir import LARGEST_NUMBER, Each, Path, Requirement, Show, ShowParams
from pscc.language.ast import Statement, Value
from pscc.psp.reading import Psp, number_range

FIELD = "supplementalGroups"
GROUPS = pod_field(FIELD)
GROUP = Path("group")
EACH_GROUP = (Each("group", GROUPS),)

SHAPES = (
    *list_shapes(FIELD, "ranges", GROUP, EACH_GROUP, POD),
    Shape(
        "require",
        "values",
        (
            Requirement(
                (),
                ir.Any("group", GROUPS, ir.TRUE),
                (*POD, f"{FIELD} is not set, allowed: ", ShowParams((RANGES,))),
                GROUPS,
                name="has_groups",
            ),
            Requirement(
                EACH_GROUP,
                in_ranges(GROUP),
                (*POD, f"{FIELD} has ", Show(GROUP, number=True), ", allowed: ", allowed("ranges")),
                GROUP,
                name="group",
            ),
        ),
        f"{FIELD} has at least one group, and each is in the listed ranges.",
    ),
)


def build_default(params: Params, span: Span) -> ir.Default:
    """The default for pods that leave the field unset: a list of one number."""
    ranges = param(params, "ranges")
    assert isinstance(ranges, tuple) and isinstance(ranges[0], ir.Range)
    return ir.Default(FIELD, "pod", ("spec", "securityContext", FIELD), span, value=(ranges[0].min,))


def from_psp(psp: Psp) -> Iterator[Statement]:
    """``MustRunAs``: at least one and each in a range; the first range's minimum where unset. ``MayRunAs``: in a range."""
    ranges = psp.ranges(FIELD)
    values = [number_range(low, high, span) for low, high, span in ranges]
    if values and psp.rule(FIELD) == "MustRunAs":
        yield psp.say("require", FIELD, FIELD, *values)
        yield psp.say("default", FIELD, FIELD, Value(str(ranges[0][0]), ranges[0][2]))
    elif values and psp.rule(FIELD) == "MayRunAs":
        yield psp.say("allow", FIELD, FIELD, *values)


def probes(check: ir.Check) -> Iterator[Probe]:
    """Pods with one group at each boundary, with a good group beside it, and with none."""
    numbers = list(number_probes(check))
    for number in numbers:
        yield Probe(f"supplementalgroups-{number}", pod={"spec": {"securityContext": {FIELD: [number]}}})
    both = [numbers[1] if len(numbers) > 1 else numbers[0], numbers[-1]]
    yield Probe("supplementalgroups-two", pod={"spec": {"securityContext": {FIELD: both}}})
    yield Probe("supplementalgroups-unset", pod={"spec": {"securityContext": {FIELD: None}}})


CONTROL = Control(
    id=FIELD,
    title="Supplemental groups",
    intent="Further groups of the pod's processes, which may own files on volumes and on the node.",
    values=Ranges("a group id or a range of group ids", 0, LARGEST_NUMBER),
    shapes=SHAPES,
    psp_fields=(FIELD,),
    psp=from_psp,
    probes=probes,
    example="require supplementalGroups 1-65535",
    default=DefaultShape("value", build_default, "Where it is unset, it is set to a list of the one group."),
)
