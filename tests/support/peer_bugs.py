"""What peers get wrong of PodSecurityPolicy's fields, each a policy with pods that it admits and pods that it refuses.

The numbers are those of section 4 of the field notes: PM is appvia/psp-migration (4.1), GL gatekeeper-library (4.2), KP
kyverno/policies with its chart (4.3), PA kube-psp-advisor (4.4). Bugs that are not about a field of PSP (a crash on
``kind: List``, a deadlock at bootstrap) are not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
_ANY = {"rule": "RunAsAny"}
_TOKEN = {
    "name": "kube-api-access",
    "projected": {"sources": [
        {"serviceAccountToken": {"path": "token", "expirationSeconds": 3607}},
        {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        {"downwardAPI": {"items": [
            {"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}]}},
    ]},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer's bug. ``spec`` goes over a PSP that says nothing else; ``admits`` and ``refuses`` are pods."""

    name: str
    spec: Json
    admits: tuple[Json, ...] = ()
    refuses: tuple[Json, ...] = ()
    annotations: Json | None = None

    @property
    def psp(self) -> Json:
        """The whole PSP."""
        spec = {**{f: _ANY for f in ("runAsUser", "seLinux", "supplementalGroups", "fsGroup")}, **self.spec}
        annotations = {"seccomp.security.alpha.kubernetes.io/allowedProfileNames": "*", **(self.annotations or {})}
        metadata = {"name": "peer", "annotations": annotations}
        return {"apiVersion": "policy/v1beta1", "kind": "PodSecurityPolicy", "metadata": metadata, "spec": spec}


