# proc-mount: What a PodSecurityPolicy without allowedProcMountTypes means
package pscc.policy_proc_mount

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# allow procMount Default  (policy.psp)
violation contains {"control": "procMount", "msg": msg} if {
	pod
	count(allow_proc_mount_findings) > 0
	not allow_proc_mount_unchanged
	msg := lib.message(allow_proc_mount_findings, "")
}

allow_proc_mount_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_in_containers(pod, old_pod, [["securityContext", "procMount"], ["image"]])
}

allow_proc_mount_findings := [finding |
	some container in lib.containers(pod)
	proc_mount := lib.first_set([
		object.get(container, ["securityContext", "procMount"], null),
		"Default",
	])
	not proc_mount in ["Default"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": procMount is ",
		lib.show(proc_mount),
		", allowed: Default",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
