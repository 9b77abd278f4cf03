# run-as-group
package pscc.policy_run_as_group

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# require runAsGroup 1000, 2000-3000  (policy.psp)
violation contains {"control": "runAsGroup", "msg": msg} if {
	pod
	count(require_run_as_group_findings) > 0
	not require_run_as_group_unchanged
	msg := lib.message(require_run_as_group_findings, "")
}

require_run_as_group_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "runAsGroup"]])
	lib.same_in_containers(pod, old_pod, [["securityContext", "runAsGroup"], ["image"]])
}

require_run_as_group_findings := [finding |
	some container in lib.containers(pod)
	run_as_group := lib.first_set([
		object.get(container, ["securityContext", "runAsGroup"], null),
		object.get(pod, ["spec", "securityContext", "runAsGroup"], null),
	])
	not lib.in_ranges(run_as_group, [{"min": 1000, "max": 1000}, {"min": 2000, "max": 3000}])
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": runAsGroup is ",
		lib.show(run_as_group),
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
