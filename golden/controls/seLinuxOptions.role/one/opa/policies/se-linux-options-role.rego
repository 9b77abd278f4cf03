# se-linux-options-role
package pscc.policy_se_linux_options_role

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# deny seLinuxOptions.role  (policy.psp)
violation contains {"control": "seLinuxOptions.role", "msg": msg} if {
	pod
	count(denied_se_linux_options_role_findings) > 0
	not denied_se_linux_options_role_unchanged
	msg := lib.message(denied_se_linux_options_role_findings, "")
}

denied_se_linux_options_role_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "seLinuxOptions", "role"]])
	lib.same_in_containers(pod, old_pod, [["securityContext", "seLinuxOptions", "role"], ["image"]])
}

denied_se_linux_options_role_findings := [finding |
	some requirement_findings in [
		denied_se_linux_options_role_pod_se_linux_options_role_findings,
		denied_se_linux_options_role_container_se_linux_options_role_findings,
	]
	some finding in requirement_findings
]

denied_se_linux_options_role_pod_se_linux_options_role_findings := [finding |
	pod.spec.securityContext.seLinuxOptions.role != null
	pod.spec.securityContext.seLinuxOptions.role != ""
	finding := concat("", [
		"pod: seLinuxOptions.role is ",
		lib.show(pod.spec.securityContext.seLinuxOptions.role),
		", must not be set",
	])
]

denied_se_linux_options_role_container_se_linux_options_role_findings := [finding |
	some container in lib.containers(pod)
	container.securityContext.seLinuxOptions.role != null
	container.securityContext.seLinuxOptions.role != ""
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": seLinuxOptions.role is ",
		lib.show(container.securityContext.seLinuxOptions.role),
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
