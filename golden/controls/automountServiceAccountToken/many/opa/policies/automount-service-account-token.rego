# automount-service-account-token
package pscc.policy_automount_service_account_token

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# allow automountServiceAccountToken false because "ask #platform"  (policy.psp)
violation contains {"control": "automountServiceAccountToken", "msg": msg} if {
	pod
	count(allow_automount_service_account_token_findings) > 0
	not allow_automount_service_account_token_unchanged
	msg := lib.message(allow_automount_service_account_token_findings, "ask #platform")
}

allow_automount_service_account_token_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "automountServiceAccountToken"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

allow_automount_service_account_token_findings := [finding |
	pod.spec.automountServiceAccountToken != null
	pod.spec.automountServiceAccountToken != false
	finding := concat("", [
		"pod: automountServiceAccountToken is ",
		lib.show(pod.spec.automountServiceAccountToken),
		", must be unset or false",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
