# os-name
package pscc.policy_os_name

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# allow os.name linux because "ask #platform"  (policy.psp)
violation contains {"control": "os.name", "msg": msg} if {
	pod
	count(allow_os_name_findings) > 0
	not allow_os_name_unchanged
	msg := lib.message(allow_os_name_findings, "ask #platform")
}

allow_os_name_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "os", "name"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

allow_os_name_findings := [finding |
	pod.spec.os.name != null
	not pod.spec.os.name in ["linux"]
	finding := concat("", ["pod: os.name is ", lib.show(pod.spec.os.name), ", allowed: linux"])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
