"""The control ``pods``: whether there may be any pod at all.

PSP has policies that its plugin cannot use: alone in a cluster they deny every pod. ``deny pods`` says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.controls._base import Control, Probe, Shape
from pscc.controls._shapes import POD
from pscc.controls._values import NoValues
from pscc.ir import Path, Requirement
from pscc.language.ast import Statement
from pscc.psp.reading import Psp

APP_ARMOR = "apparmor.security.beta.kubernetes.io/allowedProfileNames"
STRATEGIES = ("runAsUser", "runAsGroup", "supplementalGroups", "fsGroup")


def unusable(psp: Psp) -> Iterator[tuple[str, str]]:
    """(field, reason) of each strategy that the plugin cannot use, and of a list that no pod can satisfy.

    Source: ``CreateStrategies`` in Kubernetes 1.24 ``pkg/security/podsecuritypolicy/factory.go``; ``Validate`` in
    ``apparmor/strategy.go`` beside it.
    """
    for field in STRATEGIES:
        if psp.rule(field) in ("MustRunAs", "MayRunAs") and not psp.ranges(field):
            yield field, f"{field} is {psp.rule(field)} without ranges, which PodSecurityPolicy cannot use"
    strategy = psp.spec.get("seLinux")
    if psp.rule("seLinux") == "MustRunAs" and strategy is not None and strategy.get("seLinuxOptions") is None:
        yield "seLinux", "seLinux is MustRunAs without seLinuxOptions, which PodSecurityPolicy cannot use"
    profiles = psp.annotation(APP_ARMOR)
    if profiles is not None and not any(str(profiles.value).split(",")):
        yield APP_ARMOR, "the list of AppArmor profiles is empty: one has to be set, and none may be"


def from_psp(psp: Psp) -> Iterator[Statement]:
    """The statement ``deny pods``, with the first reason, for a policy that PSP's plugin cannot use."""
    for field, reason in unusable(psp):
        yield psp.say("deny", "pods", field, because=reason)
        return


def probes(check: ir.Check) -> Iterator[Probe]:
    """Any pod."""
    yield Probe("pods-any", pod={})


CONTROL = Control(
    id="pods",
    title="Any pods",
    intent="Refuses every pod.",
    values=NoValues(),
    shapes=(
        Shape(
            "deny",
            "nothing",
            (
                Requirement(
                    (), ir.FALSE, (*POD, "no pod is allowed"), Path(ir.POD, ("metadata", "name")), name="any_pod"
                ),
            ),
            "There are no pods.",
        ),
    ),
    psp_fields=(),
    psp=from_psp,
    probes=probes,
    example="deny pods",
)
