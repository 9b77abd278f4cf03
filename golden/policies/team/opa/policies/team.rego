# team: What every team gets
package pscc.policy_team

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# deny privileged  (policy.psp)
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

# deny hostNetwork  (policy.psp)
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

# deny hostPID  (policy.psp)
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

# deny hostIPC  (policy.psp)
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

# allow hostPorts 10000-11000, 13000-14000 because "ports outside the load balancer's ranges collide: ask #platform"  (policy.psp)
violation contains {"control": "hostPorts", "msg": msg} if {
	pod
	count(allow_host_ports_findings) > 0
	not allow_host_ports_unchanged
	msg := lib.message(allow_host_ports_findings, "ports outside the load balancer's ranges collide: ask #platform")
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

# allow volumes configMap, secret, emptyDir, projected, persistentVolumeClaim, hostPath  (policy.psp)
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
	not allow_volumes_volume_type_ok(volume, type)
	finding := concat("", [
		"volume ",
		lib.show(object.get(volume, "name", null)),
		": its type is ",
		lib.show(type),
		", allowed: configMap, secret, emptyDir, projected, persistentVolumeClaim, hostPath",
	])
]

allow_volumes_volume_type_ok(_, type) if {
	type in ["configMap", "secret", "emptyDir", "projected", "persistentVolumeClaim", "hostPath"]
}

allow_volumes_volume_type_ok(volume, type) if {
	type == "projected"
	every source in lib.list(object.get(volume, ["projected", "sources"], null)) {
		allow_volumes_volume_type_service_account_token_or_config_map_or_downward_api_ok(source)
		allow_volumes_volume_type_service_account_token_ok(source)
		allow_volumes_volume_type_config_map_ok(source)
	}
	every source in lib.list(object.get(volume, ["projected", "sources"], null)) {
		every item in lib.list(object.get(source, ["downwardAPI", "items"], null)) {
			item.path == "namespace"
			item.fieldRef.fieldPath == "metadata.namespace"
			allow_volumes_volume_type_api_version_ok(item)
		}
	}
}

allow_volumes_volume_type_service_account_token_or_config_map_or_downward_api_ok(source) if source.serviceAccountToken != null

allow_volumes_volume_type_service_account_token_or_config_map_or_downward_api_ok(source) if source.configMap != null

allow_volumes_volume_type_service_account_token_or_config_map_or_downward_api_ok(source) if source.downwardAPI != null

allow_volumes_volume_type_service_account_token_ok(source) if object.get(source, "serviceAccountToken", null) == null

allow_volumes_volume_type_service_account_token_ok(source) if {
	source.serviceAccountToken.path == "token"
	allow_volumes_volume_type_service_account_token_audience_ok(source)
}

allow_volumes_volume_type_service_account_token_audience_ok(source) if object.get(source, ["serviceAccountToken", "audience"], null) == null

allow_volumes_volume_type_service_account_token_audience_ok(source) if source.serviceAccountToken.audience == ""

allow_volumes_volume_type_config_map_ok(source) if object.get(source, "configMap", null) == null

allow_volumes_volume_type_config_map_ok(source) if source.configMap.name == "kube-root-ca.crt"

allow_volumes_volume_type_api_version_ok(item) if object.get(item, ["fieldRef", "apiVersion"], null) == null

allow_volumes_volume_type_api_version_ok(item) if item.fieldRef.apiVersion == "v1"

# allow hostPath /var/log (read-only), /tmp  (policy.psp)
violation contains {"control": "hostPath", "msg": msg} if {
	pod
	count(allow_host_path_findings) > 0
	not allow_host_path_unchanged
	msg := lib.message(allow_host_path_findings, "")
}

allow_host_path_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "volumes"]])
	lib.same_in_containers(pod, old_pod, [["volumeMounts"], ["image"]])
}

allow_host_path_findings := [finding |
	some requirement_findings in [
		allow_host_path_host_path_findings,
		allow_host_path_read_only_mount_findings,
	]
	some finding in requirement_findings
]

allow_host_path_host_path_findings := [finding |
	some volume in pod.spec.volumes
	volume.hostPath != null
	not allow_host_path_host_path_ok(volume)
	finding := concat("", [
		"volume ",
		lib.show(object.get(volume, "name", null)),
		": hostPath is ",
		lib.show(object.get(volume, ["hostPath", "path"], null)),
		", allowed: /var/log (read-only), /tmp",
	])
]

