# share-process-namespace
package pscc.policy_share_process_namespace

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# deny shareProcessNamespace because "ask #platform"  (policy.psp)
violation contains {"control": "shareProcessNamespace", "msg": msg} if {
	pod
	count(denied_share_process_namespace_findings) > 0
	not denied_share_process_namespace_unchanged
	msg := lib.message(denied_share_process_namespace_findings, "ask #platform")
}

denied_share_process_namespace_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "shareProcessNamespace"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

denied_share_process_namespace_findings := [finding |
	pod.spec.shareProcessNamespace == true
	finding := "pod: shareProcessNamespace must not be true"
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
