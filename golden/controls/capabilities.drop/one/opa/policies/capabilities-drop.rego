# capabilities-drop
package pscc.policy_capabilities_drop

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

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

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
