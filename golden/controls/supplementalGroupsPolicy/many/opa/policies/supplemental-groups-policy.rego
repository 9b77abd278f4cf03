# supplemental-groups-policy
package pscc.policy_supplemental_groups_policy

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# require supplementalGroupsPolicy Strict  (policy.psp)
violation contains {"control": "supplementalGroupsPolicy", "msg": msg} if {
	pod
	count(require_supplemental_groups_policy_findings) > 0
	not require_supplemental_groups_policy_unchanged
	msg := lib.message(require_supplemental_groups_policy_findings, "")
}

require_supplemental_groups_policy_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "supplementalGroupsPolicy"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

require_supplemental_groups_policy_findings := [finding |
	not object.get(pod, ["spec", "securityContext", "supplementalGroupsPolicy"], null) in ["Strict"]
	finding := concat("", [
		"pod: supplementalGroupsPolicy is ",
		lib.show(object.get(pod, ["spec", "securityContext", "supplementalGroupsPolicy"], null)),
		", allowed: Strict",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
