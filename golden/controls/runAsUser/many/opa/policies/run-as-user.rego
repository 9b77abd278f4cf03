# run-as-user
package pscc.policy_run_as_user

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# require runAsUser 1000, 2000-3000  (policy.psp)
violation contains {"control": "runAsUser", "msg": msg} if {
	pod
	count(require_run_as_user_findings) > 0
	not require_run_as_user_unchanged
	msg := lib.message(require_run_as_user_findings, "")
}

require_run_as_user_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "runAsUser"]])
	lib.same_in_containers(pod, old_pod, [["securityContext", "runAsUser"], ["image"]])
}

require_run_as_user_findings := [finding |
	some container in lib.containers(pod)
	run_as_user := lib.first_set([
		object.get(container, ["securityContext", "runAsUser"], null),
		object.get(pod, ["spec", "securityContext", "runAsUser"], null),
	])
	not lib.in_ranges(run_as_user, [{"min": 1000, "max": 1000}, {"min": 2000, "max": 3000}])
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": runAsUser is ",
		lib.show(run_as_user),
		", allowed: 1000, 2000-3000",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
