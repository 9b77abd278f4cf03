"""Which control objects to which container or volume: PSP's errors and the interpreter's reasons, in the same words.

PSP's own paths are not always real ones (``spec.containers[0].hostPort``), so they are read, not compared.
"""

from __future__ import annotations

import re

from conformance.jsonl import Json
from pscc.ir import Policy
from pscc.reference.interpreter import Verdict

Objection = tuple[str, str, str]
"""Control, name of the container, name of the volume; the names empty where it is about neither."""

_ANNOTATION = re.compile(
    r"pod\.metadata\.annotations\[(container\.)?(apparmor|seccomp)\.security\.\w+\.kubernetes\.io/(.+)\]"
)
_CONTAINER = re.compile(r"spec\.(initContainers|containers)\[(\d+)\]\.(.+)")
_VOLUME = re.compile(r"spec\.volumes\[(\d+)\](.*)")
_MOUNT = re.compile(r"volumeMounts\[(\d+)\]\.readOnly")
_POD = {
    "spec.securityContext.hostNetwork": "hostNetwork",
    "spec.securityContext.hostPID": "hostPID",
    "spec.securityContext.hostIPC": "hostIPC",
    "spec.securityContext.fsGroup": "fsGroup",
    "spec.securityContext.supplementalGroups": "supplementalGroups",
    "spec.runtimeClassName": "runtimeClassName",
}
_OF_VOLUME = {
    "": "volumes",
    ".csi.driver": "csi",
    ".driver": "flexVolume",
    ".hostPath.pathPrefix": "hostPath",
}
_OF_CONTAINER = {
    "hostPort": "hostPorts",
    "securityContext.privileged": "privileged",
    "securityContext.allowPrivilegeEscalation": "allowPrivilegeEscalation",
    "securityContext.procMount": "procMount",
    "securityContext.readOnlyRootFilesystem": "readOnlyRootFilesystem",
    "securityContext.capabilities.add": "capabilities.add",
    "securityContext.capabilities.drop": "capabilities.drop",
    "securityContext.runAsNonRoot": "nonRoot",
    "securityContext": "runAsGroup",
}


def of_psp(psp: Json, pod: Json, errors: list[Json]) -> frozenset[Objection]:
    """What PSP's errors object to. Raises `KeyError` on a field that no control is known for."""
    return frozenset(_objection(psp, pod, error) for error in errors)


def _objection(psp: Json, pod: Json, error: Json) -> Objection:
    field: str = error["field"]
    if match := _ANNOTATION.fullmatch(field):
        return ("appArmorProfile" if match[2] == "apparmor" else "seccompProfile", match[3] if match[1] else "", "")
    if match := _VOLUME.fullmatch(field):
        return _OF_VOLUME[match[2]], "", pod["spec"]["volumes"][int(match[1])]["name"]
    if match := _CONTAINER.fullmatch(field):
        container = pod["spec"][match[1]][int(match[2])]
        return _of_container(psp, container, match[3])
    if field.startswith("pod.spec.securityContext.sysctls["):
        return "sysctls", "", ""
    if field.startswith("spec.securityContext.seLinuxOptions."):
        return "seLinuxOptions", "", ""
    return _POD[field], "", ""


def _of_container(psp: Json, container: Json, field: str) -> Objection:
    name = str(container["name"])
    if match := _MOUNT.fullmatch(field):
        return "hostPath", name, container["volumeMounts"][int(match[1])]["name"]
    if field.startswith("securityContext.seLinuxOptions."):
        return "seLinuxOptions", name, ""
    if field == "securityContext.runAsUser":
        return "nonRoot" if psp["spec"]["runAsUser"]["rule"] == "MustRunAsNonRoot" else "runAsUser", name, ""
    return _OF_CONTAINER[field], name, ""


def of_oracle(verdict: Verdict) -> frozenset[Objection]:
    """What the interpreter objects to, but for more of a volume whose type is refused: there PSP looks no further.

    Source: ``ValidatePod`` in Kubernetes 1.24 ``pkg/security/podsecuritypolicy/provider.go``.
    """
    refused = {reason.volume for reason in verdict.reasons if reason.control == "volumes"}
    return frozenset(
        (reason.control, reason.container, reason.volume)
        for reason in verdict.reasons
        if reason.control not in ("hostPath", "csi", "flexVolume") or reason.volume not in refused
    )


def comparable(policy: Policy) -> bool:
    """Whether PSP says what it objects to: of a policy that it cannot use, or that admits nothing, it says other things."""
    return not any(check.control == "pods" for check in policy.checks)
