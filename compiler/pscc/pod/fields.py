"""The field names of a pod, where policies look: what `pods` warns about when a manifest spells one otherwise.

Source: ``k8s.io/api v0.37.2``, ``core/v1/types.go``. Each object is its fields, each with the object behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from pscc.base.frozen import frozen


@frozen
class Fields:
    """The fields of an object. ``below`` holds those whose own fields are known too; lists are seen through."""

    names: tuple[str, ...]
    below: Mapping[str, Fields] = field(default_factory=dict)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_PROFILE = Fields(
    _words("localhostProfile type"),
)

_SELINUX = Fields(
    _words("level role type user"),
)

_CONTEXT = Fields(
    _words(
        "allowPrivilegeEscalation appArmorProfile capabilities privileged procMount readOnlyRootFilesystem runAsGroup "
        "runAsNonRoot runAsUser seLinuxOptions seccompProfile windowsOptions"
    ),
    {
        "appArmorProfile": _PROFILE,
        "capabilities": Fields(("add", "drop")),
        "seLinuxOptions": _SELINUX,
        "seccompProfile": _PROFILE,
    },
)

_POD_CONTEXT = Fields(
    _words(
        "appArmorProfile fsGroup fsGroupChangePolicy runAsGroup runAsNonRoot runAsUser seLinuxChangePolicy "
        "seLinuxOptions seccompProfile supplementalGroups supplementalGroupsPolicy sysctls windowsOptions"
    ),
    {
        "appArmorProfile": _PROFILE,
        "seLinuxOptions": _SELINUX,
        "seccompProfile": _PROFILE,
        "sysctls": Fields(("name", "value")),
    },
)

_MOUNT = Fields(
    _words("bindMountOptions mountPath mountPropagation name readOnly recursiveReadOnly subPath subPathExpr"),
)

_CONTAINER = Fields(
    _words(
        "args command env envFrom image imagePullPolicy lifecycle livenessProbe name ports readinessProbe "
        "resizePolicy resources restartPolicy restartPolicyRules securityContext startupProbe stdin stdinOnce "
        "targetContainerName terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts "
        "workingDir"
    ),
    {
        "ports": Fields(_words("containerPort hostIP hostPort name protocol")),
        "securityContext": _CONTEXT,
        "volumeMounts": _MOUNT,
    },
)

_VOLUME = Fields(
    _words(
        "awsElasticBlockStore azureDisk azureFile cephfs cinder configMap csi downwardAPI emptyDir ephemeral fc "
        "flexVolume flocker gcePersistentDisk gitRepo glusterfs hostPath image iscsi name nfs persistentVolumeClaim "
        "photonPersistentDisk portworxVolume projected quobyte rbd scaleIO secret storageos vsphereVolume"
    ),
    {
        "hostPath": Fields(("path", "type")),
        "projected": Fields(("defaultMode", "sources")),
    },
)

POD_SPEC = Fields(
    _words(
        "activeDeadlineSeconds affinity automountServiceAccountToken containers dnsConfig dnsPolicy "
        "enableServiceLinks ephemeralContainers evictionResponders hostAliases hostIPC hostNetwork hostPID hostUsers "
        "hostname hostnameOverride imagePullSecrets initContainers nodeName nodeSelector os overhead preemptionPolicy "
        "priority priorityClassName readinessGates resourceClaims resources restartPolicy runtimeClassName "
        "schedulerName schedulingGates schedulingGroup securityContext serviceAccount serviceAccountName "
        "setHostnameAsFQDN shareProcessNamespace subdomain terminationGracePeriodSeconds tolerations "
        "topologySpreadConstraints volumes"
    ),
    {
        "containers": _CONTAINER,
        "ephemeralContainers": _CONTAINER,
        "initContainers": _CONTAINER,
        "securityContext": _POD_CONTEXT,
        "volumes": _VOLUME,
    },
)
