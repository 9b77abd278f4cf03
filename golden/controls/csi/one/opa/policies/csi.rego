# csi
package pscc.policy_csi

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# allow csi inline.csi.example  (policy.psp)
violation contains {"control": "csi", "msg": msg} if {
	pod
	count(allow_csi_findings) > 0
	not allow_csi_unchanged
	msg := lib.message(allow_csi_findings, "")
}

allow_csi_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "volumes"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

allow_csi_findings := [finding |
	some volume in pod.spec.volumes
	volume.csi.driver != null
	not volume.csi.driver in ["inline.csi.example"]
	finding := concat("", [
		"volume ",
		lib.show(object.get(volume, "name", null)),
		": csi driver is ",
		lib.show(volume.csi.driver),
		", allowed: inline.csi.example",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
