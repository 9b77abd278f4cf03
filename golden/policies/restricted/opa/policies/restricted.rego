# restricted
package pscc.policy_restricted

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

# deny hostPorts  (policy.yaml)
violation contains {"control": "hostPorts", "msg": msg} if {
	pod
	count(denied_host_ports_findings) > 0
	not denied_host_ports_unchanged
	msg := lib.message(denied_host_ports_findings, "")
}

denied_host_ports_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "hostNetwork"]])
	lib.same_in_containers(pod, old_pod, [["ports"], ["image"]])
}

denied_host_ports_findings := [finding |
	some requirement_findings in [
		denied_host_ports_host_port_findings,
		denied_host_ports_implied_host_port_findings,
	]
	some finding in requirement_findings
]

denied_host_ports_host_port_findings := [finding |
	some container in lib.containers(pod)
	some port in container.ports
	port.hostPort != null
	port.hostPort != 0
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": hostPort is ",
		lib.show(port.hostPort),
		", must not be set",
	])
]

denied_host_ports_implied_host_port_findings := [finding |
	some container in lib.containers(pod)
	some port in container.ports
	denied_host_ports_implied_host_port_ok(port)
	pod.spec.hostNetwork == true
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": hostPort is ",
		lib.show(object.get(port, "containerPort", null)),
		" by hostNetwork, must not be set",
	])
]

denied_host_ports_implied_host_port_ok(port) if object.get(port, "hostPort", null) == null

denied_host_ports_implied_host_port_ok(port) if port.hostPort == 0

# allow volumes configMap, emptyDir, projected, secret, downwardAPI, csi, persistentVolumeClaim, ephemeral  (policy.yaml)
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
		", allowed: configMap, emptyDir, projected, secret, downwardAPI, csi, persistentVolumeClaim, ephemeral",
	])
]

allow_volumes_volume_type_ok(_, type) if {
	type in [
		"configMap",
		"emptyDir",
		"projected",
		"secret",
		"downwardAPI",
		"csi",
		"persistentVolumeClaim",
		"ephemeral",
	]
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

# require capabilities.drop all of ALL  (policy.yaml)
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

# require allowPrivilegeEscalation false  (policy.yaml)
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

# require nonRoot  (policy.yaml)
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

# require supplementalGroups 1-65535  (policy.yaml)
violation contains {"control": "supplementalGroups", "msg": msg} if {
	pod
	count(require_supplemental_groups_findings) > 0
	not require_supplemental_groups_unchanged
	msg := lib.message(require_supplemental_groups_findings, "")
}

require_supplemental_groups_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "supplementalGroups"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

require_supplemental_groups_findings := [finding |
	some requirement_findings in [
		require_supplemental_groups_has_groups_findings,
		require_supplemental_groups_group_findings,
	]
	some finding in requirement_findings
]

require_supplemental_groups_has_groups_findings := [finding |
	not require_supplemental_groups_has_groups_ok
	finding := "pod: supplementalGroups is not set, allowed: 1-65535"
]

require_supplemental_groups_has_groups_ok if count(lib.list(object.get(pod, ["spec", "securityContext", "supplementalGroups"], null))) > 0

require_supplemental_groups_group_findings := [finding |
	some group in pod.spec.securityContext.supplementalGroups
	not lib.in_ranges(group, [{"min": 1, "max": 65535}])
	finding := concat("", ["pod: supplementalGroups has ", lib.show(group), ", allowed: 1-65535"])
]

# require fsGroup 1-65535  (policy.yaml)
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

# require seccompProfile runtime/default on pod and containers  (policy.yaml)
violation contains {"control": "seccompProfile", "msg": msg} if {
	pod
	count(require_seccomp_profile_on_pod_and_containers_findings) > 0
	not require_seccomp_profile_on_pod_and_containers_unchanged
	msg := lib.message(require_seccomp_profile_on_pod_and_containers_findings, "")
}

require_seccomp_profile_on_pod_and_containers_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "seccompProfile"]])
	lib.same_in_containers(pod, old_pod, [["securityContext", "seccompProfile"], ["image"]])
}

require_seccomp_profile_on_pod_and_containers_findings := [finding |
	some requirement_findings in [
		require_seccomp_profile_on_pod_and_containers_pod_profile_findings,
		require_seccomp_profile_on_pod_and_containers_local_pod_profile_findings,
		require_seccomp_profile_on_pod_and_containers_container_profile_findings,
		require_seccomp_profile_on_pod_and_containers_local_container_profile_findings,
	]
	some finding in requirement_findings
]

require_seccomp_profile_on_pod_and_containers_pod_profile_findings := [finding |
	not pod.spec.securityContext.seccompProfile.type == "Localhost"
	not pod.spec.securityContext.seccompProfile.type == "RuntimeDefault"
	finding := concat("", [
		"pod: seccompProfile is ",
		lib.show(object.get(pod, ["spec", "securityContext", "seccompProfile", "type"], null)),
		", allowed: runtime/default",
	])
]

require_seccomp_profile_on_pod_and_containers_local_pod_profile_findings := [finding |
	pod.spec.securityContext.seccompProfile.type == "Localhost"
	pod.spec.securityContext.seccompProfile.type != "RuntimeDefault"
	finding := concat("", [
		"pod: seccompProfile is ",
		lib.show(lib.join("localhost/", object.get(pod, ["spec", "securityContext", "seccompProfile", "localhostProfile"], null))),
		", allowed: runtime/default",
	])
]

