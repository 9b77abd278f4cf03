# seccomp-profile
package pscc.policy_seccomp_profile

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# require seccompProfile runtime/default  (policy.psp)
violation contains {"control": "seccompProfile", "msg": msg} if {
	pod
	count(require_seccomp_profile_findings) > 0
	not require_seccomp_profile_unchanged
	msg := lib.message(require_seccomp_profile_findings, "")
}

require_seccomp_profile_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "seccompProfile"]])
	lib.same_in_containers(pod, old_pod, [["securityContext", "seccompProfile"], ["image"]])
}

require_seccomp_profile_findings := [finding |
	some requirement_findings in [
		require_seccomp_profile_container_profile_findings,
		require_seccomp_profile_local_container_profile_findings,
	]
	some finding in requirement_findings
]

require_seccomp_profile_container_profile_findings := [finding |
	some container in lib.containers(pod)
	seccomp_profile := lib.first_set([
		object.get(container, ["securityContext", "seccompProfile"], null),
		object.get(pod, ["spec", "securityContext", "seccompProfile"], null),
	])
	lib.below(seccomp_profile, ["type"]) != "Localhost"
	lib.below(seccomp_profile, ["type"]) != "RuntimeDefault"
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": seccompProfile is ",
		lib.show(lib.below(seccomp_profile, ["type"])),
		", allowed: runtime/default",
	])
]

require_seccomp_profile_local_container_profile_findings := [finding |
	some container in lib.containers(pod)
	seccomp_profile := lib.first_set([
		object.get(container, ["securityContext", "seccompProfile"], null),
		object.get(pod, ["spec", "securityContext", "seccompProfile"], null),
	])
	lib.below(seccomp_profile, ["type"]) == "Localhost"
	lib.below(seccomp_profile, ["type"]) != "RuntimeDefault"
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": seccompProfile is ",
		lib.show(lib.join("localhost/", lib.below(seccomp_profile, ["localhostProfile"]))),
		", allowed: runtime/default",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
