# volumes
package pscc.policy_volumes

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# allow volumes configMap  (policy.psp)
violation contains {"control": "volumes", "msg": msg} if {
	pod
	count(allow_volumes_findings) > 0
	not allow_volumes_unchanged
	msg := lib.message(allow_volumes_findings, "")
}

allow_volumes_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "volumes"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

allow_volumes_findings := [finding |
	some requirement_findings in [
		allow_volumes_volume_type_findings,
		allow_volumes_volume_without_source_findings,
	]
	some finding in requirement_findings
]

allow_volumes_volume_type_findings := [finding |
	some volume in pod.spec.volumes
	some type in lib.keys(volume, ["name"])
	not type in ["configMap"]
	finding := concat("", [
		"volume ",
		lib.show(object.get(volume, "name", null)),
		": its type is ",
		lib.show(type),
		", allowed: configMap",
	])
]

allow_volumes_volume_without_source_findings := [finding |
	some volume in pod.spec.volumes
	not allow_volumes_volume_without_source_ok(volume)
	finding := concat("", [
		"volume ",
		lib.show(object.get(volume, "name", null)),
		": its type is emptyDir, allowed: configMap",
	])
]

allow_volumes_volume_without_source_ok(volume) if count(lib.keys(volume, ["name"])) > 0

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
