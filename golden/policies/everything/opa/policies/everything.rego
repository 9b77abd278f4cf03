# everything: One statement about every control
package pscc.policy_everything

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# deny privileged because "ask #platform"  (policy.psp)
violation contains {"control": "privileged", "msg": msg} if {
	pod
	count(denied_privileged_findings) > 0
	not denied_privileged_unchanged
	msg := lib.message(denied_privileged_findings, "ask #platform")
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

# deny hostNetwork because "ask #platform"  (policy.psp)
violation contains {"control": "hostNetwork", "msg": msg} if {
	pod
	count(denied_host_network_findings) > 0
	not denied_host_network_unchanged
	msg := lib.message(denied_host_network_findings, "ask #platform")
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

# deny hostPID because "ask #platform"  (policy.psp)
violation contains {"control": "hostPID", "msg": msg} if {
	pod
	count(denied_host_pid_findings) > 0
	not denied_host_pid_unchanged
	msg := lib.message(denied_host_pid_findings, "ask #platform")
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

# deny hostIPC because "ask #platform"  (policy.psp)
violation contains {"control": "hostIPC", "msg": msg} if {
	pod
	count(denied_host_ipc_findings) > 0
	not denied_host_ipc_unchanged
	msg := lib.message(denied_host_ipc_findings, "ask #platform")
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

# deny hostProcess  (policy.psp)
violation contains {"control": "hostProcess", "msg": msg} if {
	pod
	count(denied_host_process_findings) > 0
	not denied_host_process_unchanged
	msg := lib.message(denied_host_process_findings, "")
}

denied_host_process_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "windowsOptions", "hostProcess"]])
	lib.same_in_containers(pod, old_pod, [
		["securityContext", "windowsOptions", "hostProcess"],
		["image"],
	])
}

denied_host_process_findings := [finding |
	some requirement_findings in [
		denied_host_process_pod_host_process_findings,
		denied_host_process_container_host_process_findings,
	]
	some finding in requirement_findings
]

denied_host_process_pod_host_process_findings := [finding |
	pod.spec.securityContext.windowsOptions.hostProcess == true
	finding := "pod: hostProcess must not be true"
]

denied_host_process_container_host_process_findings := [finding |
	some container in lib.containers(pod)
	container.securityContext.windowsOptions.hostProcess == true
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": hostProcess must not be true",
	])
]

# allow hostPorts 80, 443, 10000-11000, 13000-14000  (policy.psp)
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
	not lib.in_ranges(port.hostPort, [
		{"min": 80, "max": 80},
		{"min": 443, "max": 443},
		{"min": 10000, "max": 11000},
		{"min": 13000, "max": 14000},
	])
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": hostPort is ",
		lib.show(port.hostPort),
		", allowed: 80, 443, 10000-11000, 13000-14000",
	])
]

allow_host_ports_implied_host_port_findings := [finding |
	some container in lib.containers(pod)
	some port in container.ports
	allow_host_ports_implied_host_port_ok(port)
	pod.spec.hostNetwork == true
	not lib.in_ranges(object.get(port, "containerPort", null), [
		{"min": 80, "max": 80},
		{"min": 443, "max": 443},
		{"min": 10000, "max": 11000},
		{"min": 13000, "max": 14000},
	])
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": hostPort is ",
		lib.show(object.get(port, "containerPort", null)),
		" by hostNetwork, allowed: 80, 443, 10000-11000, 13000-14000",
	])
]

allow_host_ports_implied_host_port_ok(port) if object.get(port, "hostPort", null) == null

allow_host_ports_implied_host_port_ok(port) if port.hostPort == 0

# allow hostProbes 127.0.0.1  (policy.psp)
violation contains {"control": "hostProbes", "msg": msg} if {
	pod
	count(allow_host_probes_findings) > 0
	not allow_host_probes_unchanged
	msg := lib.message(allow_host_probes_findings, "")
}

allow_host_probes_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_in_containers(pod, old_pod, [
		["livenessProbe", "httpGet", "host"],
		["livenessProbe", "tcpSocket", "host"],
		["readinessProbe", "httpGet", "host"],
		["readinessProbe", "tcpSocket", "host"],
		["startupProbe", "httpGet", "host"],
		["startupProbe", "tcpSocket", "host"],
		["lifecycle", "postStart", "httpGet", "host"],
		["lifecycle", "postStart", "tcpSocket", "host"],
		["lifecycle", "preStop", "httpGet", "host"],
		["lifecycle", "preStop", "tcpSocket", "host"],
		["image"],
	])
}

