"""Pods that differ in one field alone, for each field of the schema, such that the API server creates either."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from pscc.pod.fields import complete, described, element
from pscc.pod.kinds import NOT_YET, Boolean, Enumeration, Field, Integer, Kind, ListOf, Object, Text
from pscc.pod.schema import POD, PROBE

Json = dict[str, Any]
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Two pods that are the same but for the field at ``path``; ``before`` may lack it."""

    path: Path
    before: Json
    after: Json


def paths() -> dict[Path, Field]:
    """Every field that a pod can be created with and whose inside the schema does not describe, by its path through lists.

    Left out are fields that no release keeps yet, and the ephemeral containers.
    """
    return dict(_paths(POD, ()))


def _paths(kind: Kind, path: Path) -> Iterator[tuple[Path, Field]]:
    inside = element(kind)
    for field in inside.fields if isinstance(inside, Object) else ():
        here = (*path, field.name)
        if field.since == NOT_YET or field.name == "ephemeralContainers" or here[-2:] in _NEVER:
            continue
        if isinstance(element(field.kind), Object):
            yield from _paths(field.kind, here)
        else:
            yield here, field


_NEVER = (
    ("containers", "targetContainerName"),
    ("initContainers", "targetContainerName"),
    ("readinessProbe", "terminationGracePeriodSeconds"),
)
"""Fields that the API server drops, or refuses, in every pod that is created."""


def changes(path: Path) -> Iterator[Change]:
    """The field at ``path`` set to another value, and set at all; the API server may refuse a pod without the field."""
    first, second = _two_values(path, described("pod", path)[-1])
    pods = _pod(path, first), _pod(path, second), _pod(path, first, without=True)
    yield Change(path, pods[0], pods[1])
    if described("pod", path)[-1].needs is None and pods[2] != pods[0]:
        yield Change(path, pods[2], pods[0])


def changed(stored: Json, change: Change) -> Json:
    """A copy of ``stored``, which was created as ``change.before``, with the field as ``change.after`` has it."""
    copy = deepcopy(stored)
    _put(copy, change.path, change.after)
    return copy


def _put(into: Json, path: Path, of: Json) -> None:
    name, *rest = path
    if not rest or name not in into:
        into[name] = deepcopy(of.get(name))
    elif isinstance(into[name], list):
        _put(into[name][0], tuple(rest), of[name][0])
    else:
        _put(into[name], tuple(rest), of[name])


