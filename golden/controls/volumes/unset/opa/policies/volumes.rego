# volumes: What a PodSecurityPolicy without volumes means
package pscc.policy_volumes

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# deny volumes  (policy.psp)
violation contains {"control": "volumes", "msg": msg} if {
	pod
	count(denied_volumes_findings) > 0
	not denied_volumes_unchanged
	msg := lib.message(denied_volumes_findings, "")
}

denied_volumes_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "volumes"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

denied_volumes_findings := [finding |
	some requirement_findings in [
		denied_volumes_volume_type_findings,
		denied_volumes_volume_without_source_findings,
	]
	some finding in requirement_findings
]

denied_volumes_volume_type_findings := [finding |
	some volume in pod.spec.volumes
	some type in lib.keys(volume, ["name"])
	finding := concat("", [
		"volume ",
		lib.show(object.get(volume, "name", null)),
		": its type is ",
		lib.show(type),
		", no volume is allowed",
	])
]

denied_volumes_volume_without_source_findings := [finding |
	some volume in pod.spec.volumes
	not denied_volumes_volume_without_source_ok(volume)
	finding := concat("", [
		"volume ",
		lib.show(object.get(volume, "name", null)),
		": its type is emptyDir, no volume is allowed",
	])
]

denied_volumes_volume_without_source_ok(volume) if count(lib.keys(volume, ["name"])) > 0

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
