# se-linux-options-role
package pscc.policy_se_linux_options_role

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# allow seLinuxOptions.role system_r, object_r  (policy.psp)
violation contains {"control": "seLinuxOptions.role", "msg": msg} if {
	pod
	count(allow_se_linux_options_role_findings) > 0
	not allow_se_linux_options_role_unchanged
	msg := lib.message(allow_se_linux_options_role_findings, "")
}

allow_se_linux_options_role_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "seLinuxOptions", "role"]])
	lib.same_in_containers(pod, old_pod, [["securityContext", "seLinuxOptions", "role"], ["image"]])
}

allow_se_linux_options_role_findings := [finding |
	some requirement_findings in [
		allow_se_linux_options_role_pod_se_linux_options_role_findings,
		allow_se_linux_options_role_container_se_linux_options_role_findings,
	]
	some finding in requirement_findings
]

allow_se_linux_options_role_pod_se_linux_options_role_findings := [finding |
	pod.spec.securityContext.seLinuxOptions.role != null
	pod.spec.securityContext.seLinuxOptions.role != ""
	not pod.spec.securityContext.seLinuxOptions.role in ["system_r", "object_r"]
	finding := concat("", [
		"pod: seLinuxOptions.role is ",
		lib.show(pod.spec.securityContext.seLinuxOptions.role),
		", allowed: system_r, object_r",
	])
]

allow_se_linux_options_role_container_se_linux_options_role_findings := [finding |
	some container in lib.containers(pod)
	container.securityContext.seLinuxOptions.role != null
	container.securityContext.seLinuxOptions.role != ""
	not container.securityContext.seLinuxOptions.role in ["system_r", "object_r"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": seLinuxOptions.role is ",
		lib.show(container.securityContext.seLinuxOptions.role),
		", allowed: system_r, object_r",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
