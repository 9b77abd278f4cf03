# privileged
package pscc.policy_privileged

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# allow hostPorts 0-65535  (policy.yaml)
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
	not lib.in_ranges(port.hostPort, [{"min": 0, "max": 65535}])
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": hostPort is ",
		lib.show(port.hostPort),
		", allowed: 0-65535",
	])
]

allow_host_ports_implied_host_port_findings := [finding |
	some container in lib.containers(pod)
	some port in container.ports
	allow_host_ports_implied_host_port_ok(port)
	pod.spec.hostNetwork == true
	not lib.in_ranges(object.get(port, "containerPort", null), [{"min": 0, "max": 65535}])
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": hostPort is ",
		lib.show(object.get(port, "containerPort", null)),
		" by hostNetwork, allowed: 0-65535",
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

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