allow_host_probes_findings := [finding |
	some requirement_findings in [
		allow_host_probes_liveness_probe_http_get_host_findings,
		allow_host_probes_liveness_probe_tcp_socket_host_findings,
		allow_host_probes_readiness_probe_http_get_host_findings,
		allow_host_probes_readiness_probe_tcp_socket_host_findings,
		allow_host_probes_startup_probe_http_get_host_findings,
		allow_host_probes_startup_probe_tcp_socket_host_findings,
		allow_host_probes_lifecycle_post_start_http_get_host_findings,
		allow_host_probes_lifecycle_post_start_tcp_socket_host_findings,
		allow_host_probes_lifecycle_pre_stop_http_get_host_findings,
		allow_host_probes_lifecycle_pre_stop_tcp_socket_host_findings,
	]
	some finding in requirement_findings
]

allow_host_probes_liveness_probe_http_get_host_findings := [finding |
	some container in lib.containers(pod)
	container.livenessProbe.httpGet.host != null
	container.livenessProbe.httpGet.host != ""
	not container.livenessProbe.httpGet.host in ["127.0.0.1"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": livenessProbe.httpGet.host is ",
		lib.show(container.livenessProbe.httpGet.host),
		", allowed: 127.0.0.1",
	])
]

allow_host_probes_liveness_probe_tcp_socket_host_findings := [finding |
	some container in lib.containers(pod)
	container.livenessProbe.tcpSocket.host != null
	container.livenessProbe.tcpSocket.host != ""
	not container.livenessProbe.tcpSocket.host in ["127.0.0.1"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": livenessProbe.tcpSocket.host is ",
		lib.show(container.livenessProbe.tcpSocket.host),
		", allowed: 127.0.0.1",
	])
]

allow_host_probes_readiness_probe_http_get_host_findings := [finding |
	some container in lib.containers(pod)
	container.readinessProbe.httpGet.host != null
	container.readinessProbe.httpGet.host != ""
	not container.readinessProbe.httpGet.host in ["127.0.0.1"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": readinessProbe.httpGet.host is ",
		lib.show(container.readinessProbe.httpGet.host),
		", allowed: 127.0.0.1",
	])
]

allow_host_probes_readiness_probe_tcp_socket_host_findings := [finding |
	some container in lib.containers(pod)
	container.readinessProbe.tcpSocket.host != null
	container.readinessProbe.tcpSocket.host != ""
	not container.readinessProbe.tcpSocket.host in ["127.0.0.1"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": readinessProbe.tcpSocket.host is ",
		lib.show(container.readinessProbe.tcpSocket.host),
		", allowed: 127.0.0.1",
	])
]

allow_host_probes_startup_probe_http_get_host_findings := [finding |
	some container in lib.containers(pod)
	container.startupProbe.httpGet.host != null
	container.startupProbe.httpGet.host != ""
	not container.startupProbe.httpGet.host in ["127.0.0.1"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": startupProbe.httpGet.host is ",
		lib.show(container.startupProbe.httpGet.host),
		", allowed: 127.0.0.1",
	])
]

allow_host_probes_startup_probe_tcp_socket_host_findings := [finding |
	some container in lib.containers(pod)
	container.startupProbe.tcpSocket.host != null
	container.startupProbe.tcpSocket.host != ""
	not container.startupProbe.tcpSocket.host in ["127.0.0.1"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": startupProbe.tcpSocket.host is ",
		lib.show(container.startupProbe.tcpSocket.host),
		", allowed: 127.0.0.1",
	])
]

allow_host_probes_lifecycle_post_start_http_get_host_findings := [finding |
	some container in lib.containers(pod)
	container.lifecycle.postStart.httpGet.host != null
	container.lifecycle.postStart.httpGet.host != ""
	not container.lifecycle.postStart.httpGet.host in ["127.0.0.1"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": lifecycle.postStart.httpGet.host is ",
		lib.show(container.lifecycle.postStart.httpGet.host),
		", allowed: 127.0.0.1",
	])
]

allow_host_probes_lifecycle_post_start_tcp_socket_host_findings := [finding |
	some container in lib.containers(pod)
	container.lifecycle.postStart.tcpSocket.host != null
	container.lifecycle.postStart.tcpSocket.host != ""
	not container.lifecycle.postStart.tcpSocket.host in ["127.0.0.1"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": lifecycle.postStart.tcpSocket.host is ",
		lib.show(container.lifecycle.postStart.tcpSocket.host),
		", allowed: 127.0.0.1",
	])
]

