# se-linux-options-level
package pscc.policy_se_linux_options_level

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# deny seLinuxOptions.level  (policy.psp)
violation contains {"control": "seLinuxOptions.level", "msg": msg} if {
	pod
	count(denied_se_linux_options_level_findings) > 0
	not denied_se_linux_options_level_unchanged
	msg := lib.message(denied_se_linux_options_level_findings, "")
}

denied_se_linux_options_level_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "seLinuxOptions", "level"]])
	lib.same_in_containers(pod, old_pod, [
		["securityContext", "seLinuxOptions", "level"],
		["image"],
	])
}

denied_se_linux_options_level_findings := [finding |
	some requirement_findings in [
		denied_se_linux_options_level_pod_se_linux_options_level_findings,
		denied_se_linux_options_level_container_se_linux_options_level_findings,
	]
	some finding in requirement_findings
]

denied_se_linux_options_level_pod_se_linux_options_level_findings := [finding |
	pod.spec.securityContext.seLinuxOptions.level != null
	pod.spec.securityContext.seLinuxOptions.level != ""
	finding := concat("", [
		"pod: seLinuxOptions.level is ",
		lib.show(pod.spec.securityContext.seLinuxOptions.level),
		", must not be set",
	])
]

denied_se_linux_options_level_container_se_linux_options_level_findings := [finding |
	some container in lib.containers(pod)
	container.securityContext.seLinuxOptions.level != null
	container.securityContext.seLinuxOptions.level != ""
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": seLinuxOptions.level is ",
		lib.show(container.securityContext.seLinuxOptions.level),
		", must not be set",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
