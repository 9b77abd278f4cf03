"""Every field of a pod that a control can read, once: one line each. All other knowledge of pods is derived from this file.

Sources, of Kubernetes v1.37.2 and ``k8s.io/api`` v0.37.2:

- names, types, and which fields are dropped when they are empty (``plain``): ``core/v1/types.go``
- ranges, values, required fields (``needs``) and operating systems: ``pkg/apis/core/validation/validation.go``
  (``validateWindows``, ``validateLinux``, ``allowedEphemeralContainerFields``)
- values that the API server fills in (``filled``): ``pkg/apis/core/v1/defaults.go``
- which fields an update of a pod may change (``changes``), by any of its subresources: ``ValidatePodUpdate``,
  ``ValidatePodEphemeralContainersUpdate`` and ``ValidatePodResize`` in ``pkg/apis/core/validation/validation.go``.
  ``tests/engines/test_updatable_fields.py`` asks a running API server
- first releases: ``pkg/features/kube_features.go``. A field with a feature gate counts from the release in which the gate is
  on by default.
"""

from __future__ import annotations

from pscc.pod.kinds import NOT_YET, Boolean, Enumeration, Field, Integer, ListOf, Object, Opaque, Text

FLAG = Boolean()
SWITCH = Boolean(plain=True)
TEXT = Text()
SET_TEXT = Text(plain=False)
TEXTS = ListOf(TEXT)
OPAQUE = Opaque()
MAP = Opaque(plain=True)
ID = Integer(0, 2**31 - 1)
"""Source: ``IsValidUserID`` and ``IsValidGroupID`` in ``k8s.io/apimachinery/pkg/util/validation``."""
PORT = Integer(1, 65535, plain=True)
"""Source: ``IsValidPortNum`` in ``k8s.io/apimachinery/pkg/util/validation``."""
FILE_MODE = Integer(0, 0o777)
COUNT = Integer(0, 2**31 - 1, plain=True)
SECONDS = Integer(0, 2**63 - 1)

# --- security contexts ----------------------------------------------------------

PROFILE = Object((
    Field("localhostProfile", SET_TEXT),
    Field("type", Enumeration(("RuntimeDefault", "Localhost", "Unconfined")), needs="RuntimeDefault"),
))  # fmt: skip
CAPABILITIES = Object((Field("add", TEXTS), Field("drop", TEXTS)))
SELINUX_OPTIONS = Object((Field("level", TEXT), Field("role", TEXT), Field("type", TEXT), Field("user", TEXT)))
WINDOWS_OPTIONS = Object((
    Field("gmsaCredentialSpec", SET_TEXT),
    Field("gmsaCredentialSpecName", SET_TEXT),
    Field("hostProcess", FLAG, since=(1, 23)),
    Field("runAsUserName", SET_TEXT),
))  # fmt: skip
SYSCTL = Object((Field("name", TEXT, needs="kernel.shm_rmid_forced"), Field("value", TEXT, needs="1")))

CONTEXT = Object((
    Field("allowPrivilegeEscalation", FLAG, system="linux"),
    Field("appArmorProfile", PROFILE, system="linux", since=(1, 30)),
    Field("capabilities", CAPABILITIES, system="linux"),
    Field("privileged", FLAG, system="linux"),
    Field("procMount", Enumeration(("Default", "Unmasked"), plain=False), system="linux", since=(1, 33)),
    Field("readOnlyRootFilesystem", FLAG, system="linux"),
    Field("runAsGroup", ID, system="linux"),
    Field("runAsNonRoot", FLAG),
    Field("runAsUser", ID, system="linux"),
    Field("seLinuxOptions", SELINUX_OPTIONS, system="linux"),
    Field("seccompProfile", PROFILE, system="linux", since=(1, 19)),
    Field("windowsOptions", WINDOWS_OPTIONS, system="windows"),
))  # fmt: skip
"""A container's ``securityContext``."""