allow_host_path_host_path_ok(volume) if {
	some allowed in [
		{"pathPrefix": "/var/log", "readOnly": true},
		{"pathPrefix": "/tmp", "readOnly": false},
	]
	lib.under(volume.hostPath.path, allowed.pathPrefix)
}

allow_host_path_read_only_mount_findings := [finding |
	some container in lib.containers(pod)
	some mount in container.volumeMounts
	mount.name in allow_host_path_read_only_volumes
	not mount.readOnly == true
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": the mount of volume ",
		lib.show(object.get(mount, "name", null)),
		" must be readOnly, allowed: /var/log (read-only), /tmp",
	])
]

allow_host_path_read_only_volumes := {name |
	some volume in pod.spec.volumes
	volume.hostPath != null
	allow_host_path_host_path_ok(volume)
	not allow_host_path_read_only_volumes_allowed_path_prefix_and_read_only_ok(volume)
	name := volume.name
	name != null
}

allow_host_path_read_only_volumes_allowed_path_prefix_and_read_only_ok(volume) if {
	some allowed in [
		{"pathPrefix": "/var/log", "readOnly": true},
		{"pathPrefix": "/tmp", "readOnly": false},
	]
	lib.under(volume.hostPath.path, allowed.pathPrefix)
	not allowed.readOnly == true
}

# allow capabilities.add NET_BIND_SERVICE  (policy.psp)
violation contains {"control": "capabilities.add", "msg": msg} if {
	pod
	count(allow_capabilities_add_findings) > 0
	not allow_capabilities_add_unchanged
	msg := lib.message(allow_capabilities_add_findings, "")
}

allow_capabilities_add_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_in_containers(pod, old_pod, [["securityContext", "capabilities", "add"], ["image"]])
}

allow_capabilities_add_findings := [finding |
	some container in lib.containers(pod)
	some capability in container.securityContext.capabilities.add
	not capability in ["NET_BIND_SERVICE"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": capabilities.add has ",
		lib.show(capability),
		", allowed: NET_BIND_SERVICE",
	])
]

# require capabilities.drop all of ALL  (policy.psp)
violation contains {"control": "capabilities.drop", "msg": msg} if {
	pod
	count(require_capabilities_drop_findings) > 0
	not require_capabilities_drop_unchanged
	msg := lib.message(require_capabilities_drop_findings, "")
}

require_capabilities_drop_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_in_containers(pod, old_pod, [["securityContext", "capabilities", "drop"], ["image"]])
}

require_capabilities_drop_findings := [finding |
	some container in lib.containers(pod)
	some capability in ["ALL"]
	not capability in lib.list(object.get(container, ["securityContext", "capabilities", "drop"], null))
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": capabilities.drop lacks ",
		lib.show(capability),
	])
]

# require allowPrivilegeEscalation false  (policy.psp)
violation contains {"control": "allowPrivilegeEscalation", "msg": msg} if {
	pod
	count(require_allow_privilege_escalation_findings) > 0
	not require_allow_privilege_escalation_unchanged
	msg := lib.message(require_allow_privilege_escalation_findings, "")
}

require_allow_privilege_escalation_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_in_containers(pod, old_pod, [
		["securityContext", "allowPrivilegeEscalation"],
		["image"],
	])
}

require_allow_privilege_escalation_findings := [finding |
	some container in lib.containers(pod)
	not container.securityContext.allowPrivilegeEscalation == false
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": allowPrivilegeEscalation is ",
		lib.show(object.get(container, ["securityContext", "allowPrivilegeEscalation"], null)),
		", must be false",
	])
]

# require nonRoot  (policy.psp)
violation contains {"control": "nonRoot", "msg": msg} if {
	pod
	count(require_non_root_findings) > 0
	not require_non_root_unchanged
	msg := lib.message(require_non_root_findings, "")
}

require_non_root_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [
		["spec", "securityContext", "runAsNonRoot"],
		["spec", "securityContext", "runAsUser"],
	])
	lib.same_in_containers(pod, old_pod, [
		["securityContext", "runAsNonRoot"],
		["securityContext", "runAsUser"],
		["image"],
	])
}

require_non_root_findings := [finding |
	some requirement_findings in [
		require_non_root_says_who_it_runs_as_findings,
		require_non_root_not_as_root_findings,
		require_non_root_not_uid_0_findings,
	]
	some finding in requirement_findings
]

