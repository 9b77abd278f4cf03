# flex-volume
package pscc.policy_flex_volume

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# allow flexVolume example/lvm  (policy.psp)
violation contains {"control": "flexVolume", "msg": msg} if {
	pod
	count(allow_flex_volume_findings) > 0
	not allow_flex_volume_unchanged
	msg := lib.message(allow_flex_volume_findings, "")
}

allow_flex_volume_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "volumes"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

allow_flex_volume_findings := [finding |
	some volume in pod.spec.volumes
	volume.flexVolume.driver != null
	not volume.flexVolume.driver in ["example/lvm"]
	finding := concat("", [
		"volume ",
		lib.show(object.get(volume, "name", null)),
		": flexVolume driver is ",
		lib.show(volume.flexVolume.driver),
		", allowed: example/lvm",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
