"""The interpreter against Kubernetes 1.24's own PodSecurityPolicy plugin, driven over JSON lines.

An update without an old pod is judged as it is: no defaults, so that each field's meaning is compared by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from pscc import ir
from pscc.base.source import Span
from pscc.cases import suite
from pscc.controls import control_of
from pscc.controls._base import Params, check_of
from pscc.reference import interpreter
from support.engines import run

_HERE = Span("truth", 1, 1, 1, 2)
ANY = {"rule": "RunAsAny"}
OPEN: dict[str, object] = {
    "privileged": True, "hostNetwork": True, "hostPID": True, "hostIPC": True, "allowPrivilegeEscalation": True,
    "hostPorts": [{"min": 0, "max": 65535}], "volumes": ["*"], "allowedCapabilities": ["*"],
    "allowedUnsafeSysctls": ["*"], "allowedProcMountTypes": ["Default", "Unmasked"],
    "runAsUser": ANY, "seLinux": ANY, "fsGroup": ANY, "supplementalGroups": ANY,
}  # fmt: skip
_RANGES: Params = (("ranges", (ir.Range(10, 20), ir.Range(30, 30))),)
_SPEC_RANGES = [{"min": 10, "max": 20}, {"min": 30, "max": 30}]


@dataclass(frozen=True, slots=True)
class Pair:
    """A PSP's fields over one that allows everything, and the check that means the same but for the cases ``stricter``.

    Of these, by their names, PSP admits the pod and the check does not: a PSP's list reads a name as it is written, while
    ``deny`` in the language refuses every spelling of what it names.
    """

    fields: dict[str, object]
    control: str
    shape: str
    params: Params = ()
    stricter: frozenset[str] = frozenset()


PAIRS = (
    Pair({"privileged": False}, "privileged", "DenyPrivileged"),
    Pair({"hostNetwork": False}, "hostNetwork", "DenyHostNetwork"),
    Pair({"hostPID": False}, "hostPID", "DenyHostPID"),
    Pair({"hostIPC": False}, "hostIPC", "DenyHostIPC"),
    Pair({"hostPorts": _SPEC_RANGES}, "hostPorts", "AllowHostPorts", _RANGES),
    Pair({"hostPorts": []}, "hostPorts", "DenyHostPorts"),
    Pair({"allowedCapabilities": ["CHOWN"]}, "capabilities.add", "AllowCapabilitiesAdd",
         (("values", ("CHOWN",)), ("patterns", ()))),
    Pair({"allowedCapabilities": []}, "capabilities.add", "DenyCapabilitiesAdd"),
    Pair({"runAsUser": {"rule": "MustRunAs", "ranges": _SPEC_RANGES}}, "runAsUser", "RequireRunAsUser", _RANGES),
    Pair({"runAsUser": {"rule": "MustRunAsNonRoot"}}, "nonRoot", "RequireNonRoot"),
    Pair({"fsGroup": {"rule": "MayRunAs", "ranges": _SPEC_RANGES}}, "fsGroup", "AllowFsGroup", _RANGES),
    Pair({"supplementalGroups": {"rule": "MayRunAs", "ranges": _SPEC_RANGES}}, "supplementalGroups",
         "AllowSupplementalGroups", _RANGES),
    Pair({"volumes": ["secret", "emptyDir"]}, "volumes", "AllowVolumes",
         (("values", ("secret", "emptyDir")), ("patterns", ()))),
    Pair({"allowedHostPaths": [{"pathPrefix": "/var/log", "readOnly": True}, {"pathPrefix": "/tmp"}]}, "hostPath",
         "AllowHostPath", (("paths", (ir.HostPathPrefix("/var/log", True), ir.HostPathPrefix("/tmp", False))),)),
    Pair({"readOnlyRootFilesystem": True}, "readOnlyRootFilesystem", "RequireReadOnlyRootFilesystem",
         (("value", True),)),
    Pair({"allowPrivilegeEscalation": False}, "allowPrivilegeEscalation", "RequireAllowPrivilegeEscalation",
         (("value", False),)),
    Pair({"runAsGroup": {"rule": "MustRunAs", "ranges": _SPEC_RANGES}}, "runAsGroup", "RequireRunAsGroup", _RANGES),
    Pair({"fsGroup": {"rule": "MustRunAs", "ranges": _SPEC_RANGES}}, "fsGroup", "RequireFsGroup", _RANGES),
    Pair({"supplementalGroups": {"rule": "MustRunAs", "ranges": _SPEC_RANGES}}, "supplementalGroups",
         "RequireSupplementalGroups", _RANGES),
    Pair({"requiredDropCapabilities": ["CHOWN"], "allowedCapabilities": ["KILL"]}, "capabilities.drop",
         "RequireCapabilitiesDrop", (("values", ("CHOWN",)), ("patterns", ()))),
    Pair({"runtimeClass": {"allowedRuntimeClassNames": ["gvisor"]}}, "runtimeClassName", "AllowRuntimeClassName",
         (("values", ("gvisor",)), ("patterns", ()))),
    Pair({"forbiddenSysctls": ["kernel.sem", "net.*"]}, "sysctls", "DenySysctlsValues",
         (("values", ("kernel.sem",)), ("patterns", ("net.*",))), frozenset({"sysctls-kernel-sem-with-slashes"})),
)  # fmt: skip


def comparable(pod: suite.Json) -> bool:
    """Whether 1.24 reads all of ``pod``: PSP never saw ephemeral containers, and drops later volume types."""
    return "ephemeralContainers" not in str(pod) and "'image': {" not in str(pod)


def policy_of(pair: Pair) -> ir.Policy:
    """The policy with the one check of ``pair``."""
    from pscc.controls._base import shape_name

    control = control_of(pair.control)
    shape = next(s for s in control.shapes if shape_name(control, s) == pair.shape)
    check = check_of(control, shape, pair.params, _HERE, "", "")
    return ir.Policy("truth", "", "enforce", (check,), (), _HERE)


def disagreements(pair: Pair) -> Iterator[str]:
    """Each pod around the check's boundaries of which the plugin and the interpreter say different things."""
    policy = policy_of(pair)
    cases = [c for c in suite.cases_for(policy) if c.old_pod is None and comparable(c.pod)]
    psp = {
        "apiVersion": "policy/v1beta1", "kind": "PodSecurityPolicy", "metadata": {"name": "truth"},
        "spec": {**OPEN, **pair.fields},
    }  # fmt: skip
    request = {"id": 1, "op": "admit", "operation": "UPDATE", "policies": [psp], "pods": [c.pod for c in cases]}
    done = run("psp-admission", stdin=json.dumps(request) + "\n", check=True)
    answer = json.loads(done.stdout)
    if "error" in answer:
        yield answer["error"]
        return
    yield from (f"no case is named {name}" for name in pair.stricter - {case.name for case in cases})
    for case, result in zip(cases, answer["results"], strict=True):
        if result.get("error"):
            yield f"{case.name}: engine error {result['error']}"
            continue
        theirs, ours = result["allowed"], interpreter.check(policy, case.pod).allowed
        if (theirs, ours) != (True, False) if case.name in pair.stricter else theirs != ours:
            yield f"{case.name}: PSP {result['allowed']}, interpreter {case.allowed}: {result['message']} / {case.message}"
