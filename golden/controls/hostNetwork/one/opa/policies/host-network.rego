# host-network
package pscc.policy_host_network

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# deny hostNetwork  (policy.psp)
violation contains {"control": "hostNetwork", "msg": msg} if {
	pod
	count(denied_host_network_findings) > 0
	not denied_host_network_unchanged
	msg := lib.message(denied_host_network_findings, "")
}

denied_host_network_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "hostNetwork"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

denied_host_network_findings := [finding |
	pod.spec.hostNetwork == true
	finding := "pod: hostNetwork must not be true"
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
