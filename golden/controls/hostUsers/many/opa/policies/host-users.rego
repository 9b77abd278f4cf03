# host-users
package pscc.policy_host_users

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# require hostUsers false  (policy.psp)
violation contains {"control": "hostUsers", "msg": msg} if {
	pod
	count(require_host_users_findings) > 0
	not require_host_users_unchanged
	msg := lib.message(require_host_users_findings, "")
}

require_host_users_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "hostUsers"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

require_host_users_findings := [finding |
	not pod.spec.hostUsers == false
	finding := concat("", [
		"pod: hostUsers is ",
		lib.show(object.get(pod, ["spec", "hostUsers"], null)),
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