POD_CONTEXT = Object((
    Field("appArmorProfile", PROFILE, system="linux", since=(1, 30)),
    Field("fsGroup", ID, system="linux"),
    Field("fsGroupChangePolicy", Enumeration(("Always", "OnRootMismatch"), plain=False), system="linux", since=(1, 20)),
    Field("runAsGroup", ID, system="linux"),
    Field("runAsNonRoot", FLAG),
    Field("runAsUser", ID, system="linux"),
    Field("seLinuxChangePolicy", Enumeration(("MountOption", "Recursive"), plain=False), system="linux", since=(1, 33)),
    Field("seLinuxOptions", SELINUX_OPTIONS, system="linux"),
    Field("seccompProfile", PROFILE, system="linux", since=(1, 19)),
    Field("supplementalGroups", ListOf(ID), system="linux"),
    Field("supplementalGroupsPolicy", Enumeration(("Merge", "Strict"), plain=False), system="linux", since=(1, 33)),
    Field("sysctls", ListOf(SYSCTL), system="linux"),
    Field("windowsOptions", WINDOWS_OPTIONS, system="windows"),
))  # fmt: skip
"""The pod's ``securityContext``."""

# --- containers -----------------------------------------------------------------

CONTAINER_PORT = Object((
    Field("containerPort", Integer(1, 65535), needs=8080),
    Field("hostIP", TEXT),
    Field("hostPort", PORT),
    Field("name", TEXT),
    Field("protocol", Enumeration(("TCP", "UDP", "SCTP")), filled="TCP"),
))  # fmt: skip
MOUNT = Object((
    Field("name", TEXT, needs="data"),
    Field("bindMountOptions", TEXTS, since=NOT_YET),
    Field("mountPath", TEXT, needs="/data"),
    Field("mountPropagation", Enumeration(("None", "HostToContainer", "Bidirectional"), plain=False)),
    Field("readOnly", SWITCH),
    Field("recursiveReadOnly", Enumeration(("Disabled", "IfPossible", "Enabled"), plain=False), since=(1, 31)),
    Field("subPath", TEXT),
    Field("subPathExpr", TEXT),
))  # fmt: skip
HTTP_GET = Object((
    Field("host", TEXT),
    Field("httpHeaders", OPAQUE),
    Field("path", TEXT, filled="/"),
    Field("port", OPAQUE, needs=80),
    Field("protocol", Enumeration(("HTTP1", "HTTP2"), plain=False), since=NOT_YET),
    Field("scheme", Enumeration(("HTTP", "HTTPS")), filled="HTTP"),
))  # fmt: skip
TCP_SOCKET = Object((Field("host", TEXT), Field("port", OPAQUE, needs=80)))
PROBE = Object((
    Field("exec", OPAQUE),
    Field("failureThreshold", COUNT, filled=3),
    Field("grpc", OPAQUE, since=(1, 24)),
    Field("httpGet", HTTP_GET),
    Field("initialDelaySeconds", COUNT),
    Field("periodSeconds", COUNT, filled=10),
    Field("successThreshold", COUNT, filled=1),
    Field("tcpSocket", TCP_SOCKET),
    Field("terminationGracePeriodSeconds", Integer(1, 2**63 - 1), since=(1, 25)),
    Field("timeoutSeconds", COUNT, filled=1),
))  # fmt: skip
HANDLER = Object((
    Field("exec", OPAQUE),
    Field("httpGet", HTTP_GET),
    Field("sleep", OPAQUE, since=(1, 30)),
    Field("tcpSocket", TCP_SOCKET),
))  # fmt: skip
LIFECYCLE = Object((
    Field("postStart", HANDLER),
    Field("preStop", HANDLER),
    Field("stopSignal", SET_TEXT, since=NOT_YET),
))  # fmt: skip
CONTAINER = Object((
    Field("name", TEXT, needs="main"),
    Field("args", TEXTS),
    Field("command", TEXTS),
    Field("env", OPAQUE),
    Field("envFrom", OPAQUE),
    Field("image", TEXT, needs="app:1", changes=True),
    Field("imagePullPolicy", Enumeration(("IfNotPresent", "Always", "Never"))),
    Field("lifecycle", LIFECYCLE, ephemeral=False),
    Field("livenessProbe", PROBE, ephemeral=False),
    Field("ports", ListOf(CONTAINER_PORT), ephemeral=False),
    Field("readinessProbe", PROBE, ephemeral=False),
    Field("resizePolicy", OPAQUE, since=(1, 33), ephemeral=False),
    Field("resources", OPAQUE, ephemeral=False, changes=True),
    Field("restartPolicy", Enumeration(("Always", "Never", "OnFailure"), plain=False), since=(1, 29), ephemeral=False),
    Field("restartPolicyRules", OPAQUE, since=(1, 35), ephemeral=False),
    Field("securityContext", CONTEXT),
    Field("startupProbe", PROBE, ephemeral=False),
    Field("stdin", SWITCH),
    Field("stdinOnce", SWITCH),
    Field("targetContainerName", TEXT),
    Field("terminationMessagePath", TEXT, filled="/dev/termination-log"),
    Field("terminationMessagePolicy", Enumeration(("File", "FallbackToLogsOnError")), filled="File"),
    Field("tty", SWITCH),
    Field("volumeDevices", OPAQUE),
    Field("volumeMounts", ListOf(MOUNT)),
    Field("workingDir", TEXT),
))  # fmt: skip
"""A container of any kind: ``targetContainerName`` is of ephemeral ones alone."""