allow_host_probes_lifecycle_pre_stop_http_get_host_findings := [finding |
	some container in lib.containers(pod)
	container.lifecycle.preStop.httpGet.host != null
	container.lifecycle.preStop.httpGet.host != ""
	not container.lifecycle.preStop.httpGet.host in ["127.0.0.1"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": lifecycle.preStop.httpGet.host is ",
		lib.show(container.lifecycle.preStop.httpGet.host),
		", allowed: 127.0.0.1",
	])
]

allow_host_probes_lifecycle_pre_stop_tcp_socket_host_findings := [finding |
	some container in lib.containers(pod)
	container.lifecycle.preStop.tcpSocket.host != null
	container.lifecycle.preStop.tcpSocket.host != ""
	not container.lifecycle.preStop.tcpSocket.host in ["127.0.0.1"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": lifecycle.preStop.tcpSocket.host is ",
		lib.show(container.lifecycle.preStop.tcpSocket.host),
		", allowed: 127.0.0.1",
	])
]

# allow volumes configMap, secret, emptyDir, projected, persistentVolumeClaim  (policy.psp)
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
		", allowed: configMap, secret, emptyDir, projected, persistentVolumeClaim",
	])
]

allow_volumes_volume_type_ok(_, type) if {
	type in ["configMap", "secret", "emptyDir", "projected", "persistentVolumeClaim"]
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

# allow hostPath /var/log (read-only), /tmp, /opt/data/  (policy.psp)
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
		", allowed: /var/log (read-only), /tmp, /opt/data/",
	])
]

allow_host_path_host_path_ok(volume) if {
	some allowed in [
		{"pathPrefix": "/var/log", "readOnly": true},
		{"pathPrefix": "/tmp", "readOnly": false},
		{"pathPrefix": "/opt/data/", "readOnly": false},
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
		" must be readOnly, allowed: /var/log (read-only), /tmp, /opt/data/",
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
		{"pathPrefix": "/opt/data/", "readOnly": false},
	]
	lib.under(volume.hostPath.path, allowed.pathPrefix)
	not allowed.readOnly == true
}

# allow flexVolume example/lvm, example/cifs, vendor/*  (policy.psp)
violation contains {"control": "flexVolume", "msg": msg} if {
	pod
	count(allow_flex_volume_findings) > 0
	not allow_flex_volume_unchanged
	msg := lib.message(allow_flex_volume_findings, "")
}

allow_flex_volume_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "volumes"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

allow_flex_volume_findings := [finding |
	some volume in pod.spec.volumes
	volume.flexVolume.driver != null
	not volume.flexVolume.driver in ["example/lvm", "example/cifs"]
	not lib.starts_with_any(volume.flexVolume.driver, ["vendor/*"])
	finding := concat("", [
		"volume ",
		lib.show(object.get(volume, "name", null)),
		": flexVolume driver is ",
		lib.show(volume.flexVolume.driver),
		", allowed: example/lvm, example/cifs, vendor/*",
	])
]

# allow csi inline.csi.example, secrets-store.csi.k8s.io, vendor.*  (policy.psp)
violation contains {"control": "csi", "msg": msg} if {
	pod
	count(allow_csi_findings) > 0
	not allow_csi_unchanged
	msg := lib.message(allow_csi_findings, "")
}

allow_csi_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "volumes"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

allow_csi_findings := [finding |
	some volume in pod.spec.volumes
	volume.csi.driver != null
	not volume.csi.driver in ["inline.csi.example", "secrets-store.csi.k8s.io"]
	not lib.starts_with_any(volume.csi.driver, ["vendor.*"])
	finding := concat("", [
		"volume ",
		lib.show(object.get(volume, "name", null)),
		": csi driver is ",
		lib.show(volume.csi.driver),
		", allowed: inline.csi.example, secrets-store.csi.k8s.io, vendor.*",
	])
]

# allow capabilities.add NET_BIND_SERVICE, CHOWN  (policy.psp)
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
	not capability in ["NET_BIND_SERVICE", "CHOWN"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": capabilities.add has ",
		lib.show(capability),
		", allowed: NET_BIND_SERVICE, CHOWN",
	])
]

