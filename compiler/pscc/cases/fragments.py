"""Fragments for the pods of any policy: fields that policies read, empty or unusual, and fields that they do not read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pscc import ir
from pscc.controls._base import Fragment, Probe
from pscc.controls._shapes import at, label_of
from pscc.ir.defaulting import json_value
from pscc.pod.fields import described, example
from pscc.pod.kinds import Boolean, Enumeration, Integer, Kind

CONTEXT = "securityContext"
APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"


def _context(**fields: object) -> Probe:
    label = "-".join(fields).lower() or "empty"
    return Probe(label, container={CONTEXT: fields})


def _pod_context(**fields: object) -> Probe:
    return Probe("pod-" + ("-".join(fields).lower() or "empty"), pod={"spec": {CONTEXT: fields}})


def _port(container: int, host: int | None = None) -> dict[str, object]:
    return {"containerPort": container, "protocol": "TCP", **({} if host is None else {"hostPort": host})}


def _volume(**source: object) -> Probe:
    name = next(iter(source), "nothing")
    mount = {"name": "extra", "mountPath": "/extra", "readOnly": name != "hostPath"}
    volume: dict[str, object] = {"name": "extra", **source}
    return Probe(f"volume-{name}".lower(), pod={"spec": {"volumes": [volume]}}, container={"volumeMounts": [mount]})


def _sources(*sources: object) -> Probe:
    return _volume(projected={"sources": list(sources)})


_FIELD_REF = {"apiVersion": "v1", "fieldPath": "metadata.namespace"}
_TOKEN = {"serviceAccountToken": {"path": "token", "expirationSeconds": 3600}}

ANYWHERE: tuple[Probe, ...] = (
    _context(),
    _context(capabilities={}),
    _context(capabilities={"add": ["CHOWN"], "drop": ["CHOWN"]}),
    _context(capabilities={"add": ["NET_BIND_SERVICE", "NET_BIND_SERVICE"]}),
    _context(capabilities={"drop": ["ALL"]}),
    _context(capabilities={"drop": ["KILL", "CHOWN", "SYS_ADMIN"]}),
    _context(capabilities={"add": ["ALL"]}),
    _context(seLinuxOptions={}),
    _context(seLinuxOptions={"user": "u", "type": "t"}),
    _context(privileged=True),
    _context(privileged=False, allowPrivilegeEscalation=False, readOnlyRootFilesystem=True),
    _context(allowPrivilegeEscalation=True),
    _context(readOnlyRootFilesystem=False),
    _context(runAsUser=0),
    _context(runAsUser=1000660000),
    _context(runAsGroup=0),
    _context(runAsNonRoot=False),
    _context(procMount="Unmasked"),
    _context(procMount="Default"),
    _context(seccompProfile={"type": "Unconfined"}),
    _context(seccompProfile={"type": "Localhost", "localhostProfile": "a.json"}),
    _context(appArmorProfile={"type": "RuntimeDefault"}),
    _pod_context(),
    _pod_context(runAsUser=0),
    _pod_context(runAsUser=2147483647),
    _pod_context(runAsGroup=0),
    _pod_context(runAsNonRoot=True),
    _pod_context(runAsNonRoot=False),
    _pod_context(fsGroup=0),
    _pod_context(supplementalGroups=[0]),
    _pod_context(supplementalGroups=[1, 1000660000]),
    _pod_context(seLinuxOptions={}),
    _pod_context(seLinuxOptions={"level": "s0:c2,c1"}),
    _pod_context(seccompProfile={"type": "RuntimeDefault"}),
    _pod_context(appArmorProfile={"type": "Unconfined"}),
    _pod_context(sysctls=[{"name": "kernel.shm_rmid_forced", "value": "1"}]),
    _pod_context(sysctls=[{"name": "net.core.somaxconn", "value": "1"}, {"name": "kernel.msgmax", "value": "1"}]),
    Probe("host-network", pod={"spec": {"hostNetwork": True}}),
    Probe("host-network-port", pod={"spec": {"hostNetwork": True}}, container={"ports": [_port(8080)]}),
    Probe("host-network-ports", pod={"spec": {"hostNetwork": True}}, container={"ports": [_port(22), _port(8080)]}),
    Probe("host-pid", pod={"spec": {"hostPID": True}}),
    Probe("host-ipc", pod={"spec": {"hostIPC": True}}),
    Probe("runtime-class", pod={"spec": {"runtimeClassName": "gvisor"}}),
    Probe("port-without-host-port", container={"ports": [_port(80)]}),
    Probe("port-host-port-zero", container={"ports": [_port(80, 0)]}),
    Probe("port-lowest", container={"ports": [_port(80, 1)]}),
    Probe("port-highest", container={"ports": [_port(80, 65535), _port(81)]}),
    Probe("apparmor-annotation", pod={"metadata": {"annotations": {f"{APP_ARMOR}main": "runtime/default"}}}),
    Probe("apparmor-annotation-local", pod={"metadata": {"annotations": {f"{APP_ARMOR}main": "localhost/a.json"}}}),
    _volume(),
    _volume(emptyDir={}),
    _volume(configMap={"name": "settings"}),
    _volume(secret={"secretName": "keys"}),
    _volume(hostPath={"path": "/"}),
    _volume(hostPath={"path": "/var/log//a"}),
    _volume(hostPath={"path": "/var/logs"}),
    _volume(csi={"driver": "inline.csi.example"}),
    _volume(csi={"driver": "other.csi.example"}),
    _volume(flexVolume={"driver": "example/lvm"}),
    _volume(flexVolume={"driver": "example/other"}),
    _volume(persistentVolumeClaim={"claimName": "data"}),
    _volume(downwardAPI={"items": [{"path": "namespace", "fieldRef": _FIELD_REF}]}),
    _volume(ephemeral={"volumeClaimTemplate": {"spec": {
        "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}}),
    _volume(cephfs={"monitors": ["a"]}),
    _volume(nfs={"server": "files", "path": "/"}),
    _sources(_TOKEN),
    _sources({"serviceAccountToken": {"path": "other", "expirationSeconds": 3600}}),
    _sources({"serviceAccountToken": {"path": "token", "audience": "a", "expirationSeconds": 3600}}),
    _sources({"configMap": {"name": "kube-root-ca.crt"}}),
    _sources({"configMap": {"name": "other"}}),
    _sources({"secret": {"name": "keys"}}),
    _sources({"downwardAPI": {"items": [{"path": "namespace", "fieldRef": _FIELD_REF}]}}),
    _sources({"downwardAPI": {"items": [{"path": "name", "fieldRef": {**_FIELD_REF, "fieldPath": "metadata.name"}}]}}),
    _sources(_TOKEN, {"configMap": {"name": "kube-root-ca.crt"}},
             {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": _FIELD_REF}]}}),
    Probe("two-volumes", pod={"spec": {"volumes": [
        {"name": "extra", "hostPath": {"path": "/var/log/app"}}, {"name": "more", "hostPath": {"path": "/tmp"}},
        {"name": "last"}]}},
        container={"volumeMounts": [
            {"name": "more", "mountPath": "/more"}, {"name": "extra", "mountPath": "/extra", "readOnly": True},
            {"name": "last", "mountPath": "/last"}]}),
)  # fmt: skip


def set_by(default: ir.Default) -> Iterator[Probe]:
    """Probes with the value of ``default``, and with values beside it; none where a probe of `ANYWHERE` has that field."""
    on_pod = default.site == "pod"
    if any(_has((probe.pod if on_pod else probe.container) or {}, default.path) for probe in ANYWHERE):
        return
    kind = described("pod" if on_pod else "container", default.path)[-1].kind
    for value in _beside(kind, json_value(default)):
        label = f"{label_of(default.path[-1])}-{label_of(str(value))}"
        fragment = at(default.path, value)
        yield Probe(label, pod=fragment) if on_pod else Probe(label, container=fragment)


def _has(fragment: Fragment, path: tuple[str, ...]) -> bool:
    first, *rest = path
    inner = fragment.get(first)
    return first in fragment and (not rest or (isinstance(inner, Mapping) and _has(inner, tuple(rest))))


def _beside(kind: Kind, value: object) -> Iterator[object]:
    yield value
    match kind:
        case Boolean():
            yield not value
        case Integer(low=low, high=high) if isinstance(value, int):
            yield from (number for number in (value - 1, value + 1) if low <= number <= high)
        case Enumeration(values=values):
            yield from (other for other in values if other not in (value, ""))
        case _:
            yield example(kind)
