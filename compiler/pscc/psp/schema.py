"""The fields of a PodSecurityPolicy and their types. Source: ``k8s.io/api/policy/v1beta1/types.go`` of Kubernetes 1.24."""

from __future__ import annotations

Schema = str | dict[str, "Schema"] | list["Schema"]
"""A scalar type by name; the fields of a map; a list of one element type."""

PORTS: Schema = [{"min": "int32", "max": "int32"}]
IDS: Schema = [{"min": "int64", "max": "int64"}]
STRATEGY: Schema = {"rule": "string", "ranges": IDS}
STRINGS: Schema = ["string"]

SPEC: dict[str, Schema] = {
    "privileged": "bool",
    "defaultAddCapabilities": STRINGS,
    "requiredDropCapabilities": STRINGS,
    "allowedCapabilities": STRINGS,
    "volumes": STRINGS,
    "hostNetwork": "bool",
    "hostPorts": PORTS,
    "hostPID": "bool",
    "hostIPC": "bool",
    "seLinux": {
        "rule": "string",
        "seLinuxOptions": {"user": "string", "role": "string", "type": "string", "level": "string"},
    },
    "runAsUser": STRATEGY,
    "runAsGroup": STRATEGY,
    "supplementalGroups": STRATEGY,
    "fsGroup": STRATEGY,
    "readOnlyRootFilesystem": "bool",
    "defaultAllowPrivilegeEscalation": "bool",
    "allowPrivilegeEscalation": "bool",
    "allowedHostPaths": [{"pathPrefix": "string", "readOnly": "bool"}],
    "allowedFlexVolumes": [{"driver": "string"}],
    "allowedCSIDrivers": [{"name": "string"}],
    "allowedUnsafeSysctls": STRINGS,
    "forbiddenSysctls": STRINGS,
    "allowedProcMountTypes": STRINGS,
    "runtimeClass": {"allowedRuntimeClassNames": STRINGS, "defaultRuntimeClassName": "string"},
}

METADATA = frozenset(
    [
        "name",
        "namespace",
        "labels",
        "annotations",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "finalizers",
        "generateName",
        "generation",
        "managedFields",
        "ownerReferences",
        "resourceVersion",
        "selfLink",
        "uid",
        "clusterName",
    ]
)
"""Fields of ObjectMeta that may stand in a dump; only ``name`` and ``annotations`` mean anything here."""

TOP = frozenset(("apiVersion", "kind", "metadata", "spec", "status"))

RULES: dict[str, tuple[str, ...]] = {
    "seLinux": ("MustRunAs", "RunAsAny"),
    "runAsUser": ("MustRunAs", "MustRunAsNonRoot", "RunAsAny"),
    "runAsGroup": ("MayRunAs", "MustRunAs", "RunAsAny"),
    "supplementalGroups": ("MayRunAs", "MustRunAs", "RunAsAny"),
    "fsGroup": ("MayRunAs", "MustRunAs", "RunAsAny"),
}
REQUIRED = ("seLinux", "runAsUser", "supplementalGroups", "fsGroup")
