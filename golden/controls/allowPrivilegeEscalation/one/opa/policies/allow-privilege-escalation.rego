# allow-privilege-escalation
package pscc.policy_allow_privilege_escalation

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

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

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