# require capabilities.drop all of NET_RAW, MKNOD  (policy.psp)
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
	some capability in ["NET_RAW", "MKNOD"]
	not capability in lib.list(object.get(container, ["securityContext", "capabilities", "drop"], null))
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": capabilities.drop lacks ",
		lib.show(capability),
	])
]

# require readOnlyRootFilesystem true  (policy.psp)
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

# require runAsUser 1000, 2000-3000  (policy.psp)
violation contains {"control": "runAsUser", "msg": msg} if {
	pod
	count(require_run_as_user_findings) > 0
	not require_run_as_user_unchanged
	msg := lib.message(require_run_as_user_findings, "")
}

require_run_as_user_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "runAsUser"]])
	lib.same_in_containers(pod, old_pod, [["securityContext", "runAsUser"], ["image"]])
}

require_run_as_user_findings := [finding |
	some container in lib.containers(pod)
	run_as_user := lib.first_set([
		object.get(container, ["securityContext", "runAsUser"], null),
		object.get(pod, ["spec", "securityContext", "runAsUser"], null),
	])
	not lib.in_ranges(run_as_user, [{"min": 1000, "max": 1000}, {"min": 2000, "max": 3000}])
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": runAsUser is ",
		lib.show(run_as_user),
		", allowed: 1000, 2000-3000",
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

# require runAsNonRoot true  (policy.psp)
violation contains {"control": "runAsNonRoot", "msg": msg} if {
	pod
	count(require_run_as_non_root_findings) > 0
	not require_run_as_non_root_unchanged
	msg := lib.message(require_run_as_non_root_findings, "")
}

require_run_as_non_root_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "runAsNonRoot"]])
	lib.same_in_containers(pod, old_pod, [["securityContext", "runAsNonRoot"], ["image"]])
}

require_run_as_non_root_findings := [finding |
	some container in lib.containers(pod)
	run_as_non_root := lib.first_set([
		object.get(container, ["securityContext", "runAsNonRoot"], null),
		object.get(pod, ["spec", "securityContext", "runAsNonRoot"], null),
	])
	run_as_non_root != true
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": runAsNonRoot is ",
		lib.show(run_as_non_root),
		", must be true",
	])
]

# require runAsGroup 1000, 2000-3000  (policy.psp)
violation contains {"control": "runAsGroup", "msg": msg} if {
	pod
	count(require_run_as_group_findings) > 0
	not require_run_as_group_unchanged
	msg := lib.message(require_run_as_group_findings, "")
}

require_run_as_group_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "runAsGroup"]])
	lib.same_in_containers(pod, old_pod, [["securityContext", "runAsGroup"], ["image"]])
}

require_run_as_group_findings := [finding |
	some container in lib.containers(pod)
	run_as_group := lib.first_set([
		object.get(container, ["securityContext", "runAsGroup"], null),
		object.get(pod, ["spec", "securityContext", "runAsGroup"], null),
	])
	not lib.in_ranges(run_as_group, [{"min": 1000, "max": 1000}, {"min": 2000, "max": 3000}])
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": runAsGroup is ",
		lib.show(run_as_group),
		", allowed: 1000, 2000-3000",
	])
]

# require supplementalGroups 5, 100-200  (policy.psp)
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
	finding := "pod: supplementalGroups is not set, allowed: 5, 100-200"
]

require_supplemental_groups_has_groups_ok if count(lib.list(object.get(pod, ["spec", "securityContext", "supplementalGroups"], null))) > 0

require_supplemental_groups_group_findings := [finding |
	some group in pod.spec.securityContext.supplementalGroups
	not lib.in_ranges(group, [{"min": 5, "max": 5}, {"min": 100, "max": 200}])
	finding := concat("", [
		"pod: supplementalGroups has ",
		lib.show(group),
		", allowed: 5, 100-200",
	])
]

# require fsGroup 1, 1000-65535  (policy.psp)
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
		{"min": 1, "max": 1},
		{"min": 1000, "max": 65535},
	])
	finding := concat("", [
		"pod: fsGroup is ",
		lib.show(object.get(pod, ["spec", "securityContext", "fsGroup"], null)),
		", allowed: 1, 1000-65535",
	])
]

# require seLinuxOptions user="system_u", role="system_r", type="container_t", level="s0:c123,c456"  (policy.psp)
violation contains {"control": "seLinuxOptions", "msg": msg} if {
	pod
	count(require_se_linux_options_findings) > 0
	not require_se_linux_options_unchanged
	msg := lib.message(require_se_linux_options_findings, "")
}

