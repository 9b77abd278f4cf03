# pods
package pscc.policy_pods

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# deny pods because "this namespace is frozen"  (policy.psp)
violation contains {"control": "pods", "msg": msg} if {
	pod
	count(denied_pods_findings) > 0
	not denied_pods_unchanged
	msg := lib.message(denied_pods_findings, "this namespace is frozen")
}

denied_pods_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["metadata", "name"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

denied_pods_findings := [finding |
	finding := "pod: no pod is allowed"
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
