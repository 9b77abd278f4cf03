# host-ports
package pscc.policy_host_ports

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

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

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
