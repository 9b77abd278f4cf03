# host-process
package pscc.policy_host_process

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# deny hostProcess because "ask #platform"  (policy.psp)
violation contains {"control": "hostProcess", "msg": msg} if {
	pod
	count(denied_host_process_findings) > 0
	not denied_host_process_unchanged
	msg := lib.message(denied_host_process_findings, "ask #platform")
}

denied_host_process_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "windowsOptions", "hostProcess"]])
	lib.same_in_containers(pod, old_pod, [
		["securityContext", "windowsOptions", "hostProcess"],
		["image"],
	])
}

denied_host_process_findings := [finding |
	some requirement_findings in [
		denied_host_process_pod_host_process_findings,
		denied_host_process_container_host_process_findings,
	]
	some finding in requirement_findings
]

denied_host_process_pod_host_process_findings := [finding |
	pod.spec.securityContext.windowsOptions.hostProcess == true
	finding := "pod: hostProcess must not be true"
]

denied_host_process_container_host_process_findings := [finding |
	some container in lib.containers(pod)
	container.securityContext.windowsOptions.hostProcess == true
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": hostProcess must not be true",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
