# sysctls
package pscc.policy_sysctls

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# allow sysctls kernel.shm_rmid_forced, net.ipv4.tcp_syncookies, net.core.*  (policy.psp)
violation contains {"control": "sysctls", "msg": msg} if {
	pod
	count(allow_sysctls_findings) > 0
	not allow_sysctls_unchanged
	msg := lib.message(allow_sysctls_findings, "")
}

allow_sysctls_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "sysctls"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

allow_sysctls_findings := [finding |
	some sysctl in pod.spec.securityContext.sysctls
	not object.get(sysctl, "name", null) in ["kernel.shm_rmid_forced", "net.ipv4.tcp_syncookies"]
	not lib.starts_with_any(object.get(sysctl, "name", null), ["net.core.*"])
	finding := concat("", [
		"pod: sysctls has ",
		lib.show(object.get(sysctl, "name", null)),
		", allowed: kernel.shm_rmid_forced, net.ipv4.tcp_syncookies, net.core.*",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