require_se_linux_options_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "seLinuxOptions"]])
	lib.same_in_containers(pod, old_pod, [["securityContext", "seLinuxOptions"], ["image"]])
}

require_se_linux_options_findings := [finding |
	some requirement_findings in [
		require_se_linux_options_pod_selinux_user_findings,
		require_se_linux_options_pod_selinux_role_findings,
		require_se_linux_options_pod_selinux_type_findings,
		require_se_linux_options_pod_selinux_level_findings,
		require_se_linux_options_container_selinux_user_findings,
		require_se_linux_options_container_selinux_role_findings,
		require_se_linux_options_container_selinux_type_findings,
		require_se_linux_options_container_selinux_level_findings,
	]
	some finding in requirement_findings
]

require_se_linux_options_pod_selinux_user_findings := [finding |
	se_linux_options := object.get(pod, ["spec", "securityContext", "seLinuxOptions"], null)
	lib.below(se_linux_options, ["user"]) != "system_u"
	finding := concat("", [
		"pod: seLinuxOptions.user is ",
		lib.show(lib.below(se_linux_options, ["user"])),
		", must be system_u",
	])
]

require_se_linux_options_pod_selinux_role_findings := [finding |
	se_linux_options := object.get(pod, ["spec", "securityContext", "seLinuxOptions"], null)
	lib.below(se_linux_options, ["role"]) != "system_r"
	finding := concat("", [
		"pod: seLinuxOptions.role is ",
		lib.show(lib.below(se_linux_options, ["role"])),
		", must be system_r",
	])
]

require_se_linux_options_pod_selinux_type_findings := [finding |
	se_linux_options := object.get(pod, ["spec", "securityContext", "seLinuxOptions"], null)
	lib.below(se_linux_options, ["type"]) != "container_t"
	finding := concat("", [
		"pod: seLinuxOptions.type is ",
		lib.show(lib.below(se_linux_options, ["type"])),
		", must be container_t",
	])
]

require_se_linux_options_pod_selinux_level_findings := [finding |
	se_linux_options := object.get(pod, ["spec", "securityContext", "seLinuxOptions"], null)
	not lib.same_level(lib.below(se_linux_options, ["level"]), "s0:c123,c456")
	finding := concat("", [
		"pod: seLinuxOptions.level is ",
		lib.show(lib.below(se_linux_options, ["level"])),
		", must be s0:c123,c456",
	])
]

require_se_linux_options_container_selinux_user_findings := [finding |
	some container in lib.containers(pod)
	se_linux_options := lib.first_set([
		object.get(container, ["securityContext", "seLinuxOptions"], null),
		object.get(pod, ["spec", "securityContext", "seLinuxOptions"], null),
	])
	lib.below(se_linux_options, ["user"]) != "system_u"
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": seLinuxOptions.user is ",
		lib.show(lib.below(se_linux_options, ["user"])),
		", must be system_u",
	])
]

require_se_linux_options_container_selinux_role_findings := [finding |
	some container in lib.containers(pod)
	se_linux_options := lib.first_set([
		object.get(container, ["securityContext", "seLinuxOptions"], null),
		object.get(pod, ["spec", "securityContext", "seLinuxOptions"], null),
	])
	lib.below(se_linux_options, ["role"]) != "system_r"
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": seLinuxOptions.role is ",
		lib.show(lib.below(se_linux_options, ["role"])),
		", must be system_r",
	])
]

require_se_linux_options_container_selinux_type_findings := [finding |
	some container in lib.containers(pod)
	se_linux_options := lib.first_set([
		object.get(container, ["securityContext", "seLinuxOptions"], null),
		object.get(pod, ["spec", "securityContext", "seLinuxOptions"], null),
	])
	lib.below(se_linux_options, ["type"]) != "container_t"
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": seLinuxOptions.type is ",
		lib.show(lib.below(se_linux_options, ["type"])),
		", must be container_t",
	])
]

require_se_linux_options_container_selinux_level_findings := [finding |
	some container in lib.containers(pod)
	se_linux_options := lib.first_set([
		object.get(container, ["securityContext", "seLinuxOptions"], null),
		object.get(pod, ["spec", "securityContext", "seLinuxOptions"], null),
	])
	not lib.same_level(lib.below(se_linux_options, ["level"]), "s0:c123,c456")
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": seLinuxOptions.level is ",
		lib.show(lib.below(se_linux_options, ["level"])),
		", must be s0:c123,c456",
	])
]

