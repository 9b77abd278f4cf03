# host-probes
package pscc.policy_host_probes

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# allow hostProbes localhost, 127.0.0.1  (policy.psp:2)
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
	])
}

allow_host_probes_findings := [finding |
	some found in [
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
	some finding in found
]

allow_host_probes_liveness_probe_http_get_host_findings := [finding |
	some container in lib.containers(pod)
	lib.first_set([object.get(container, ["livenessProbe", "httpGet", "host"], null), ""]) != ""
	not object.get(container, ["livenessProbe", "httpGet", "host"], null) in [
		"localhost",
		"127.0.0.1",
	]
	finding := concat("", [
		"container ",
		lib.name(container),
		": livenessProbe.httpGet.host is ",
		lib.show(object.get(container, ["livenessProbe", "httpGet", "host"], null)),
		", allowed: localhost, 127.0.0.1",
	])
]

allow_host_probes_liveness_probe_tcp_socket_host_findings := [finding |
	some container in lib.containers(pod)
	lib.first_set([object.get(container, ["livenessProbe", "tcpSocket", "host"], null), ""]) != ""
	not object.get(container, ["livenessProbe", "tcpSocket", "host"], null) in [
		"localhost",
		"127.0.0.1",
	]
	finding := concat("", [
		"container ",
		lib.name(container),
		": livenessProbe.tcpSocket.host is ",
		lib.show(object.get(container, ["livenessProbe", "tcpSocket", "host"], null)),
		", allowed: localhost, 127.0.0.1",
	])
]

allow_host_probes_readiness_probe_http_get_host_findings := [finding |
	some container in lib.containers(pod)
	lib.first_set([object.get(container, ["readinessProbe", "httpGet", "host"], null), ""]) != ""
	not object.get(container, ["readinessProbe", "httpGet", "host"], null) in [
		"localhost",
		"127.0.0.1",
	]
	finding := concat("", [
		"container ",
		lib.name(container),
		": readinessProbe.httpGet.host is ",
		lib.show(object.get(container, ["readinessProbe", "httpGet", "host"], null)),
		", allowed: localhost, 127.0.0.1",
	])
]

allow_host_probes_readiness_probe_tcp_socket_host_findings := [finding |
	some container in lib.containers(pod)
	lib.first_set([object.get(container, ["readinessProbe", "tcpSocket", "host"], null), ""]) != ""
	not object.get(container, ["readinessProbe", "tcpSocket", "host"], null) in [
		"localhost",
		"127.0.0.1",
	]
	finding := concat("", [
		"container ",
		lib.name(container),
		": readinessProbe.tcpSocket.host is ",
		lib.show(object.get(container, ["readinessProbe", "tcpSocket", "host"], null)),
		", allowed: localhost, 127.0.0.1",
	])
]

allow_host_probes_startup_probe_http_get_host_findings := [finding |
	some container in lib.containers(pod)
	lib.first_set([object.get(container, ["startupProbe", "httpGet", "host"], null), ""]) != ""
	not object.get(container, ["startupProbe", "httpGet", "host"], null) in [
		"localhost",
		"127.0.0.1",
	]
	finding := concat("", [
		"container ",
		lib.name(container),
		": startupProbe.httpGet.host is ",
		lib.show(object.get(container, ["startupProbe", "httpGet", "host"], null)),
		", allowed: localhost, 127.0.0.1",
	])
]

allow_host_probes_startup_probe_tcp_socket_host_findings := [finding |
	some container in lib.containers(pod)
	lib.first_set([object.get(container, ["startupProbe", "tcpSocket", "host"], null), ""]) != ""
	not object.get(container, ["startupProbe", "tcpSocket", "host"], null) in [
		"localhost",
		"127.0.0.1",
	]
	finding := concat("", [
		"container ",
		lib.name(container),
		": startupProbe.tcpSocket.host is ",
		lib.show(object.get(container, ["startupProbe", "tcpSocket", "host"], null)),
		", allowed: localhost, 127.0.0.1",
	])
]

allow_host_probes_lifecycle_post_start_http_get_host_findings := [finding |
	some container in lib.containers(pod)
	lib.first_set([object.get(container, ["lifecycle", "postStart", "httpGet", "host"], null), ""]) != ""
	not object.get(container, ["lifecycle", "postStart", "httpGet", "host"], null) in [
		"localhost",
		"127.0.0.1",
	]
	finding := concat("", [
		"container ",
		lib.name(container),
		": lifecycle.postStart.httpGet.host is ",
		lib.show(object.get(container, ["lifecycle", "postStart", "httpGet", "host"], null)),
		", allowed: localhost, 127.0.0.1",
	])
]

allow_host_probes_lifecycle_post_start_tcp_socket_host_findings := [finding |
	some container in lib.containers(pod)
	lib.first_set([object.get(container, ["lifecycle", "postStart", "tcpSocket", "host"], null), ""]) != ""
	not object.get(container, ["lifecycle", "postStart", "tcpSocket", "host"], null) in [
		"localhost",
		"127.0.0.1",
	]
	finding := concat("", [
		"container ",
		lib.name(container),
		": lifecycle.postStart.tcpSocket.host is ",
		lib.show(object.get(container, ["lifecycle", "postStart", "tcpSocket", "host"], null)),
		", allowed: localhost, 127.0.0.1",
	])
]

allow_host_probes_lifecycle_pre_stop_http_get_host_findings := [finding |
	some container in lib.containers(pod)
	lib.first_set([object.get(container, ["lifecycle", "preStop", "httpGet", "host"], null), ""]) != ""
	not object.get(container, ["lifecycle", "preStop", "httpGet", "host"], null) in [
		"localhost",
		"127.0.0.1",
	]
	finding := concat("", [
		"container ",
		lib.name(container),
		": lifecycle.preStop.httpGet.host is ",
		lib.show(object.get(container, ["lifecycle", "preStop", "httpGet", "host"], null)),
		", allowed: localhost, 127.0.0.1",
	])
]

allow_host_probes_lifecycle_pre_stop_tcp_socket_host_findings := [finding |
	some container in lib.containers(pod)
	lib.first_set([object.get(container, ["lifecycle", "preStop", "tcpSocket", "host"], null), ""]) != ""
	not object.get(container, ["lifecycle", "preStop", "tcpSocket", "host"], null) in [
		"localhost",
		"127.0.0.1",
	]
	finding := concat("", [
		"container ",
		lib.name(container),
		": lifecycle.preStop.tcpSocket.host is ",
		lib.show(object.get(container, ["lifecycle", "preStop", "tcpSocket", "host"], null)),
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