require_non_root_says_who_it_runs_as_findings := [finding |
	some container in lib.containers(pod)
	run_as_non_root := lib.first_set([
		object.get(container, ["securityContext", "runAsNonRoot"], null),
		object.get(pod, ["spec", "securityContext", "runAsNonRoot"], null),
	])
	run_as_non_root == null
	lib.first_set([object.get(container, ["securityContext", "runAsUser"], null), object.get(pod, ["spec", "securityContext", "runAsUser"], null)]) == null
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": runAsNonRoot is ",
		lib.show(run_as_non_root),
		", must be true where runAsUser is not set",
	])
]

require_non_root_not_as_root_findings := [finding |
	some container in lib.containers(pod)
	lib.first_set([object.get(container, ["securityContext", "runAsNonRoot"], null), object.get(pod, ["spec", "securityContext", "runAsNonRoot"], null)]) == false
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": runAsNonRoot is false, must not be false",
	])
]

require_non_root_not_uid_0_findings := [finding |
	some container in lib.containers(pod)
	lib.first_set([object.get(container, ["securityContext", "runAsUser"], null), object.get(pod, ["spec", "securityContext", "runAsUser"], null)]) == 0
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": runAsUser is 0, must not be 0",
	])
]

# require fsGroup 1-65535  (policy.psp)
violation contains {"control": "fsGroup", "msg": msg} if {
	pod
	count(require_fs_group_findings) > 0
	not require_fs_group_unchanged
	msg := lib.message(require_fs_group_findings, "")
}

require_fs_group_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "fsGroup"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

require_fs_group_findings := [finding |
	not lib.in_ranges(object.get(pod, ["spec", "securityContext", "fsGroup"], null), [
		{"min": 1, "max": 65535},
	])
	finding := concat("", [
		"pod: fsGroup is ",
		lib.show(object.get(pod, ["spec", "securityContext", "fsGroup"], null)),
		", allowed: 1-65535",
	])
]

# require seccompProfile runtime/default, localhost/*  (policy.psp)
violation contains {"control": "seccompProfile", "msg": msg} if {
	pod
	count(require_seccomp_profile_findings) > 0
	not require_seccomp_profile_unchanged
	msg := lib.message(require_seccomp_profile_findings, "")
}

require_seccomp_profile_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "seccompProfile"]])
	lib.same_in_containers(pod, old_pod, [["securityContext", "seccompProfile"], ["image"]])
}

require_seccomp_profile_findings := [finding |
	some requirement_findings in [
		require_seccomp_profile_container_profile_findings,
		require_seccomp_profile_local_container_profile_findings,
	]
	some finding in requirement_findings
]

require_seccomp_profile_container_profile_findings := [finding |
	some container in lib.containers(pod)
	seccomp_profile := lib.first_set([
		object.get(container, ["securityContext", "seccompProfile"], null),
		object.get(pod, ["spec", "securityContext", "seccompProfile"], null),
	])
	lib.below(seccomp_profile, ["type"]) != "Localhost"
	lib.below(seccomp_profile, ["type"]) != "RuntimeDefault"
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": seccompProfile is ",
		lib.show(lib.below(seccomp_profile, ["type"])),
		", allowed: runtime/default, localhost/*",
	])
]

require_seccomp_profile_local_container_profile_findings := [finding |
	some container in lib.containers(pod)
	seccomp_profile := lib.first_set([
		object.get(container, ["securityContext", "seccompProfile"], null),
		object.get(pod, ["spec", "securityContext", "seccompProfile"], null),
	])
	lib.below(seccomp_profile, ["type"]) == "Localhost"
	not lib.starts_with_any(lib.join("localhost/", lib.below(seccomp_profile, ["localhostProfile"])), [
		"localhost/*",
	])
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": seccompProfile is ",
		lib.show(lib.join("localhost/", lib.below(seccomp_profile, ["localhostProfile"]))),
		", allowed: runtime/default, localhost/*",
	])
]

# default seccompProfile runtime/default  (policy.psp)
violation contains {"control": "seccompProfile", "msg": msg} if {
	pod
	count(default_seccomp_profile_findings) > 0
	not default_seccomp_profile_unchanged
	msg := lib.message(default_seccomp_profile_findings, "")
}

default_seccomp_profile_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "seccompProfile"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

default_seccomp_profile_findings := [finding |
	object.get(pod, ["spec", "securityContext", "seccompProfile"], null) == null
	finding := "pod: seccompProfile must be set, the default of this policy is type RuntimeDefault"
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