# --- volumes --------------------------------------------------------------------

FILE = Object((
    Field("key", TEXT, needs="data"),
    Field("mode", FILE_MODE),
    Field("path", TEXT, needs="data"),
    Field("user", ID, since=NOT_YET),
))  # fmt: skip
FIELD_REF = Object((Field("apiVersion", TEXT, filled="v1"), Field("fieldPath", TEXT, needs="metadata.namespace")))
DOWNWARD_FILE = Object((
    Field("fieldRef", FIELD_REF),
    Field("mode", FILE_MODE),
    Field("path", TEXT, needs="data"),
    Field("resourceFieldRef", OPAQUE),
    Field("user", ID, since=NOT_YET),
))  # fmt: skip
TOKEN = Object((
    Field("audience", TEXT),
    Field("expirationSeconds", Integer(600, 2**32), filled=3600),
    Field("path", TEXT, needs="token"),
    Field("user", ID, since=NOT_YET),
))  # fmt: skip
NAMED_FILES = (Field("items", ListOf(FILE)), Field("name", TEXT, needs="data"), Field("optional", FLAG))
SOURCE = Object((
    Field("clusterTrustBundle", OPAQUE, since=(1, 37)),
    Field("configMap", Object(NAMED_FILES)),
    Field("downwardAPI", Object((Field("items", ListOf(DOWNWARD_FILE)),))),
    Field("podCertificate", OPAQUE, since=(1, 37)),
    Field("secret", Object(NAMED_FILES)),
    Field("serviceAccountToken", TOKEN),
))  # fmt: skip
"""A source of a projected volume."""
_MODE = Field("defaultMode", FILE_MODE, filled=0o644)
_USER = Field("defaultUser", ID, since=NOT_YET)
VOLUME = Object((
    Field("awsElasticBlockStore", OPAQUE),
    Field("azureDisk", OPAQUE),
    Field("azureFile", OPAQUE),
    Field("cephfs", OPAQUE),
    Field("cinder", OPAQUE),
    Field("configMap", Object((_MODE, _USER, *NAMED_FILES))),
    Field("csi", Object((
        Field("driver", TEXT, needs="other"),
        Field("fsType", SET_TEXT),
        Field("nodePublishSecretRef", OPAQUE),
        Field("readOnly", FLAG),
        Field("volumeAttributes", MAP),
    ))),
    Field("downwardAPI", Object((_MODE, _USER, Field("items", ListOf(DOWNWARD_FILE))))),
    Field("emptyDir", OPAQUE),
    Field("ephemeral", OPAQUE),
    Field("fc", OPAQUE),
    Field("flexVolume", Object((
        Field("driver", TEXT, needs="other"),
        Field("fsType", TEXT),
        Field("options", MAP),
        Field("readOnly", SWITCH),
        Field("secretRef", OPAQUE),
    ))),
    Field("flocker", OPAQUE),
    Field("gcePersistentDisk", OPAQUE),
    Field("gitRepo", OPAQUE),
    Field("glusterfs", OPAQUE),
    Field("hostPath", Object((
        Field("path", TEXT, needs="/data"),
        Field("type", Enumeration(
            ("", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"),
            plain=False,
        ), filled=""),
    ))),
    Field("image", Object((
        Field("pullPolicy", Enumeration(("IfNotPresent", "Always", "Never"))),
        Field("reference", TEXT, needs="data:1"),
    )), since=(1, 35)),
    Field("iscsi", OPAQUE),
    Field("name", TEXT, needs="data"),
    Field("nfs", Object((
        Field("server", TEXT, needs="files"),
        Field("path", TEXT, needs="/"),
        Field("readOnly", SWITCH),
    ))),
    Field("persistentVolumeClaim", Object((Field("claimName", TEXT, needs="data"), Field("readOnly", SWITCH)))),
    Field("photonPersistentDisk", OPAQUE),
    Field("portworxVolume", OPAQUE),
    Field("projected", Object((_MODE, _USER, Field("sources", ListOf(SOURCE, plain=False))))),
    Field("quobyte", OPAQUE),
    Field("rbd", OPAQUE),
    Field("scaleIO", OPAQUE),
    Field("secret", Object((
        _MODE,
        _USER,
        Field("items", ListOf(FILE)),
        Field("optional", FLAG),
        Field("secretName", TEXT, needs="data"),
    ))),
    Field("storageos", OPAQUE),
    Field("vsphereVolume", OPAQUE),
))  # fmt: skip

# --- pods -----------------------------------------------------------------------

SPEC = Object((
    Field("activeDeadlineSeconds", Integer(1, 2**31 - 1), changes=True),
    Field("affinity", OPAQUE, changes=True),
    Field("automountServiceAccountToken", FLAG),
    Field("containers", ListOf(CONTAINER, plain=False), needs=[{"name": "main", "image": "app:1"}]),
    Field("dnsConfig", OPAQUE),
    Field("dnsPolicy", Enumeration(("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None")), filled="ClusterFirst"),
    Field("enableServiceLinks", FLAG, filled=True),
    Field("ephemeralContainers", ListOf(CONTAINER), since=(1, 23), changes=True),
    Field("evictionResponders", OPAQUE, since=NOT_YET),
    Field("hostAliases", OPAQUE),
    Field("hostIPC", SWITCH, system="linux"),
    Field("hostNetwork", SWITCH),
    Field("hostPID", SWITCH, system="linux"),
    Field("hostUsers", FLAG, system="linux", since=(1, 33)),
    Field("hostname", TEXT),
    Field("hostnameOverride", SET_TEXT, since=(1, 35)),
    Field("imagePullSecrets", OPAQUE),
    Field("initContainers", ListOf(CONTAINER)),
    Field("nodeName", TEXT),
    Field("nodeSelector", MAP, changes=True),
    Field("os", Object((Field("name", Enumeration(("linux", "windows")), needs="linux"),)), since=(1, 24)),
    Field("overhead", MAP),
    Field("preemptionPolicy", Enumeration(("PreemptLowerPriority", "Never"), plain=False)),
    Field("priority", Integer(-(2**31), 2**31 - 1)),
    Field("priorityClassName", TEXT),
    Field("readinessGates", OPAQUE),
    Field("resourceClaims", OPAQUE, since=(1, 34)),
    Field("resources", OPAQUE, since=(1, 34), changes=True),
    Field("restartPolicy", Enumeration(("Always", "OnFailure", "Never")), filled="Always"),
    Field("runtimeClassName", SET_TEXT),
    Field("schedulerName", TEXT, filled="default-scheduler"),
    Field("schedulingGates", OPAQUE, since=(1, 27), changes=True),
    Field("schedulingGroup", OPAQUE, since=NOT_YET),
    Field("securityContext", POD_CONTEXT),
    Field("serviceAccount", TEXT),
    Field("serviceAccountName", TEXT),
    Field("setHostnameAsFQDN", FLAG, since=(1, 20)),
    Field("shareProcessNamespace", FLAG, system="linux"),
    Field("subdomain", TEXT),
    Field("terminationGracePeriodSeconds", SECONDS, filled=30),
    Field("tolerations", OPAQUE, changes=True),
    Field("topologySpreadConstraints", OPAQUE),
    Field("volumes", ListOf(VOLUME)),
))  # fmt: skip
POD = Object((
    Field("metadata", Object((
        Field("annotations", MAP, changes=True),
        Field("labels", MAP, changes=True),
        Field("name", TEXT, needs="pod"),
        Field("namespace", TEXT),
    ))),
    Field("spec", SPEC, needs={"containers": [{"name": "main", "image": "app:1"}]}),
))  # fmt: skip
