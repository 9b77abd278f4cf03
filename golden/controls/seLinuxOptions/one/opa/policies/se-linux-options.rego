# se-linux-options
package pscc.policy_se_linux_options

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# require seLinuxOptions level="s0:c123,c456"  (policy.psp)
violation contains {"control": "seLinuxOptions", "msg": msg} if {
	pod
	count(require_se_linux_options_findings) > 0
	not require_se_linux_options_unchanged
	msg := lib.message(require_se_linux_options_findings, "")
}

require_se_linux_options_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "seLinuxOptions"]])
	lib.same_in_containers(pod, old_pod, [["securityContext", "seLinuxOptions"], ["image"]])
}

require_se_linux_options_findings := [finding |
	some requirement_findings in [
		require_se_linux_options_pod_selinux_user_findings,
		require_se_linux_options_pod_selinux_role_findings,
		require_se_linux_options_pod_selinux_type_findings,
		require_se_linux_options_pod_selinux_level_findings,
		require_se_linux_options_container_selinux_user_findings,
		require_se_linux_options_container_selinux_role_findings,
		require_se_linux_options_container_selinux_type_findings,
		require_se_linux_options_container_selinux_level_findings,
	]
	some finding in requirement_findings
]

require_se_linux_options_pod_selinux_user_findings := [finding |
	se_linux_options := object.get(pod, ["spec", "securityContext", "seLinuxOptions"], null)
	lib.below(se_linux_options, ["user"]) != ""
	lib.below(se_linux_options, ["user"]) != null
	finding := concat("", [
		"pod: seLinuxOptions.user is ",
		lib.show(lib.below(se_linux_options, ["user"])),
		", must be none",
	])
]

require_se_linux_options_pod_selinux_role_findings := [finding |
	se_linux_options := object.get(pod, ["spec", "securityContext", "seLinuxOptions"], null)
	lib.below(se_linux_options, ["role"]) != ""
	lib.below(se_linux_options, ["role"]) != null
	finding := concat("", [
		"pod: seLinuxOptions.role is ",
		lib.show(lib.below(se_linux_options, ["role"])),
		", must be none",
	])
]

require_se_linux_options_pod_selinux_type_findings := [finding |
	se_linux_options := object.get(pod, ["spec", "securityContext", "seLinuxOptions"], null)
	lib.below(se_linux_options, ["type"]) != ""
	lib.below(se_linux_options, ["type"]) != null
	finding := concat("", [
		"pod: seLinuxOptions.type is ",
		lib.show(lib.below(se_linux_options, ["type"])),
		", must be none",
	])
]

require_se_linux_options_pod_selinux_level_findings := [finding |
	se_linux_options := object.get(pod, ["spec", "securityContext", "seLinuxOptions"], null)
	not lib.same_level(lib.below(se_linux_options, ["level"]), "s0:c123,c456")
	finding := concat("", [
		"pod: seLinuxOptions.level is ",
		lib.show(lib.below(se_linux_options, ["level"])),
		", must be s0:c123,c456",
	])
]

require_se_linux_options_container_selinux_user_findings := [finding |
	some container in lib.containers(pod)
	se_linux_options := lib.first_set([
		object.get(container, ["securityContext", "seLinuxOptions"], null),
		object.get(pod, ["spec", "securityContext", "seLinuxOptions"], null),
	])
	lib.below(se_linux_options, ["user"]) != ""
	lib.below(se_linux_options, ["user"]) != null
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": seLinuxOptions.user is ",
		lib.show(lib.below(se_linux_options, ["user"])),
		", must be none",
	])
]

require_se_linux_options_container_selinux_role_findings := [finding |
	some container in lib.containers(pod)
	se_linux_options := lib.first_set([
		object.get(container, ["securityContext", "seLinuxOptions"], null),
		object.get(pod, ["spec", "securityContext", "seLinuxOptions"], null),
	])
	lib.below(se_linux_options, ["role"]) != ""
	lib.below(se_linux_options, ["role"]) != null
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": seLinuxOptions.role is ",
		lib.show(lib.below(se_linux_options, ["role"])),
		", must be none",
	])
]

require_se_linux_options_container_selinux_type_findings := [finding |
	some container in lib.containers(pod)
	se_linux_options := lib.first_set([
		object.get(container, ["securityContext", "seLinuxOptions"], null),
		object.get(pod, ["spec", "securityContext", "seLinuxOptions"], null),
	])
	lib.below(se_linux_options, ["type"]) != ""
	lib.below(se_linux_options, ["type"]) != null
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": seLinuxOptions.type is ",
		lib.show(lib.below(se_linux_options, ["type"])),
		", must be none",
	])
]

require_se_linux_options_container_selinux_level_findings := [finding |
	some container in lib.containers(pod)
	se_linux_options := lib.first_set([
		object.get(container, ["securityContext", "seLinuxOptions"], null),
		object.get(pod, ["spec", "securityContext", "seLinuxOptions"], null),
	])
	not lib.same_level(lib.below(se_linux_options, ["level"]), "s0:c123,c456")
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": seLinuxOptions.level is ",
		lib.show(lib.below(se_linux_options, ["level"])),
		", must be s0:c123,c456",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
