# non-root
package pscc.policy_non_root

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# require nonRoot  (policy.psp)
violation contains {"control": "nonRoot", "msg": msg} if {
	pod
	count(require_non_root_findings) > 0
	not require_non_root_unchanged
	msg := lib.message(require_non_root_findings, "")
}

require_non_root_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [
		["spec", "securityContext", "runAsNonRoot"],
		["spec", "securityContext", "runAsUser"],
	])
	lib.same_in_containers(pod, old_pod, [
		["securityContext", "runAsNonRoot"],
		["securityContext", "runAsUser"],
		["image"],
	])
}

require_non_root_findings := [finding |
	some requirement_findings in [
		require_non_root_says_who_it_runs_as_findings,
		require_non_root_not_as_root_findings,
		require_non_root_not_uid_0_findings,
	]
	some finding in requirement_findings
]

require_non_root_says_who_it_runs_as_findings := [finding |
	some container in lib.containers(pod)
	run_as_non_root := lib.first_set([
		object.get(container, ["securityContext", "runAsNonRoot"], null),
		object.get(pod, ["spec", "securityContext", "runAsNonRoot"], null),
	])
	run_as_non_root == null
	lib.first_set([object.get(container, ["securityContext", "runAsUser"], null), object.get(pod, ["spec", "securityContext", "runAsUser"], null)]) == null
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": runAsNonRoot is ",
		lib.show(run_as_non_root),
		", must be true where runAsUser is not set",
	])
]

require_non_root_not_as_root_findings := [finding |
	some container in lib.containers(pod)
	lib.first_set([object.get(container, ["securityContext", "runAsNonRoot"], null), object.get(pod, ["spec", "securityContext", "runAsNonRoot"], null)]) == false
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": runAsNonRoot is false, must not be false",
	])
]

require_non_root_not_uid_0_findings := [finding |
	some container in lib.containers(pod)
	lib.first_set([object.get(container, ["securityContext", "runAsUser"], null), object.get(pod, ["spec", "securityContext", "runAsUser"], null)]) == 0
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": runAsUser is 0, must not be 0",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
