# supplemental-groups
package pscc.policy_supplemental_groups

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# require supplementalGroups 5, 100-200  (policy.psp)
violation contains {"control": "supplementalGroups", "msg": msg} if {
	pod
	count(require_supplemental_groups_findings) > 0
	not require_supplemental_groups_unchanged
	msg := lib.message(require_supplemental_groups_findings, "")
}

require_supplemental_groups_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "supplementalGroups"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

require_supplemental_groups_findings := [finding |
	some requirement_findings in [
		require_supplemental_groups_has_groups_findings,
		require_supplemental_groups_group_findings,
	]
	some finding in requirement_findings
]

require_supplemental_groups_has_groups_findings := [finding |
	not require_supplemental_groups_has_groups_ok
	finding := "pod: supplementalGroups is not set, allowed: 5, 100-200"
]

require_supplemental_groups_has_groups_ok if count(lib.list(object.get(pod, ["spec", "securityContext", "supplementalGroups"], null))) > 0

require_supplemental_groups_group_findings := [finding |
	some group in pod.spec.securityContext.supplementalGroups
	not lib.in_ranges(group, [{"min": 5, "max": 5}, {"min": 100, "max": 200}])
	finding := concat("", [
		"pod: supplementalGroups has ",
		lib.show(group),
		", allowed: 5, 100-200",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
