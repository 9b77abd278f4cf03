# run-as-non-root
package pscc.policy_run_as_non_root

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# require runAsNonRoot true  (policy.psp)
violation contains {"control": "runAsNonRoot", "msg": msg} if {
	pod
	count(require_run_as_non_root_findings) > 0
	not require_run_as_non_root_unchanged
	msg := lib.message(require_run_as_non_root_findings, "")
}

require_run_as_non_root_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "runAsNonRoot"]])
	lib.same_in_containers(pod, old_pod, [["securityContext", "runAsNonRoot"], ["image"]])
}

require_run_as_non_root_findings := [finding |
	some container in lib.containers(pod)
	run_as_non_root := lib.first_set([
		object.get(container, ["securityContext", "runAsNonRoot"], null),
		object.get(pod, ["spec", "securityContext", "runAsNonRoot"], null),
	])
	run_as_non_root != true
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": runAsNonRoot is ",
		lib.show(run_as_non_root),
		", must be true",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
