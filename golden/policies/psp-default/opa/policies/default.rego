# default
package pscc.policy_default

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# deny privileged  (policy.yaml)
violation contains {"control": "privileged", "msg": msg} if {
	pod
	count(denied_privileged_findings) > 0
	not denied_privileged_unchanged
	msg := lib.message(denied_privileged_findings, "")
}

denied_privileged_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_in_containers(pod, old_pod, [["securityContext", "privileged"], ["image"]])
}

denied_privileged_findings := [finding |
	some container in lib.containers(pod)
	container.securityContext.privileged == true
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": privileged must not be true",
	])
]

# deny hostNetwork  (policy.yaml)
violation contains {"control": "hostNetwork", "msg": msg} if {
	pod
	count(denied_host_network_findings) > 0
	not denied_host_network_unchanged
	msg := lib.message(denied_host_network_findings, "")
}

denied_host_network_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "hostNetwork"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

denied_host_network_findings := [finding |
	pod.spec.hostNetwork == true
	finding := "pod: hostNetwork must not be true"
]

# deny hostPID  (policy.yaml)
violation contains {"control": "hostPID", "msg": msg} if {
	pod
	count(denied_host_pid_findings) > 0
	not denied_host_pid_unchanged
	msg := lib.message(denied_host_pid_findings, "")
}

denied_host_pid_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "hostPID"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

denied_host_pid_findings := [finding |
	pod.spec.hostPID == true
	finding := "pod: hostPID must not be true"
]

# deny hostIPC  (policy.yaml)
violation contains {"control": "hostIPC", "msg": msg} if {
	pod
	count(denied_host_ipc_findings) > 0
	not denied_host_ipc_unchanged
	msg := lib.message(denied_host_ipc_findings, "")
}

denied_host_ipc_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "hostIPC"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

denied_host_ipc_findings := [finding |
	pod.spec.hostIPC == true
	finding := "pod: hostIPC must not be true"
]

# allow hostPorts 10000-11000, 13000-14000  (policy.yaml)
violation contains {"control": "hostPorts", "msg": msg} if {
	pod
	count(allow_host_ports_findings) > 0
	not allow_host_ports_unchanged
	msg := lib.message(allow_host_ports_findings, "")
}

allow_host_ports_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "hostNetwork"]])
	lib.same_in_containers(pod, old_pod, [["ports"], ["image"]])
}

allow_host_ports_findings := [finding |
	some requirement_findings in [
		allow_host_ports_host_port_findings,
		allow_host_ports_implied_host_port_findings,
	]
	some finding in requirement_findings
]

allow_host_ports_host_port_findings := [finding |
	some container in lib.containers(pod)
	some port in container.ports
	port.hostPort != null
	port.hostPort != 0
	not lib.in_ranges(port.hostPort, [{"min": 10000, "max": 11000}, {"min": 13000, "max": 14000}])
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": hostPort is ",
		lib.show(port.hostPort),
		", allowed: 10000-11000, 13000-14000",
	])
]

allow_host_ports_implied_host_port_findings := [finding |
	some container in lib.containers(pod)
	some port in container.ports
	allow_host_ports_implied_host_port_ok(port)
	pod.spec.hostNetwork == true
	not lib.in_ranges(object.get(port, "containerPort", null), [
		{"min": 10000, "max": 11000},
		{"min": 13000, "max": 14000},
	])
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": hostPort is ",
		lib.show(object.get(port, "containerPort", null)),
		" by hostNetwork, allowed: 10000-11000, 13000-14000",
	])
]

allow_host_ports_implied_host_port_ok(port) if object.get(port, "hostPort", null) == null

allow_host_ports_implied_host_port_ok(port) if port.hostPort == 0

# allow volumes *  (policy.yaml)
violation contains {"control": "volumes", "msg": msg} if {
	pod
	count(allow_volumes_findings) > 0
	not allow_volumes_unchanged
	msg := lib.message(allow_volumes_findings, "")
}

allow_volumes_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "volumes"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

allow_volumes_findings := [finding |
	some volume in pod.spec.volumes
	some type in lib.keys(volume, ["name"])
	not type in ["*"]
	not type in [
		"awsElasticBlockStore",
		"azureDisk",
		"azureFile",
		"cephfs",
		"cinder",
		"configMap",
		"csi",
		"downwardAPI",
		"emptyDir",
		"ephemeral",
		"fc",
		"flexVolume",
		"flocker",
		"gcePersistentDisk",
		"gitRepo",
		"glusterfs",
		"hostPath",
		"iscsi",
		"nfs",
		"persistentVolumeClaim",
		"photonPersistentDisk",
		"portworxVolume",
		"projected",
		"quobyte",
		"rbd",
		"scaleIO",
		"secret",
		"storageos",
		"vsphereVolume",
	]
	finding := concat("", [
		"volume ",
		lib.show(object.get(volume, "name", null)),
		": its type is ",
		lib.show(type),
		", allowed: *",
	])
]

# deny capabilities.add  (policy.yaml)
violation contains {"control": "capabilities.add", "msg": msg} if {
	pod
	count(denied_capabilities_add_findings) > 0
	not denied_capabilities_add_unchanged
	msg := lib.message(denied_capabilities_add_findings, "")
}

denied_capabilities_add_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_in_containers(pod, old_pod, [["securityContext", "capabilities", "add"], ["image"]])
}

denied_capabilities_add_findings := [finding |
	some container in lib.containers(pod)
	some capability in container.securityContext.capabilities.add
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": capability ",
		lib.show(capability),
		" must not be added",
	])
]

