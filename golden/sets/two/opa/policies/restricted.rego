# restricted
package pscc.policy_restricted

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# deny privileged  (policy.psp)
violation contains {"control": "privileged", "msg": msg} if {
	pod
	count(denied_privileged_findings) > 0
	not denied_privileged_unchanged
	in_scope
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

# deny hostPorts  (policy.psp)
violation contains {"control": "hostPorts", "msg": msg} if {
	pod
	count(denied_host_ports_findings) > 0
	not denied_host_ports_unchanged
	in_scope
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

# require fsGroup 1-65535  (policy.psp)
violation contains {"control": "fsGroup", "msg": msg} if {
	pod
	count(require_fs_group_findings) > 0
	not require_fs_group_unchanged
	in_scope
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

request := object.get(input, "request", {})

# Where the policy holds.
in_scope if {
	namespace := lib.namespace_of(request, pod)
	lib.named({"exact": [], "prefixes": [""]}, namespace)
	not lib.named({"exact": ["ingress"], "prefixes": []}, namespace)
}

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
