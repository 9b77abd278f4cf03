# automount-service-account-token
package pscc.policy_automount_service_account_token

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# require automountServiceAccountToken false  (policy.psp)
violation contains {"control": "automountServiceAccountToken", "msg": msg} if {
	pod
	count(require_automount_service_account_token_findings) > 0
	not require_automount_service_account_token_unchanged
	msg := lib.message(require_automount_service_account_token_findings, "")
}

require_automount_service_account_token_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "automountServiceAccountToken"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

require_automount_service_account_token_findings := [finding |
	not pod.spec.automountServiceAccountToken == false
	finding := concat("", [
		"pod: automountServiceAccountToken is ",
		lib.show(object.get(pod, ["spec", "automountServiceAccountToken"], null)),
		", must be false",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
