# capabilities-add: What a PodSecurityPolicy without allowedCapabilities means
package pscc.policy_capabilities_add

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# deny capabilities.add  (policy.psp)
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

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
