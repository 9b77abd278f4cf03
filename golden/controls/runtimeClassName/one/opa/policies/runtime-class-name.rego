# runtime-class-name
package pscc.policy_runtime_class_name

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# allow runtimeClassName gvisor  (policy.psp)
violation contains {"control": "runtimeClassName", "msg": msg} if {
	pod
	count(allow_runtime_class_name_findings) > 0
	not allow_runtime_class_name_unchanged
	msg := lib.message(allow_runtime_class_name_findings, "")
}

allow_runtime_class_name_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "runtimeClassName"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

allow_runtime_class_name_findings := [finding |
	pod.spec.runtimeClassName != null
	not pod.spec.runtimeClassName in ["gvisor"]
	finding := concat("", [
		"pod: runtimeClassName is ",
		lib.show(pod.spec.runtimeClassName),
		", allowed: gvisor",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
