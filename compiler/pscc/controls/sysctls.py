"""The control ``sysctls``."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.controls._base import Control, Probe
from pscc.controls._shapes import POD, label_of, list_shapes, pod_field, word_probes
from pscc.controls._values import Words
from pscc.ir import Each, Path
from pscc.language.ast import Statement
from pscc.psp.reading import Psp, literal, pattern

SAFE = (
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start",
)
"""Source: ``SafeSysctlAllowlist`` in Kubernetes 1.24 ``pkg/security/podsecuritypolicy/sysctl/mustmatchpatterns.go``."""


def _matches(name: str, pattern: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def from_psp(psp: Psp) -> Iterator[Statement]:
    """The statement of ``psp``: allow safe sysctls that are not forbidden, and unsafe ones that are allowed.

    Forbidden and allowed patterns never overlap (the API server refuses that), so one list is enough.
    """
    forbidden = [str(node.value) for node in psp.strings("forbiddenSysctls")]
    unsafe = {str(node.value): node.span for node in psp.strings("allowedUnsafeSysctls")}
    if "*" in unsafe:
        return
    field = "allowedUnsafeSysctls" if unsafe or not forbidden else "forbiddenSysctls"
    safe = [name for name in SAFE if not any(_matches(name, f) for f in forbidden)]
    values = [literal(name, psp.spec.span) for name in safe]
    values += [pattern(name, span) for name, span in unsafe.items() if name not in safe]
    implied = "the sysctls that Kubernetes 1.24 calls safe" + (", less the forbidden ones" if forbidden else "")
    if values:
        yield psp.say("allow", "sysctls", field, *values, implied=implied + (", and those listed" if unsafe else ""))
    else:
        yield psp.say("deny", "sysctls", field, implied="no sysctl is left")


def probes(check: ir.Check) -> Iterator[Probe]:
    """Each listed sysctl, one beside it, one that is not listed, none."""
    for name in word_probes(check, ("kernel.msgmax", "net.core.somaxconn")):
        fragment = {"spec": {"securityContext": {"sysctls": [{"name": name, "value": "1"}]}}}
        yield Probe(f"sysctls-{label_of(name)}", pod=fragment)
    yield Probe("sysctls-none", pod={"spec": {"securityContext": {"sysctls": None}}})


CONTROL = Control(
    id="sysctls",
    title="Sysctls",
    intent="A sysctl changes a setting of the node's kernel; unsafe ones reach beyond the pod.",
    values=Words("the name of a sysctl, or a pattern such as `net.core.*`"),
    shapes=list_shapes("sysctls", "words", Path("sysctl", ("name",)), (Each("sysctl", pod_field("sysctls")),), POD),
    psp_fields=("forbiddenSysctls", "allowedUnsafeSysctls"),
    psp=from_psp,
    probes=probes,
    example="allow sysctls net.ipv4.tcp_syncookies, net.core.*",
)
