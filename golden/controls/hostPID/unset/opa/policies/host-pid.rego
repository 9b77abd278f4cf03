# host-pid: What a PodSecurityPolicy without hostPID means
package pscc.policy_host_pid

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# deny hostPID  (policy.psp)
violation contains {"control": "hostPID", "msg": msg} if {
	pod
	count(denied_host_pid_findings) > 0
	not denied_host_pid_unchanged
	msg := lib.message(denied_host_pid_findings, "")
}

denied_host_pid_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "hostPID"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

denied_host_pid_findings := [finding |
	pod.spec.hostPID == true
	finding := "pod: hostPID must not be true"
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