# allow procMount Default, Unmasked  (policy.psp)
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
	not proc_mount in ["Default", "Unmasked"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": procMount is ",
		lib.show(proc_mount),
		", allowed: Default, Unmasked",
	])
]

# allow sysctls kernel.shm_rmid_forced, net.ipv4.tcp_syncookies, net.core.*  (policy.psp)
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
	not object.get(sysctl, "name", null) in ["kernel.shm_rmid_forced", "net.ipv4.tcp_syncookies"]
	not lib.starts_with_any(object.get(sysctl, "name", null), ["net.core.*"])
	finding := concat("", [
		"pod: sysctls has ",
		lib.show(object.get(sysctl, "name", null)),
		", allowed: kernel.shm_rmid_forced, net.ipv4.tcp_syncookies, net.core.*",
	])
]

# require runtimeClassName gvisor, kata  (policy.psp)
violation contains {"control": "runtimeClassName", "msg": msg} if {
	pod
	count(require_runtime_class_name_findings) > 0
	not require_runtime_class_name_unchanged
	msg := lib.message(require_runtime_class_name_findings, "")
}

require_runtime_class_name_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "runtimeClassName"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

require_runtime_class_name_findings := [finding |
	not object.get(pod, ["spec", "runtimeClassName"], null) in ["gvisor", "kata"]
	finding := concat("", [
		"pod: runtimeClassName is ",
		lib.show(object.get(pod, ["spec", "runtimeClassName"], null)),
		", allowed: gvisor, kata",
	])
]

# require seccompProfile runtime/default, localhost/* on pod and containers  (policy.psp)
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
		", allowed: runtime/default, localhost/*",
	])
]

require_seccomp_profile_on_pod_and_containers_local_pod_profile_findings := [finding |
	pod.spec.securityContext.seccompProfile.type == "Localhost"
	not lib.starts_with_any(lib.join("localhost/", object.get(pod, ["spec", "securityContext", "seccompProfile", "localhostProfile"], null)), [
		"localhost/*",
	])
	finding := concat("", [
		"pod: seccompProfile is ",
		lib.show(lib.join("localhost/", object.get(pod, ["spec", "securityContext", "seccompProfile", "localhostProfile"], null))),
		", allowed: runtime/default, localhost/*",
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
		", allowed: runtime/default, localhost/*",
	])
]

require_seccomp_profile_on_pod_and_containers_local_container_profile_findings := [finding |
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

# require appArmorProfile runtime/default, localhost/audited  (policy.psp)
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
		", allowed: runtime/default, localhost/audited",
	])
]

require_app_armor_profile_local_own_profile_findings := [finding |
	some container in lib.containers(pod)
	container.securityContext.appArmorProfile != null
	container.securityContext.appArmorProfile.type == "Localhost"
	not lib.join("localhost/", object.get(container, ["securityContext", "appArmorProfile", "localhostProfile"], null)) in [
		"localhost/audited",
	]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": appArmorProfile is ",
		lib.show(lib.join("localhost/", object.get(container, ["securityContext", "appArmorProfile", "localhostProfile"], null))),
		", allowed: runtime/default, localhost/audited",
	])
]

require_app_armor_profile_annotated_profile_findings := [finding |
	some container in lib.containers(pod)
	annotation := object.get(pod, ["metadata", "annotations", lib.join("container.apparmor.security.beta.kubernetes.io/", object.get(container, "name", null))], null)
	object.get(container, ["securityContext", "appArmorProfile"], null) == null
	annotation != null
	annotation != ""
	not annotation in ["runtime/default", "localhost/audited"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": appArmorProfile is ",
		lib.show(annotation),
		" by annotation, allowed: runtime/default, localhost/audited",
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
		", allowed: runtime/default, localhost/audited",
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
	not lib.join("localhost/", object.get(pod, ["spec", "securityContext", "appArmorProfile", "localhostProfile"], null)) in [
		"localhost/audited",
	]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": appArmorProfile is ",
		lib.show(lib.join("localhost/", object.get(pod, ["spec", "securityContext", "appArmorProfile", "localhostProfile"], null))),
		", allowed: runtime/default, localhost/audited",
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
		": appArmorProfile is not set, allowed: runtime/default, localhost/audited",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
