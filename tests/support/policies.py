"""Policies that between them have every field and every default."""

HEAD = "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata:\n  name: {name}\n{meta}spec:\n"
RESTRICTED = """\
  privileged: false
  allowPrivilegeEscalation: false
  requiredDropCapabilities: [ALL]
  volumes: [configMap, emptyDir, secret, hostPath]
  allowedHostPaths: [{pathPrefix: /var/log, readOnly: true}]
  hostNetwork: false
  hostPorts: [{min: 8000, max: 8080}]
  runAsUser: {rule: MustRunAsNonRoot}
  seLinux: {rule: MustRunAs, seLinuxOptions: {level: "s0:c1,c2"}}
  supplementalGroups: {rule: MustRunAs, ranges: [{min: 1, max: 65535}]}
  fsGroup: {rule: MustRunAs, ranges: [{min: 1, max: 65535}]}
  readOnlyRootFilesystem: true
"""
GRANTING = """\
  privileged: true
  defaultAllowPrivilegeEscalation: true
  allowedCapabilities: [NET_ADMIN, SYS_TIME]
  defaultAddCapabilities: [NET_BIND_SERVICE]
  requiredDropCapabilities: [SYS_ADMIN]
  volumes: ["*"]
  allowedUnsafeSysctls: [kernel.msg*]
  forbiddenSysctls: [net.core.somaxconn]
  runAsUser: {rule: MustRunAs, ranges: [{min: 1000, max: 1000}, {min: 2000, max: 3000}]}
  runAsGroup: {rule: MayRunAs, ranges: [{min: 5, max: 9}]}
  seLinux: {rule: RunAsAny}
  supplementalGroups: {rule: RunAsAny}
  fsGroup: {rule: MayRunAs, ranges: [{min: 7, max: 7}]}
"""
ANNOTATED = """\
  privileged: true
  volumes: [emptyDir, csi, flexVolume]
  allowedCSIDrivers: [{name: a.csi.example.com}]
  allowedFlexVolumes: [{driver: example/lvm}]
  allowedProcMountTypes: [Default]
  runtimeClass: {allowedRuntimeClassNames: [kata], defaultRuntimeClassName: kata}
  runAsUser: {rule: RunAsAny}
  seLinux: {rule: RunAsAny}
  supplementalGroups: {rule: RunAsAny}
  fsGroup: {rule: RunAsAny}
"""
ANNOTATIONS = """\
  annotations:
    seccomp.security.alpha.kubernetes.io/allowedProfileNames: runtime/default
    seccomp.security.alpha.kubernetes.io/defaultProfileName: runtime/default
    apparmor.security.beta.kubernetes.io/allowedProfileNames: runtime/default
    apparmor.security.beta.kubernetes.io/defaultProfileName: runtime/default
"""
DEFAULTS = """\
policy defaults "Every default" {
    default allowPrivilegeEscalation true
    allow   allowPrivilegeEscalation true
    default capabilities.add add NET_ADMIN
    default capabilities.drop add ALL
    require capabilities.drop all of ALL
    default runAsNonRoot false
    default readOnlyRootFilesystem true
    require readOnlyRootFilesystem true
    default runAsUser 1000
    require runAsUser 1000-2000
    default runAsGroup 5
    require runAsGroup 5-9
    default fsGroup 7
    require fsGroup 7
    default supplementalGroups 3
    require supplementalGroups 3-4
    default seccompProfile runtime/default
    require seccompProfile runtime/default
    default appArmorProfile runtime/default
    require appArmorProfile runtime/default
    default runtimeClassName kata
}
"""
LONG = "a-name-that-leaves-little-room-for-the-shape-of-a-check"
POLICIES = {
    "restricted": HEAD.format(name="restricted", meta="") + RESTRICTED,
    "granting": HEAD.format(name="granting", meta="") + GRANTING,
    "annotated": HEAD.format(name=LONG, meta=ANNOTATIONS) + ANNOTATED,
    "defaults": DEFAULTS,
}
"""PodSecurityPolicies that together have every field, and a policy with every default."""
EVERY_DEFAULT = """\
policy defaults "Every kind of default" {
    default readOnlyRootFilesystem true
    default allowPrivilegeEscalation false
    default runAsUser 1000
    default runAsGroup 2000
    default nonRoot
    default fsGroup 3000
    default supplementalGroups 4000
    default capabilities.drop add NET_RAW, SYS_ADMIN
    default capabilities.add add NET_ADMIN, SYS_ADMIN, CHOWN
    default seccompProfile localhost/audited.json
    default appArmorProfile runtime/default
    default seLinuxOptions level="s0:c1,c2"
    default runtimeClassName kata
}
"""
"""A policy with nothing but defaults, one of each kind."""
