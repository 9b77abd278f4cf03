# se-linux-options-user
package pscc.policy_se_linux_options_user

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# deny seLinuxOptions.user  (policy.psp)
violation contains {"control": "seLinuxOptions.user", "msg": msg} if {
	pod
	count(denied_se_linux_options_user_findings) > 0
	not denied_se_linux_options_user_unchanged
	msg := lib.message(denied_se_linux_options_user_findings, "")
}

denied_se_linux_options_user_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "seLinuxOptions", "user"]])
	lib.same_in_containers(pod, old_pod, [["securityContext", "seLinuxOptions", "user"], ["image"]])
}

denied_se_linux_options_user_findings := [finding |
	some requirement_findings in [
		denied_se_linux_options_user_pod_se_linux_options_user_findings,
		denied_se_linux_options_user_container_se_linux_options_user_findings,
	]
	some finding in requirement_findings
]

denied_se_linux_options_user_pod_se_linux_options_user_findings := [finding |
	pod.spec.securityContext.seLinuxOptions.user != null
	pod.spec.securityContext.seLinuxOptions.user != ""
	finding := concat("", [
		"pod: seLinuxOptions.user is ",
		lib.show(pod.spec.securityContext.seLinuxOptions.user),
		", must not be set",
	])
]

denied_se_linux_options_user_container_se_linux_options_user_findings := [finding |
	some container in lib.containers(pod)
	container.securityContext.seLinuxOptions.user != null
	container.securityContext.seLinuxOptions.user != ""
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": seLinuxOptions.user is ",
		lib.show(container.securityContext.seLinuxOptions.user),
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