# require readOnlyRootFilesystem true  (policy.yaml)
violation contains {"control": "readOnlyRootFilesystem", "msg": msg} if {
	pod
	count(require_read_only_root_filesystem_findings) > 0
	not require_read_only_root_filesystem_unchanged
	msg := lib.message(require_read_only_root_filesystem_findings, "")
}

require_read_only_root_filesystem_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_in_containers(pod, old_pod, [["securityContext", "readOnlyRootFilesystem"], ["image"]])
}

require_read_only_root_filesystem_findings := [finding |
	some container in lib.containers(pod)
	not container.securityContext.readOnlyRootFilesystem == true
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": readOnlyRootFilesystem is ",
		lib.show(object.get(container, ["securityContext", "readOnlyRootFilesystem"], null)),
		", must be true",
	])
]

# allow procMount Default  (policy.yaml)
violation contains {"control": "procMount", "msg": msg} if {
	pod
	count(allow_proc_mount_findings) > 0
	not allow_proc_mount_unchanged
	msg := lib.message(allow_proc_mount_findings, "")
}

allow_proc_mount_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_in_containers(pod, old_pod, [["securityContext", "procMount"], ["image"]])
}

allow_proc_mount_findings := [finding |
	some container in lib.containers(pod)
	proc_mount := lib.first_set([
		object.get(container, ["securityContext", "procMount"], null),
		"Default",
	])
	not proc_mount in ["Default"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": procMount is ",
		lib.show(proc_mount),
		", allowed: Default",
	])
]

# allow sysctls kernel.shm_rmid_forced, net.ipv4.ip_local_port_range, net.ipv4.tcp_syncookies, net.ipv4.ping_group_range, net.ipv4.ip_unprivileged_port_start  (policy.yaml)
violation contains {"control": "sysctls", "msg": msg} if {
	pod
	count(allow_sysctls_findings) > 0
	not allow_sysctls_unchanged
	msg := lib.message(allow_sysctls_findings, "")
}

allow_sysctls_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "sysctls"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

allow_sysctls_findings := [finding |
	some sysctl in pod.spec.securityContext.sysctls
	not object.get(sysctl, "name", null) in [
		"kernel.shm_rmid_forced",
		"net.ipv4.ip_local_port_range",
		"net.ipv4.tcp_syncookies",
		"net.ipv4.ping_group_range",
		"net.ipv4.ip_unprivileged_port_start",
	]
	finding := concat("", [
		"pod: sysctls has ",
		lib.show(object.get(sysctl, "name", null)),
		", allowed: kernel.shm_rmid_forced, net.ipv4.ip_local_port_range, net.ipv4.tcp_syncookies, net.ipv4.ping_group_range, net.ipv4.ip_unprivileged_port_start",
	])
]

# deny seccompProfile on pod and containers  (policy.yaml)
violation contains {"control": "seccompProfile", "msg": msg} if {
	pod
	count(denied_seccomp_profile_on_pod_and_containers_findings) > 0
	not denied_seccomp_profile_on_pod_and_containers_unchanged
	msg := lib.message(denied_seccomp_profile_on_pod_and_containers_findings, "")
}

denied_seccomp_profile_on_pod_and_containers_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "seccompProfile"]])
	lib.same_in_containers(pod, old_pod, [["securityContext", "seccompProfile"], ["image"]])
}

denied_seccomp_profile_on_pod_and_containers_findings := [finding |
	some requirement_findings in [
		denied_seccomp_profile_on_pod_and_containers_pod_profile_findings,
		denied_seccomp_profile_on_pod_and_containers_local_pod_profile_findings,
		denied_seccomp_profile_on_pod_and_containers_container_profile_findings,
		denied_seccomp_profile_on_pod_and_containers_local_container_profile_findings,
	]
	some finding in requirement_findings
]

denied_seccomp_profile_on_pod_and_containers_pod_profile_findings := [finding |
	not pod.spec.securityContext.seccompProfile.type == "Localhost"
	pod.spec.securityContext.seccompProfile != null
	finding := concat("", [
		"pod: seccompProfile is ",
		lib.show(object.get(pod, ["spec", "securityContext", "seccompProfile", "type"], null)),
		", must not be set",
	])
]

denied_seccomp_profile_on_pod_and_containers_local_pod_profile_findings := [finding |
	pod.spec.securityContext.seccompProfile.type == "Localhost"
	pod.spec.securityContext.seccompProfile != null
	finding := concat("", [
		"pod: seccompProfile is ",
		lib.show(lib.join("localhost/", object.get(pod, ["spec", "securityContext", "seccompProfile", "localhostProfile"], null))),
		", must not be set",
	])
]

denied_seccomp_profile_on_pod_and_containers_container_profile_findings := [finding |
	some container in lib.containers(pod)
	seccomp_profile := lib.first_set([
		object.get(container, ["securityContext", "seccompProfile"], null),
		object.get(pod, ["spec", "securityContext", "seccompProfile"], null),
	])
	lib.below(seccomp_profile, ["type"]) != "Localhost"
	seccomp_profile != null
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": seccompProfile is ",
		lib.show(lib.below(seccomp_profile, ["type"])),
		", must not be set",
	])
]

denied_seccomp_profile_on_pod_and_containers_local_container_profile_findings := [finding |
	some container in lib.containers(pod)
	seccomp_profile := lib.first_set([
		object.get(container, ["securityContext", "seccompProfile"], null),
		object.get(pod, ["spec", "securityContext", "seccompProfile"], null),
	])
	lib.below(seccomp_profile, ["type"]) == "Localhost"
	seccomp_profile != null
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": seccompProfile is ",
		lib.show(lib.join("localhost/", lib.below(seccomp_profile, ["localhostProfile"]))),
		", must not be set",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
