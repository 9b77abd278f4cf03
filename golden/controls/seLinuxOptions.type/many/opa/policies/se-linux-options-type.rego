# se-linux-options-type
package pscc.policy_se_linux_options_type

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# allow seLinuxOptions.type container_t, container_init_t, container_kvm_t  (policy.psp)
violation contains {"control": "seLinuxOptions.type", "msg": msg} if {
	pod
	count(allow_se_linux_options_type_findings) > 0
	not allow_se_linux_options_type_unchanged
	msg := lib.message(allow_se_linux_options_type_findings, "")
}

allow_se_linux_options_type_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "seLinuxOptions", "type"]])
	lib.same_in_containers(pod, old_pod, [["securityContext", "seLinuxOptions", "type"], ["image"]])
}

allow_se_linux_options_type_findings := [finding |
	some requirement_findings in [
		allow_se_linux_options_type_pod_se_linux_options_type_findings,
		allow_se_linux_options_type_container_se_linux_options_type_findings,
	]
	some finding in requirement_findings
]

allow_se_linux_options_type_pod_se_linux_options_type_findings := [finding |
	pod.spec.securityContext.seLinuxOptions.type != null
	pod.spec.securityContext.seLinuxOptions.type != ""
	not pod.spec.securityContext.seLinuxOptions.type in [
		"container_t",
		"container_init_t",
		"container_kvm_t",
	]
	finding := concat("", [
		"pod: seLinuxOptions.type is ",
		lib.show(pod.spec.securityContext.seLinuxOptions.type),
		", allowed: container_t, container_init_t, container_kvm_t",
	])
]

allow_se_linux_options_type_container_se_linux_options_type_findings := [finding |
	some container in lib.containers(pod)
	container.securityContext.seLinuxOptions.type != null
	container.securityContext.seLinuxOptions.type != ""
	not container.securityContext.seLinuxOptions.type in [
		"container_t",
		"container_init_t",
		"container_kvm_t",
	]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": seLinuxOptions.type is ",
		lib.show(container.securityContext.seLinuxOptions.type),
		", allowed: container_t, container_init_t, container_kvm_t",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
