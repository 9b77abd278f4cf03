# host-probes
package pscc.policy_host_probes

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# deny hostProbes  (policy.psp)
violation contains {"control": "hostProbes", "msg": msg} if {
	pod
	count(denied_host_probes_findings) > 0
	not denied_host_probes_unchanged
	msg := lib.message(denied_host_probes_findings, "")
}

denied_host_probes_unchanged if {
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

denied_host_probes_findings := [finding |
	some requirement_findings in [
		denied_host_probes_liveness_probe_http_get_host_findings,
		denied_host_probes_liveness_probe_tcp_socket_host_findings,
		denied_host_probes_readiness_probe_http_get_host_findings,
		denied_host_probes_readiness_probe_tcp_socket_host_findings,
		denied_host_probes_startup_probe_http_get_host_findings,
		denied_host_probes_startup_probe_tcp_socket_host_findings,
		denied_host_probes_lifecycle_post_start_http_get_host_findings,
		denied_host_probes_lifecycle_post_start_tcp_socket_host_findings,
		denied_host_probes_lifecycle_pre_stop_http_get_host_findings,
		denied_host_probes_lifecycle_pre_stop_tcp_socket_host_findings,
	]
	some finding in requirement_findings
]

denied_host_probes_liveness_probe_http_get_host_findings := [finding |
	some container in lib.containers(pod)
	container.livenessProbe.httpGet.host != null
	container.livenessProbe.httpGet.host != ""
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": livenessProbe.httpGet.host is ",
		lib.show(container.livenessProbe.httpGet.host),
		", must not be set",
	])
]

denied_host_probes_liveness_probe_tcp_socket_host_findings := [finding |
	some container in lib.containers(pod)
	container.livenessProbe.tcpSocket.host != null
	container.livenessProbe.tcpSocket.host != ""
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": livenessProbe.tcpSocket.host is ",
		lib.show(container.livenessProbe.tcpSocket.host),
		", must not be set",
	])
]

denied_host_probes_readiness_probe_http_get_host_findings := [finding |
	some container in lib.containers(pod)
	container.readinessProbe.httpGet.host != null
	container.readinessProbe.httpGet.host != ""
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": readinessProbe.httpGet.host is ",
		lib.show(container.readinessProbe.httpGet.host),
		", must not be set",
	])
]

denied_host_probes_readiness_probe_tcp_socket_host_findings := [finding |
	some container in lib.containers(pod)
	container.readinessProbe.tcpSocket.host != null
	container.readinessProbe.tcpSocket.host != ""
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": readinessProbe.tcpSocket.host is ",
		lib.show(container.readinessProbe.tcpSocket.host),
		", must not be set",
	])
]

denied_host_probes_startup_probe_http_get_host_findings := [finding |
	some container in lib.containers(pod)
	container.startupProbe.httpGet.host != null
	container.startupProbe.httpGet.host != ""
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": startupProbe.httpGet.host is ",
		lib.show(container.startupProbe.httpGet.host),
		", must not be set",
	])
]

denied_host_probes_startup_probe_tcp_socket_host_findings := [finding |
	some container in lib.containers(pod)
	container.startupProbe.tcpSocket.host != null
	container.startupProbe.tcpSocket.host != ""
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": startupProbe.tcpSocket.host is ",
		lib.show(container.startupProbe.tcpSocket.host),
		", must not be set",
	])
]

denied_host_probes_lifecycle_post_start_http_get_host_findings := [finding |
	some container in lib.containers(pod)
	container.lifecycle.postStart.httpGet.host != null
	container.lifecycle.postStart.httpGet.host != ""
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": lifecycle.postStart.httpGet.host is ",
		lib.show(container.lifecycle.postStart.httpGet.host),
		", must not be set",
	])
]

denied_host_probes_lifecycle_post_start_tcp_socket_host_findings := [finding |
	some container in lib.containers(pod)
	container.lifecycle.postStart.tcpSocket.host != null
	container.lifecycle.postStart.tcpSocket.host != ""
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": lifecycle.postStart.tcpSocket.host is ",
		lib.show(container.lifecycle.postStart.tcpSocket.host),
		", must not be set",
	])
]

denied_host_probes_lifecycle_pre_stop_http_get_host_findings := [finding |
	some container in lib.containers(pod)
	container.lifecycle.preStop.httpGet.host != null
	container.lifecycle.preStop.httpGet.host != ""
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": lifecycle.preStop.httpGet.host is ",
		lib.show(container.lifecycle.preStop.httpGet.host),
		", must not be set",
	])
]

denied_host_probes_lifecycle_pre_stop_tcp_socket_host_findings := [finding |
	some container in lib.containers(pod)
	container.lifecycle.preStop.tcpSocket.host != null
	container.lifecycle.preStop.tcpSocket.host != ""
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": lifecycle.preStop.tcpSocket.host is ",
		lib.show(container.lifecycle.preStop.tcpSocket.host),
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
