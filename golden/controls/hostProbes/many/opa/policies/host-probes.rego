# host-probes
package pscc.policy_host_probes

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# allow hostProbes localhost, 127.0.0.1  (policy.psp)
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
	not container.livenessProbe.httpGet.host in ["localhost", "127.0.0.1"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": livenessProbe.httpGet.host is ",
		lib.show(container.livenessProbe.httpGet.host),
		", allowed: localhost, 127.0.0.1",
	])
]

allow_host_probes_liveness_probe_tcp_socket_host_findings := [finding |
	some container in lib.containers(pod)
	container.livenessProbe.tcpSocket.host != null
	container.livenessProbe.tcpSocket.host != ""
	not container.livenessProbe.tcpSocket.host in ["localhost", "127.0.0.1"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": livenessProbe.tcpSocket.host is ",
		lib.show(container.livenessProbe.tcpSocket.host),
		", allowed: localhost, 127.0.0.1",
	])
]

allow_host_probes_readiness_probe_http_get_host_findings := [finding |
	some container in lib.containers(pod)
	container.readinessProbe.httpGet.host != null
	container.readinessProbe.httpGet.host != ""
	not container.readinessProbe.httpGet.host in ["localhost", "127.0.0.1"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": readinessProbe.httpGet.host is ",
		lib.show(container.readinessProbe.httpGet.host),
		", allowed: localhost, 127.0.0.1",
	])
]

allow_host_probes_readiness_probe_tcp_socket_host_findings := [finding |
	some container in lib.containers(pod)
	container.readinessProbe.tcpSocket.host != null
	container.readinessProbe.tcpSocket.host != ""
	not container.readinessProbe.tcpSocket.host in ["localhost", "127.0.0.1"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": readinessProbe.tcpSocket.host is ",
		lib.show(container.readinessProbe.tcpSocket.host),
		", allowed: localhost, 127.0.0.1",
	])
]

allow_host_probes_startup_probe_http_get_host_findings := [finding |
	some container in lib.containers(pod)
	container.startupProbe.httpGet.host != null
	container.startupProbe.httpGet.host != ""
	not container.startupProbe.httpGet.host in ["localhost", "127.0.0.1"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": startupProbe.httpGet.host is ",
		lib.show(container.startupProbe.httpGet.host),
		", allowed: localhost, 127.0.0.1",
	])
]

allow_host_probes_startup_probe_tcp_socket_host_findings := [finding |
	some container in lib.containers(pod)
	container.startupProbe.tcpSocket.host != null
	container.startupProbe.tcpSocket.host != ""
	not container.startupProbe.tcpSocket.host in ["localhost", "127.0.0.1"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": startupProbe.tcpSocket.host is ",
		lib.show(container.startupProbe.tcpSocket.host),
		", allowed: localhost, 127.0.0.1",
	])
]

allow_host_probes_lifecycle_post_start_http_get_host_findings := [finding |
	some container in lib.containers(pod)
	container.lifecycle.postStart.httpGet.host != null
	container.lifecycle.postStart.httpGet.host != ""
	not container.lifecycle.postStart.httpGet.host in ["localhost", "127.0.0.1"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": lifecycle.postStart.httpGet.host is ",
		lib.show(container.lifecycle.postStart.httpGet.host),
		", allowed: localhost, 127.0.0.1",
	])
]

allow_host_probes_lifecycle_post_start_tcp_socket_host_findings := [finding |
	some container in lib.containers(pod)
	container.lifecycle.postStart.tcpSocket.host != null
	container.lifecycle.postStart.tcpSocket.host != ""
	not container.lifecycle.postStart.tcpSocket.host in ["localhost", "127.0.0.1"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": lifecycle.postStart.tcpSocket.host is ",
		lib.show(container.lifecycle.postStart.tcpSocket.host),
		", allowed: localhost, 127.0.0.1",
	])
]

allow_host_probes_lifecycle_pre_stop_http_get_host_findings := [finding |
	some container in lib.containers(pod)
	container.lifecycle.preStop.httpGet.host != null
	container.lifecycle.preStop.httpGet.host != ""
	not container.lifecycle.preStop.httpGet.host in ["localhost", "127.0.0.1"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": lifecycle.preStop.httpGet.host is ",
		lib.show(container.lifecycle.preStop.httpGet.host),
		", allowed: localhost, 127.0.0.1",
	])
]

allow_host_probes_lifecycle_pre_stop_tcp_socket_host_findings := [finding |
	some container in lib.containers(pod)
	container.lifecycle.preStop.tcpSocket.host != null
	container.lifecycle.preStop.tcpSocket.host != ""
	not container.lifecycle.preStop.tcpSocket.host in ["localhost", "127.0.0.1"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": lifecycle.preStop.tcpSocket.host is ",
		lib.show(container.lifecycle.preStop.tcpSocket.host),
		", allowed: localhost, 127.0.0.1",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
