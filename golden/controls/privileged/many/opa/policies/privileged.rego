# privileged
package pscc.policy_privileged

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

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