def pod(*containers: Json, init: tuple[Json, ...] = (), annotations: Json | None = None, **spec: Any) -> Json:
    """A pod of these containers (one that says nothing if there are none)."""
    named = [{"name": f"c{i}", "image": "app:1", **c} for i, c in enumerate(containers or ({},))]
    inits = [{"name": f"i{i}", "image": "app:1", **c} for i, c in enumerate(init)]
    metadata: Json = {"name": "pod", "namespace": "default", **({"annotations": annotations} if annotations else {})}
    whole = {
        "containers": named,
        **({"initContainers": inits} if inits else {}),
        "serviceAccountName": "default",
        **spec,
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": whole}


def context(**fields: Any) -> Json:
    """A container with this security context."""
    return {"securityContext": fields}


def ports(*numbers: int | None) -> Json:
    """A container with these host ports, None being a port without one."""
    listed = [{"containerPort": 1000 + i, **({"hostPort": n} if n else {})} for i, n in enumerate(numbers)]
    return {"ports": listed}


def volume(**source: Any) -> Json:
    """A pod with a volume of this source."""
    return pod(volumes=[{"name": "v", **source}])


def mounted(path: str, read_only: bool) -> Json:
    """A pod that mounts a host path."""
    mount = {"name": "v", "mountPath": "/v", **({"readOnly": True} if read_only else {})}
    return pod({"volumeMounts": [mount]}, volumes=[{"name": "v", "hostPath": {"path": path}}])


def capabilities(**lists: list[str]) -> Json:
    """A container with these capabilities."""
    return context(capabilities=lists)


def ranges(*pairs: tuple[int, int]) -> list[Json]:
    """Ranges."""
    return [{"min": low, "max": high} for low, high in pairs]


def must(rule: str, *pairs: tuple[int, int]) -> Json:
    """A strategy."""
    return {"rule": rule, "ranges": ranges(*pairs)}


PEERS = (
    Peer("PM-1 volumes are those that the policy lists", {"volumes": ["secret", "nfs"]},
         (volume(secret={"secretName": "s"}), volume(nfs={"server": "s", "path": "/"})),
         (volume(emptyDir={}), volume(projected={"sources": [{"secret": {"name": "s"}}]}))),
    Peer("PM-2 two host port ranges are one list", {"hostPorts": ranges((80, 80), (443, 443))},
         (pod(ports(80)), pod(ports(443)), pod(ports(80, 443))), (pod(ports(81)), pod(ports(80, 444)))),
    Peer("PM-2 no host port ranges are none", {}, (pod(ports(None)),), (pod(ports(80)),)),
    Peer("PM-3 two required drops are added, and satisfied by just those", {"requiredDropCapabilities": ["KILL", "MKNOD"]},
         (pod(capabilities(drop=["MKNOD", "KILL"])), pod(), pod(capabilities(drop=["KILL"])),
          pod(capabilities(drop=["MKNOD", "KILL", "CHOWN"])))),
    Peer("PM-4 switches that are left out are false", {},
         (pod(context(privileged=False)), pod()),
         (pod(context(privileged=True)), pod(hostPID=True), pod(hostIPC=True), pod(hostNetwork=True))),
    Peer("PM-4 without lists no capability may be added", {}, (pod(capabilities(drop=["KILL"])),),
         (pod(capabilities(add=["CHOWN"])),)),
    Peer("PM-5 MustRunAsNonRoot", {"runAsUser": {"rule": "MustRunAsNonRoot"}},
         (pod(), pod(context(runAsUser=1)), pod(context(runAsNonRoot=True))),
         (pod(context(runAsUser=0)), pod(context(runAsNonRoot=False)), pod(securityContext={"runAsUser": 0}))),
    Peer("PM-5 MustRunAs looks at every range", {"runAsUser": must("MustRunAs", (10, 20), (30, 40))},
         (pod(context(runAsUser=30)), pod(context(runAsUser=40)), pod()),
         (pod(context(runAsUser=21)), pod(context(runAsUser=41)), pod(context(runAsUser=9)))),
    Peer("PM-6 allowed host paths: every prefix, whole segments, read-only",
         {"volumes": ["hostPath"], "allowedHostPaths": [
             {"pathPrefix": "/var/log", "readOnly": True}, {"pathPrefix": "/srv/data"}]},
         (mounted("/var/log/app", True), mounted("/srv/data/x", False), volume(hostPath={"path": "/var/log"})),
         (mounted("/var/log/app", False), mounted("/srv", True), mounted("/var/lib", True))),
    Peer("PM-7 escalation that is left out is set to false", {"allowPrivilegeEscalation": False},
         (pod(), pod(context(allowPrivilegeEscalation=False), init=({},))), (pod(context(allowPrivilegeEscalation=True)),)),
    Peer("PM-7 a root file system that is left out is made read-only", {"readOnlyRootFilesystem": True},
         (pod(), pod(context(readOnlyRootFilesystem=True), init=({},))), (pod(context(readOnlyRootFilesystem=False)),)),
    Peer("PM-8 defaults are set on containers", {"defaultAddCapabilities": ["CHOWN"], "defaultAllowPrivilegeEscalation": False},
         (pod({}, context(allowPrivilegeEscalation=True), init=({},)), pod(capabilities(drop=["CHOWN"])),
          pod(capabilities(drop=["ALL"]))), (pod(capabilities(add=["KILL"])),)),
    Peer("PM-9 seccomp profiles: a localhost path, and none is refused", {},
         (pod(securityContext={"seccompProfile": {"type": "Localhost", "localhostProfile": "a.json"}}),),
         (pod(), pod(securityContext={"seccompProfile": {"type": "Localhost", "localhostProfile": "b.json"}}),
          pod(context(seccompProfile={"type": "Localhost", "localhostProfile": "a.json"}))),
         {"seccomp.security.alpha.kubernetes.io/allowedProfileNames": "localhost/a.json"}),
    Peer("PM-9 AppArmor profiles are a list", {},
         (pod(annotations={"container.apparmor.security.beta.kubernetes.io/c0": "localhost/a"}),
          pod(annotations={"container.apparmor.security.beta.kubernetes.io/c0": "runtime/default"})),
         (pod(), pod(annotations={"container.apparmor.security.beta.kubernetes.io/c0": "unconfined"})),
         {"apparmor.security.beta.kubernetes.io/allowedProfileNames": "runtime/default,localhost/a"}),
    Peer("PM-10 hostPID and hostIPC are two switches", {"hostPID": True}, (pod(hostPID=True),), (pod(hostIPC=True),)),
    Peer("PM-10 hostIPC without hostPID", {"hostIPC": True}, (pod(hostIPC=True),), (pod(hostPID=True),)),
    Peer("PM-10 safe sysctls need not be listed", {"allowedUnsafeSysctls": ["kernel.msg*"]},
         (pod(securityContext={"sysctls": [{"name": "kernel.shm_rmid_forced", "value": "1"}]}),
          pod(securityContext={"sysctls": [{"name": "kernel.msgmax", "value": "1"}]})),
         (pod(securityContext={"sysctls": [{"name": "kernel.sem", "value": "1"}]}),)),
    Peer("PM-10 what is added by default may be added", {"defaultAddCapabilities": ["CHOWN"], "allowedCapabilities": ["KILL"]},
         (pod(init=({},)), pod(capabilities(add=["CHOWN", "KILL"]), init=(capabilities(add=["CHOWN"]),))),
         (pod(capabilities(add=["MKNOD"])),)),
    Peer("PM-12 containers without a list of added capabilities", {"allowedCapabilities": ["KILL"]},
         (pod({}, context(), capabilities(), capabilities(add=["KILL"])),), (pod({}, capabilities(add=["CHOWN"])),)),
    Peer("GL-1 a host port beside others: one out of range is enough", {"hostPorts": ranges((80, 9000))},
         (pod({"ports": []}), pod(ports(80, None, 9000))),
         (pod(ports(22, None)), pod(ports(22, 8080)), pod(ports(22, 9001)))),
    Peer("GL-2 /foolish is not under /foo",
         {"volumes": ["hostPath"], "allowedHostPaths": [{"pathPrefix": "/foo", "readOnly": True}]},
         (mounted("/foo/bar", True), mounted("/foo", True)), (mounted("/foolish", True), mounted("/foo", False))),
    Peer("GL-2 containers without volumeMounts",
         {"volumes": ["hostPath"], "allowedHostPaths": [{"pathPrefix": "/foo", "readOnly": True}]},
         (pod({}, {"volumeMounts": [{"name": "v", "mountPath": "/v", "readOnly": True}]},
              volumes=[{"name": "v", "hostPath": {"path": "/foo/bar"}}]), volume(hostPath={"path": "/foo"})),
         (pod({}, {"volumeMounts": [{"name": "v", "mountPath": "/v"}]},
              volumes=[{"name": "v", "hostPath": {"path": "/foo/bar"}}]),)),
    Peer("GL-6 an fsGroup that is left out", {"fsGroup": must("MayRunAs", (1, 5))},
         (pod(), pod(securityContext={}), pod(securityContext={"fsGroup": 5})), (pod(securityContext={"fsGroup": 6}),)),
    Peer("GL-7 the API token's volume passes where secrets do", {"volumes": ["secret"]},
         (pod(volumes=[_TOKEN]),), (volume(projected={"sources": [{"configMap": {"name": "other"}}]}),)),
    Peer("GL-7 no unsafe sysctl unless it is listed", {},
         (pod(securityContext={"sysctls": [{"name": "net.ipv4.tcp_syncookies", "value": "1"}]}),),
         (pod(securityContext={"sysctls": [{"name": "net.core.somaxconn", "value": "1"}]}),)),
    Peer("GL-8 runAsNonRoot false with a user id", {"runAsUser": {"rule": "MustRunAsNonRoot"}},
         (pod(context(runAsNonRoot=True, runAsUser=1000)),), (pod(context(runAsNonRoot=False, runAsUser=1000)),)),
    Peer("GL-9 SELinux: categories in any order, options that are left out", {"seLinux": {
            "rule": "MustRunAs", "seLinuxOptions": {"user": "u", "role": "r", "type": "t", "level": "s0:c1,c2"}}},
         (pod(), pod(context(seLinuxOptions={"user": "u", "role": "r", "type": "t", "level": "s0:c2,c1"}))),
         (pod(context(seLinuxOptions={"level": "s0:c1,c2"})), pod(securityContext={"seLinuxOptions": {"type": "t"}}))),
    Peer("GL-10 an AppArmor profile has to be set", {},
         (pod(annotations={"container.apparmor.security.beta.kubernetes.io/c0": "runtime/default"}),), (pod(),),
         {"apparmor.security.beta.kubernetes.io/allowedProfileNames": "runtime/default"}),
    Peer("GL-10 both proc mount types", {"allowedProcMountTypes": ["Default", "Unmasked"]},
         (pod(context(procMount="Unmasked")), pod(context(procMount="Default")), pod())),
    Peer("GL-10 the default proc mount type alone", {}, (pod(),), (pod(context(procMount="Unmasked")),)),
    Peer("GL-10 capabilities are compared as they are spelled", {"allowedCapabilities": ["CHOWN"]},
         (pod(capabilities(add=["CHOWN"])),), (pod(capabilities(add=["chown"])),)),
    Peer("GL-11 no host paths listed are all of them", {"volumes": ["hostPath"]}, (volume(hostPath={"path": "/etc"}),)),
    Peer("GL-11 no FlexVolume drivers listed are all of them", {"volumes": ["flexVolume"]},
         (volume(flexVolume={"driver": "a/b"}),), (volume(csi={"driver": "a.b"}),)),
    Peer("GL-12 MustRunAs sets what is left out", {
            "runAsUser": must("MustRunAs", (10, 20)), "runAsGroup": must("MustRunAs", (10, 20)),
            "fsGroup": must("MustRunAs", (10, 20)), "supplementalGroups": must("MustRunAs", (10, 20))},
         (pod(init=({},)), pod(context(runAsUser=20)), pod(securityContext={"runAsGroup": 11})),
         (pod(context(runAsUser=0)), pod(context(runAsGroup=21)), pod(securityContext={"fsGroup": 9}))),
    Peer("KP-1 init containers get the default capabilities, containers stay two", {"defaultAddCapabilities": ["CHOWN"]},
         (pod(init=({},)), pod({}, {}, init=({}, capabilities(drop=["CHOWN"]))))),
    Peer("KP-2 a runtime class that is set is kept", {"runtimeClass": {
            "allowedRuntimeClassNames": ["kata", "gvisor"], "defaultRuntimeClassName": "kata"}},
         (pod(), pod(runtimeClassName="gvisor")), (pod(runtimeClassName="other"),)),
    Peer("KP-2 an AppArmor profile that is set is kept", {},
         (pod(), pod(annotations={"container.apparmor.security.beta.kubernetes.io/c0": "localhost/custom"})), (),
         {"apparmor.security.beta.kubernetes.io/defaultProfileName": "runtime/default"}),
    Peer("KP-3 runAsNonRoot false on the pod", {"runAsUser": {"rule": "MustRunAsNonRoot"}},
         (pod(context(runAsNonRoot=True), securityContext={"runAsNonRoot": False}),),
         (pod(securityContext={"runAsNonRoot": False}),)),
    Peer("KP-4 user ranges, CSI and FlexVolume drivers", {
            "runAsUser": must("MustRunAs", (1, 1), (5, 9)), "runAsGroup": must("MayRunAs", (1, 1), (5, 9)),
            "volumes": ["csi", "flexVolume"], "allowedCSIDrivers": [{"name": "a.b"}],
            "allowedFlexVolumes": [{"driver": "a/b"}]},
         (volume(csi={"driver": "a.b"}), volume(flexVolume={"driver": "a/b"}), pod(context(runAsUser=5, runAsGroup=9))),
         (volume(csi={"driver": "c.d"}), volume(flexVolume={"driver": "c/d"}), pod(context(runAsGroup=4)))),
    Peer("KP-6 the host network makes every port a host port", {"hostNetwork": True, "hostPorts": ranges((80, 80))},
         (pod({"ports": [{"containerPort": 80}]}, hostNetwork=True), pod({"ports": [{"containerPort": 81}]})),
         (pod({"ports": [{"containerPort": 81}]}, hostNetwork=True),)),
    Peer("PA-1 the pod's ids stand below a container's context", {"runAsUser": must("MustRunAs", (10, 20))},
         (pod(context(privileged=False), securityContext={"runAsUser": 10}),),
         (pod(context(privileged=False), securityContext={"runAsUser": 21}),)),
    Peer("PA-2 dropping ALL does not take a default away", {"defaultAddCapabilities": ["CHOWN"]},
         (pod(capabilities(drop=["ALL"])),)),
    Peer("PA-3 a port without a host port is no host port", {"hostPorts": ranges((80, 80))},
         (pod(ports(None)), pod(ports(80))), (pod(ports(1)),)),
    Peer("PA-4 a writable host path stays writable",
         {"volumes": ["hostPath"], "allowedHostPaths": [{"pathPrefix": "/data"}]}, (mounted("/data/x", False),)),
)  # fmt: skip
