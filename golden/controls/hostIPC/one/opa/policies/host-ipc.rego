# host-ipc
package pscc.policy_host_ipc

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# deny hostIPC  (policy.psp)
violation contains {"control": "hostIPC", "msg": msg} if {
	pod
	count(denied_host_ipc_findings) > 0
	not denied_host_ipc_unchanged
	msg := lib.message(denied_host_ipc_findings, "")
}

denied_host_ipc_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "hostIPC"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

denied_host_ipc_findings := [finding |
	pod.spec.hostIPC == true
	finding := "pod: hostIPC must not be true"
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
