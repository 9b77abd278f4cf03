"""The control ``seLinuxOptions``: all four options at once, as PSP's MustRunAs; and one control for each option."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from pscc import ir
from pscc.base.source import Span
from pscc.controls._base import Control, DefaultShape, Params, Probe, Shape
from pscc.controls._shapes import (
    CONTAINER,
    CONTAINERS,
    POD,
    container_field,
    each_place_shapes,
    empty,
    label_of,
    no_psp_statements,
    pod_field,
    word_probes,
)
from pscc.controls._values import SeLinux, Words
from pscc.ir import Coalesce, Const, Param, Part, Requirement, Show, ShowParams
from pscc.language.ast import Statement
from pscc.psp.reading import Psp, literal

FIELD = "seLinuxOptions"
OPTIONS = ("user", "role", "type", "level")


def option_of(site: str, option: str) -> Coalesce:
    """The option of the pod, or the one in force for the container, whose own options replace the pod's as a whole."""
    own = (container_field(FIELD),) if site == "container" else ()
    return Coalesce((*own, pod_field(FIELD)), (option,))


def equal(option: str, value: ir.Value) -> ir.Condition:
    """A condition: ``value`` equals the stated ``option``. Unset and empty are equal."""
    stated = Param(option, "string")
    if option == "level":
        return ir.SameLevel(value, stated)
    return ir.Or((ir.Equals(value, stated), ir.And((ir.Not(ir.Has(value)), ir.Equals(stated, Const(""))))))


def require_all() -> Iterator[Requirement]:
    """Each option of the pod, and of each container."""
    sites: tuple[tuple[str, tuple[ir.Each, ...], tuple[Part, ...]], ...] = (
        ("pod", (), POD),
        ("container", CONTAINERS, CONTAINER),
    )
    for site, each, subject in sites:
        for option in OPTIONS:
            value = option_of(site, option)
            message = (
                *subject,
                f"{FIELD}.{option} is ",
                Show(value),
                ", must be ",
                ShowParams((Param(option, "string"),)),
            )
            yield Requirement(each, equal(option, value), message, value, name=f"{site}_selinux_{option}")


def build_default(params: Params, span: Span) -> ir.Default:
    """The options, on the pod, where it has none at all."""
    pairs = tuple((name, str(value)) for name, value in params)
    return ir.Default(FIELD, "pod", ("spec", "securityContext", FIELD), span, value=pairs)


def from_psp(psp: Psp) -> Iterator[Statement]:
    """``seLinux.rule: MustRunAs``."""
    strategy = psp.spec.get("seLinux")
    options = strategy.get(FIELD) if strategy else None
    if psp.rule("seLinux") != "MustRunAs" or options is None:
        return
    nodes = [(name, options.get(name)) for name in OPTIONS]
    values = [literal(str(node.value), node.span, key=name) for name, node in nodes if node and node.value]
    yield psp.say("require", FIELD, "seLinux", *values)
    if values:
        yield psp.say("default", FIELD, "seLinux", *values)


def probes(check: ir.Check) -> Iterator[Probe]:
    """The stated options on the pod and on the container, with the categories in another order, with one option changed, unset."""
    stated = {name: value for name, value in check.params if value}
    yield Probe("selinux-pod", pod={"spec": {"securityContext": {FIELD: stated}}})
    yield Probe("selinux-container", container={"securityContext": {FIELD: stated}})
    level = str(stated.get("level", ""))
    if ":" in level and "," in level:
        head, tail = level.split(":", 1)
        turned = {**stated, "level": f"{head}:{','.join(reversed(tail.split(',')))}"}
        yield Probe("selinux-turned", container={"securityContext": {FIELD: turned}})
    for option in OPTIONS:
        yield Probe(f"selinux-other-{option}", container={"securityContext": {FIELD: {**stated, option: "other"}}})
        yield Probe(
            f"selinux-pod-other-{option}", pod={"spec": {"securityContext": {FIELD: {**stated, option: "other"}}}}
        )
    yield Probe("selinux-unset", pod={"spec": {"securityContext": {FIELD: None}}})


CONTROL = Control(
    id=FIELD,
    title="SELinux options",
    intent="The SELinux context confines what a container reaches on the node, whoever it runs as.",
    values=SeLinux(),
    shapes=(
        Shape(
            "require",
            "values",
            tuple(require_all()),
            "The SELinux options of the pod and of each container are as stated; those not stated are unset.",
        ),
        Shape(
            "require",
            "nothing",
            tuple(require_all()),
            "The SELinux options of the pod and of each container are all unset.",
            suffix="Empty",
        ),
    ),
    psp_fields=("seLinux",),
    psp=from_psp,
    probes=probes,
    example='require seLinuxOptions level="s0:c123,c456"',
    default=DefaultShape("value", build_default, "Where the pod has no options at all, it gets these."),
)


def both_sites(option: str) -> Iterator[Shape]:
    """The verbs over one option, on the pod and on each container; an empty option is an unset one."""
    places = pod_field(FIELD, option), container_field(FIELD, option)
    for shape in each_place_shapes(f"{FIELD}.{option}", "words", *places):
        parts = []
        for requirement in shape.requirements:
            unset = empty(places[bool(requirement.each)])
            if shape.verb == "allow":
                parts.append(replace(requirement, when=ir.Not(unset)))
            else:
                parts.append(replace(requirement, must=unset) if shape.takes == "nothing" else requirement)
        yield replace(shape, requirements=tuple(parts), on="")


def option_probes(option: str) -> Callable[[ir.Check], Iterator[Probe]]:
    """Probes of one option, on the pod and on the container."""

    def probes(check: ir.Check) -> Iterator[Probe]:
        for word in (*word_probes(check), ""):
            fragment = {"securityContext": {FIELD: {option: word}}}
            value_label = label_of(word) if word else "empty"
            yield Probe(f"selinux-{option}-{value_label}", container=fragment)
            yield Probe(f"selinux-{option}-pod-{value_label}", pod={"spec": fragment})

    return probes


OPTION_CONTROLS = tuple(
    Control(
        id=f"{FIELD}.{option}",
        title=f"SELinux {option}",
        intent=f"The {option} of the SELinux context.",
        values=Words(f"an SELinux {option}"),
        shapes=tuple(both_sites(option)),
        psp_fields=(),
        psp=no_psp_statements,
        probes=option_probes(option),
        example=f"deny seLinuxOptions.{option}",
    )
    for option in OPTIONS
)