def _pod(path: Path, value: object, *, without: bool = False) -> Json:
    """A pod that has ``value`` at ``path``, and what the API server wants beside that."""
    fields = described("pod", path)
    siblings = next((_SIBLINGS[end] for end in _ends(path) if end in _SIBLINGS), {})
    found: Any = siblings if without else {**siblings, path[-1]: value}
    for field in reversed(fields[:-1]):
        found = {field.name: [found] if isinstance(field.kind, ListOf) else found}
    for name, more in _ELSEWHERE.items():
        if name in path:
            found = _merged(more, found)
    ordinary = {"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "default"}}
    pod: Json = deepcopy(_merged({**ordinary, "spec": {"automountServiceAccountToken": False}}, found))
    complete(pod, POD)
    return pod


def _merged(first: Any, second: Any) -> Any:
    """``second`` over ``first``, objects and lists within one another."""
    match first, second:
        case dict(), dict():
            return {name: _merged(first.get(name), second.get(name, first.get(name))) for name in {**first, **second}}
        case list(), list():
            return [_merged(one, one if other is None else other) for one, other in zip_longest(first, second)]
        case _:
            return second


def _ends(path: Path) -> Iterator[str]:
    """The names with which the path ends, joined, the most first."""
    return (".".join(path[-length:]) for length in range(len(path), 0, -1))


def _two_values(path: Path, field: Field) -> tuple[object, object]:
    known = next((_VALUES[end] for end in _ends(path) if end in _VALUES), None)
    if known is not None:
        return known
    match field.kind:
        case Boolean():
            return True, False
        case Integer(high=high):
            return (1000, 999) if high > 1000 else (0o400, 0o440)
        case Enumeration(values=values):
            return values[-1], values[-2]
        case Text():
            return "other", "another"
        case ListOf(of=Text()):
            return ["other"], ["another"]
        case ListOf(of=Integer()):
            return [1000], [999]
    raise AssertionError(f"{'.'.join(path)} has no values yet: add two to `_VALUES`")


_REQUESTS = ({"requests": {"cpu": "1"}}, {"requests": {"cpu": "2"}})
_EXPRESSION = {"key": "a", "operator": "Exists"}
_TERM = {"nodeSelectorTerms": [{"matchExpressions": [_EXPRESSION]}]}
_NARROWER = {"nodeSelectorTerms": [{"matchExpressions": [_EXPRESSION, {"key": "b", "operator": "Exists"}]}]}
_GATED = {"spec": {"schedulingGates": [{"name": "example.com/a"}]}}
_CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
_CERTIFICATE = {"signerName": "example.com/a", "keyType": "ED25519"}
_CONTAINER_OF = {"containerName": "main", "resource": "limits.cpu"}
_BLOCK = [
    {"name": "data", "persistentVolumeClaim": {"claimName": "a"}},
    {"name": "other", "persistentVolumeClaim": {"claimName": "b"}},
]


def _volume(of: Json, **other: object) -> tuple[object, object]:
    return of, {**of, **other}


_VALUES: dict[str, tuple[object, object]] = {
    "metadata.annotations": ({"a": "b"}, {"a": "c"}),
    "metadata.labels": ({"a": "b"}, {"a": "c"}),
    "spec.affinity": tuple(
        {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": term}} for term in (_TERM, _NARROWER)
    ),
    "spec.nodeSelector": ({"a": "b"}, {"a": "b", "c": "d"}),
    "spec.dnsConfig": ({"searches": ["a"]}, {"searches": ["b"]}),
    "spec.dnsPolicy": ("Default", "ClusterFirst"),
    "spec.hostAliases": ([{"ip": "127.0.0.1"}], [{"ip": "127.0.0.2"}]),
    "spec.imagePullSecrets": ([{"name": "a"}], [{"name": "b"}]),
    "spec.overhead": ({"cpu": "1"}, {"cpu": "2"}),
    "spec.priorityClassName": ("other", ""),
    "spec.readinessGates": ([{"conditionType": "a"}], [{"conditionType": "b"}]),
    "spec.resourceClaims": tuple([{"name": "a", "resourceClaimName": name}] for name in "ab"),
    "spec.resources": _REQUESTS,
    "spec.schedulingGates": ([{"name": "example.com/a"}, {"name": "example.com/b"}], [{"name": "example.com/a"}]),
    "spec.tolerations": ([{"key": "a", "operator": "Exists"}], [{"key": k, "operator": "Exists"} for k in "ab"]),
    "spec.topologySpreadConstraints": tuple(
        [{"maxSkew": skew, "topologyKey": "a", "whenUnsatisfiable": "DoNotSchedule"}] for skew in (1, 2)
    ),
    # of containers
    "env": ([{"name": "A", "value": "a"}], [{"name": "A", "value": "b"}]),
    "envFrom": tuple([{"secretRef": {"name": name}}] for name in "ab"),
    "exec": ({"command": ["a"]}, {"command": ["b"]}),
    "grpc": ({"port": 80}, {"port": 81}),
    "sleep": ({"seconds": 1}, {"seconds": 2}),
    "port": (80, 81),
    "httpHeaders": tuple([{"name": "X-A", "value": value}] for value in "ab"),
    "mountPath": ("/a", "/b"),
    "mountPropagation": ("HostToContainer", "None"),
    "volumeMounts.name": ("data", "other"),
    "volumeDevices": tuple([{"name": name, "devicePath": "/dev/x"}] for name in ("data", "other")),
    "livenessProbe.successThreshold": (1, 2),
    "startupProbe.successThreshold": (1, 2),
    "resizePolicy": tuple([{"resourceName": "cpu", "restartPolicy": p}] for p in ("NotRequired", "RestartContainer")),
    "resources": _REQUESTS,
    "spec.securityContext.windowsOptions.hostProcess": (True, False),
    "hostProcess": (True, None),
    "restartPolicyRules": tuple(
        [{"action": "Restart", "exitCodes": {"operator": "In", "values": [code]}}] for code in (1, 2)
    ),
    "seccompProfile.type": ("RuntimeDefault", "Unconfined"),
    "appArmorProfile.type": ("RuntimeDefault", "Unconfined"),
    "hostIP": ("127.0.0.1", "127.0.0.2"),
    # of volumes
    "volumes.awsElasticBlockStore": _volume({"volumeID": "a"}, volumeID="b"),
    "volumes.azureDisk": _volume({"diskName": "a", "diskURI": "https://a.blob.core.windows.net/a"}, diskName="b"),
    "volumes.azureFile": _volume({"secretName": "a", "shareName": "a"}, shareName="b"),
    "volumes.cephfs": _volume({"monitors": ["a"]}, monitors=["b"]),
    "volumes.cinder": _volume({"volumeID": "a"}, volumeID="b"),
    "nodePublishSecretRef": ({"name": "a"}, {"name": "b"}),
    "volumeAttributes": ({"a": "b"}, {"a": "c"}),
    "volumes.emptyDir": ({"medium": "Memory", "sizeLimit": "1Mi"}, {"medium": "Memory", "sizeLimit": "2Mi"}),
    "volumes.ephemeral": tuple(
        {"volumeClaimTemplate": {"spec": {**_CLAIM, "storageClassName": name}}} for name in ("a", "b")
    ),
    "volumes.fc": _volume({"targetWWNs": ["a"], "lun": 1}, lun=2),
    "flexVolume.options": ({"a": "b"}, {"a": "c"}),
    "flexVolume.secretRef": ({"name": "a"}, {"name": "b"}),
    "volumes.flocker": _volume({"datasetName": "a"}, datasetName="b"),
    "volumes.gcePersistentDisk": _volume({"pdName": "a"}, pdName="b"),
    "volumes.gitRepo": _volume({"repository": "a"}, repository="b"),
    "volumes.glusterfs": _volume({"endpoints": "a", "path": "a"}, path="b"),
    "volumes.iscsi": _volume({"targetPortal": "a", "iqn": "iqn.2001-04.com.example:a", "lun": 1}, lun=2),
    "nfs.path": ("/a", "/b"),
    "volumes.photonPersistentDisk": _volume({"pdID": "a"}, pdID="b"),
    "volumes.portworxVolume": _volume({"volumeID": "a"}, volumeID="b"),
    "volumes.quobyte": _volume({"registry": "a:1", "volume": "a"}, volume="b"),
    "volumes.rbd": _volume({"monitors": ["a"], "image": "a"}, image="b"),
    "volumes.scaleIO": _volume(
        {"gateway": "a", "system": "a", "volumeName": "a", "secretRef": {"name": "a"}}, system="b"
    ),
    "volumes.storageos": _volume({"volumeName": "a"}, volumeName="b"),
    "volumes.vsphereVolume": _volume({"volumePath": "a"}, volumePath="b"),
    "fieldRef.apiVersion": ("v1", "v2"),
    "fieldRef.fieldPath": ("metadata.namespace", "metadata.name"),
    "resourceFieldRef": (_CONTAINER_OF, {**_CONTAINER_OF, "resource": "limits.memory"}),
    "clusterTrustBundle": _volume({"name": "a", "path": "a"}, path="b"),
    "podCertificate": _volume({**_CERTIFICATE, "keyPath": "a", "certificateChainPath": "b"}, keyPath="c"),
}
"""Two values of a field, by the names with which its path ends. What is None is what the API server fills in."""

_FIELD_REF = {"fieldRef": {"fieldPath": "metadata.name"}}
_SIBLINGS: dict[str, Json] = {
    "localhostProfile": {"type": "Localhost"},
    "recursiveReadOnly": {"readOnly": True},
    "restartPolicyRules": {"restartPolicy": "Never"},
    "downwardAPI.items.mode": _FIELD_REF,
    "downwardAPI.items.path": _FIELD_REF,
    **{
        f"{probe}.{name}": {"exec": {"command": ["x"]}}
        for probe in ("livenessProbe", "readinessProbe", "startupProbe")
        for name in (field.name for field in PROBE.fields if isinstance(field.kind, Integer))
    },
}
"""What has to stand beside a field in the object that has it."""
_MOUNTED = {"spec": {"volumes": [{"name": name, "emptyDir": {}} for name in ("data", "other")]}}
_ELSEWHERE: dict[str, Json] = {
    "affinity": _GATED,
    "nodeSelector": _GATED,
    "overhead": {"spec": {"runtimeClassName": "heavy"}},
    "initContainers": {"spec": {"initContainers": [{"name": "first", "image": "i", "restartPolicy": "Always"}]}},
    "volumeMounts": _MOUNTED,
    "volumeDevices": {"spec": {"volumes": _BLOCK}},
    "hostProcess": {"spec": {"hostNetwork": True, "securityContext": {"windowsOptions": {"hostProcess": True}}}},
    "procMount": {"spec": {"hostUsers": False}},
}
"""What has to stand elsewhere in a pod that has a field, by a name on its path."""
