"""The control ``sysctls``."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.controls._base import Control, Params, Probe
from pscc.controls._shapes import POD, label_of, list_shapes, pod_field, spelled, strings, word_probes
from pscc.controls._values import Words
from pscc.ir import Each, Path
from pscc.language.ast import Statement
from pscc.psp.reading import Psp, literal, pattern

NAME = Path("sysctl", ("name",))
SAFE = (
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start",
)
"""Source: ``SafeSysctlAllowlist`` in Kubernetes 1.24 ``pkg/security/podsecuritypolicy/sysctl/mustmatchpatterns.go``."""


_SWAPPED = str.maketrans("./", "/.")


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


def spellings(params: Params) -> Params:
    """With ``/`` in place of each ``.``, and ``.`` in place of each ``/``: a name may be either.

    Source: ``NormalizeName`` in Kubernetes ``pkg/util/sysctl/sysctl.go`` and ``k8s.io/component-helpers``.
    """
    return spelled(params, lambda text: [text.translate(_SWAPPED)] if "." in text or "/" in text else [])


def probes(check: ir.Check) -> Iterator[Probe]:
    """Each listed sysctl, one beside it, one that is not listed, one with slashes, none."""
    for name in word_probes(check, ("kernel.msgmax", "net.core.somaxconn")):
        yield _setting(label_of(name), name)
    slashed = (*strings(check, "spellings"), *(f"{prefix[:-1]}x" for prefix in strings(check, "spelledPatterns")))
    for name in slashed[:1]:
        yield _setting(f"{label_of(name)}-with-slashes", name)
    yield _setting("none", None)


def _setting(label: str, name: str | None) -> Probe:
    sysctls = None if name is None else [{"name": name, "value": "1"}]
    return Probe(f"sysctls-{label}", pod={"spec": {"securityContext": {"sysctls": sysctls}}})


CONTROL = Control(
    id="sysctls",
    title="Sysctls",
    intent="A sysctl changes a setting of the node's kernel; unsafe ones reach beyond the pod.",
    values=Words("the name of a sysctl, or a pattern such as `net.core.*`"),
    shapes=list_shapes("sysctls", "words", NAME, (Each("sysctl", pod_field("sysctls")),), POD, NAME),
    spellings=spellings,
    psp_fields=("forbiddenSysctls", "allowedUnsafeSysctls"),
    psp=from_psp,
    probes=probes,
    example="allow sysctls net.ipv4.tcp_syncookies, net.core.*",
)
