"""The control ``nonRoot``: PSP's MustRunAsNonRoot."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.base.source import Span
from pscc.controls._base import Control, DefaultShape, Params, Probe, Shape
from pscc.controls._shapes import CONTAINER, CONTAINERS, SAYS_WHO, effective
from pscc.controls._values import NoValues
from pscc.ir import Const, Requirement, Show
from pscc.language.ast import Statement
from pscc.psp.reading import Psp

NON_ROOT = effective("runAsNonRoot")
UID = effective("runAsUser")

SHAPES = (
    Shape(
        "require",
        "nothing",
        (
            Requirement(
                CONTAINERS,
                SAYS_WHO,
                (*CONTAINER, "runAsNonRoot is ", Show(NON_ROOT), ", must be true where runAsUser is not set"),
                NON_ROOT,
                name="says_who_it_runs_as",
            ),
            Requirement(
                CONTAINERS,
                ir.Not(ir.Equals(NON_ROOT, Const(False))),
                (*CONTAINER, "runAsNonRoot is ", Show(NON_ROOT), ", must not be false"),
                NON_ROOT,
                name="not_as_root",
            ),
            Requirement(
                CONTAINERS,
                ir.Not(ir.Equals(UID, Const(0))),
                (*CONTAINER, "runAsUser is ", Show(UID), ", must not be 0"),
                UID,
                name="not_uid_0",
            ),
        ),
        "runAsNonRoot is not false, runAsUser is not 0, and one of them is set.",
    ),
)


def build_default(params: Params, span: Span) -> ir.Default:
    """``runAsNonRoot: true`` where neither ``runAsNonRoot`` nor ``runAsUser`` is set."""
    return ir.Default(
        "nonRoot",
        "containers",
        ("securityContext", "runAsNonRoot"),
        span,
        value=True,
        inherits=("spec", "securityContext", "runAsNonRoot"),
        unless=ir.Has(UID),
        isolates=True,
    )


def from_psp(psp: Psp) -> Iterator[Statement]:
    """``runAsUser.rule: MustRunAsNonRoot``."""
    if psp.rule("runAsUser") == "MustRunAsNonRoot":
        yield psp.say("require", "nonRoot", "runAsUser")
        yield psp.say("default", "nonRoot", "runAsUser")


def probes(check: ir.Check) -> Iterator[Probe]:
    """Every combination of the two fields on the container, and false on the pod below true on the container."""
    for flag, word in ((True, "true"), (False, "false"), (None, "unset")):
        for uid in (None, 0, 1000):
            label = f"nonroot-{word}-uid-{'unset' if uid is None else uid}"
            yield Probe(label, container={"securityContext": {"runAsNonRoot": flag, "runAsUser": uid}})
    yield Probe(
        "nonroot-container-false-pod-true",
        pod={"spec": {"securityContext": {"runAsNonRoot": True}}},
        container={"securityContext": {"runAsNonRoot": False}},
    )


CONTROL = Control(
    id="nonRoot",
    title="Not running as root",
    intent="A process that is root in its container is root on the node if it gets out.",
    values=NoValues(),
    shapes=SHAPES,
    psp_fields=("runAsUser",),
    psp=from_psp,
    probes=probes,
    example="require nonRoot",
    default=DefaultShape(
        "nothing", build_default, "Where neither runAsNonRoot nor runAsUser is set, runAsNonRoot is set to true."
    ),
)
