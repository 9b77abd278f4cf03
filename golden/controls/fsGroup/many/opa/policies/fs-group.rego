# fs-group
package pscc.policy_fs_group

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# require fsGroup 1, 1000-65535  (policy.psp)
violation contains {"control": "fsGroup", "msg": msg} if {
	pod
	count(require_fs_group_findings) > 0
	not require_fs_group_unchanged
	msg := lib.message(require_fs_group_findings, "")
}

require_fs_group_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "fsGroup"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

require_fs_group_findings := [finding |
	not lib.in_ranges(object.get(pod, ["spec", "securityContext", "fsGroup"], null), [
		{"min": 1, "max": 1},
		{"min": 1000, "max": 65535},
	])
	finding := concat("", [
		"pod: fsGroup is ",
		lib.show(object.get(pod, ["spec", "securityContext", "fsGroup"], null)),
		", allowed: 1, 1000-65535",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