require_seccomp_profile_on_pod_and_containers_container_profile_findings := [finding |
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
		", allowed: runtime/default",
	])
]

require_seccomp_profile_on_pod_and_containers_local_container_profile_findings := [finding |
	some container in lib.containers(pod)
	seccomp_profile := lib.first_set([
		object.get(container, ["securityContext", "seccompProfile"], null),
		object.get(pod, ["spec", "securityContext", "seccompProfile"], null),
	])
	lib.below(seccomp_profile, ["type"]) == "Localhost"
	lib.below(seccomp_profile, ["type"]) != "RuntimeDefault"
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": seccompProfile is ",
		lib.show(lib.join("localhost/", lib.below(seccomp_profile, ["localhostProfile"]))),
		", allowed: runtime/default",
	])
]

# require appArmorProfile runtime/default  (policy.yaml)
violation contains {"control": "appArmorProfile", "msg": msg} if {
	pod
	count(require_app_armor_profile_findings) > 0
	not require_app_armor_profile_unchanged
	msg := lib.message(require_app_armor_profile_findings, "")
}

require_app_armor_profile_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "appArmorProfile"]])
	lib.same_in_containers(pod, old_pod, [["securityContext", "appArmorProfile"], ["image"]])
	lib.same_annotations(pod, old_pod, ["container.apparmor.security.beta.kubernetes.io/"])
}

require_app_armor_profile_findings := [finding |
	some requirement_findings in [
		require_app_armor_profile_own_profile_findings,
		require_app_armor_profile_local_own_profile_findings,
		require_app_armor_profile_annotated_profile_findings,
		require_app_armor_profile_inherited_profile_findings,
		require_app_armor_profile_local_inherited_profile_findings,
		require_app_armor_profile_profile_set_findings,
	]
	some finding in requirement_findings
]

require_app_armor_profile_own_profile_findings := [finding |
	some container in lib.containers(pod)
	container.securityContext.appArmorProfile != null
	not container.securityContext.appArmorProfile.type == "Localhost"
	not container.securityContext.appArmorProfile.type == "RuntimeDefault"
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": appArmorProfile is ",
		lib.show(object.get(container, ["securityContext", "appArmorProfile", "type"], null)),
		", allowed: runtime/default",
	])
]

require_app_armor_profile_local_own_profile_findings := [finding |
	some container in lib.containers(pod)
	container.securityContext.appArmorProfile != null
	container.securityContext.appArmorProfile.type == "Localhost"
	container.securityContext.appArmorProfile.type != "RuntimeDefault"
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": appArmorProfile is ",
		lib.show(lib.join("localhost/", object.get(container, ["securityContext", "appArmorProfile", "localhostProfile"], null))),
		", allowed: runtime/default",
	])
]

require_app_armor_profile_annotated_profile_findings := [finding |
	some container in lib.containers(pod)
	annotation := object.get(pod, ["metadata", "annotations", lib.join("container.apparmor.security.beta.kubernetes.io/", object.get(container, "name", null))], null)
	object.get(container, ["securityContext", "appArmorProfile"], null) == null
	annotation != null
	annotation != ""
	not annotation in ["runtime/default"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": appArmorProfile is ",
		lib.show(annotation),
		" by annotation, allowed: runtime/default",
	])
]

require_app_armor_profile_inherited_profile_findings := [finding |
	some container in lib.containers(pod)
	annotation := object.get(pod, ["metadata", "annotations", lib.join("container.apparmor.security.beta.kubernetes.io/", object.get(container, "name", null))], null)
	object.get(container, ["securityContext", "appArmorProfile"], null) == null
	not require_app_armor_profile_inherited_profile_annotations_ok(annotation)
	pod.spec.securityContext.appArmorProfile != null
	not pod.spec.securityContext.appArmorProfile.type == "Localhost"
	not pod.spec.securityContext.appArmorProfile.type == "RuntimeDefault"
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": appArmorProfile is ",
		lib.show(object.get(pod, ["spec", "securityContext", "appArmorProfile", "type"], null)),
		", allowed: runtime/default",
	])
]

require_app_armor_profile_inherited_profile_annotations_ok(annotation) if {
	annotation != null
	annotation != ""
}

require_app_armor_profile_local_inherited_profile_findings := [finding |
	some container in lib.containers(pod)
	annotation := object.get(pod, ["metadata", "annotations", lib.join("container.apparmor.security.beta.kubernetes.io/", object.get(container, "name", null))], null)
	object.get(container, ["securityContext", "appArmorProfile"], null) == null
	not require_app_armor_profile_inherited_profile_annotations_ok(annotation)
	pod.spec.securityContext.appArmorProfile != null
	pod.spec.securityContext.appArmorProfile.type == "Localhost"
	pod.spec.securityContext.appArmorProfile.type != "RuntimeDefault"
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": appArmorProfile is ",
		lib.show(lib.join("localhost/", object.get(pod, ["spec", "securityContext", "appArmorProfile", "localhostProfile"], null))),
		", allowed: runtime/default",
	])
]

require_app_armor_profile_profile_set_findings := [finding |
	some container in lib.containers(pod)
	annotation := object.get(pod, ["metadata", "annotations", lib.join("container.apparmor.security.beta.kubernetes.io/", object.get(container, "name", null))], null)
	object.get(container, ["securityContext", "appArmorProfile"], null) == null
	not require_app_armor_profile_inherited_profile_annotations_ok(annotation)
	object.get(pod, ["spec", "securityContext", "appArmorProfile"], null) == null
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": appArmorProfile is not set, allowed: runtime/default",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
