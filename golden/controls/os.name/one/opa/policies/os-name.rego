# os-name
package pscc.policy_os_name

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# require os.name linux  (policy.psp)
violation contains {"control": "os.name", "msg": msg} if {
	pod
	count(require_os_name_findings) > 0
	not require_os_name_unchanged
	msg := lib.message(require_os_name_findings, "")
}

require_os_name_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "os", "name"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

require_os_name_findings := [finding |
	not object.get(pod, ["spec", "os", "name"], null) in ["linux"]
	finding := concat("", [
		"pod: os.name is ",
		lib.show(object.get(pod, ["spec", "os", "name"], null)),
		", allowed: linux",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
