# capabilities-add
package pscc.policy_capabilities_add

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

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

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
