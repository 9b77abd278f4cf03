# seccomp-profile: What a PodSecurityPolicy without seccomp.security.alpha.kubernetes.io/allowedProfileNames means
package pscc.policy_seccomp_profile

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# deny seccompProfile on pod and containers  (policy.psp)
violation contains {"control": "seccompProfile", "msg": msg} if {
	pod
	count(denied_seccomp_profile_on_pod_and_containers_findings) > 0
	not denied_seccomp_profile_on_pod_and_containers_unchanged
	msg := lib.message(denied_seccomp_profile_on_pod_and_containers_findings, "")
}

denied_seccomp_profile_on_pod_and_containers_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "seccompProfile"]])
	lib.same_in_containers(pod, old_pod, [["securityContext", "seccompProfile"], ["image"]])
}

denied_seccomp_profile_on_pod_and_containers_findings := [finding |
	some requirement_findings in [
		denied_seccomp_profile_on_pod_and_containers_pod_profile_findings,
		denied_seccomp_profile_on_pod_and_containers_local_pod_profile_findings,
		denied_seccomp_profile_on_pod_and_containers_container_profile_findings,
		denied_seccomp_profile_on_pod_and_containers_local_container_profile_findings,
	]
	some finding in requirement_findings
]

denied_seccomp_profile_on_pod_and_containers_pod_profile_findings := [finding |
	not pod.spec.securityContext.seccompProfile.type == "Localhost"
	pod.spec.securityContext.seccompProfile != null
	finding := concat("", [
		"pod: seccompProfile is ",
		lib.show(object.get(pod, ["spec", "securityContext", "seccompProfile", "type"], null)),
		", must not be set",
	])
]

denied_seccomp_profile_on_pod_and_containers_local_pod_profile_findings := [finding |
	pod.spec.securityContext.seccompProfile.type == "Localhost"
	pod.spec.securityContext.seccompProfile != null
	finding := concat("", [
		"pod: seccompProfile is ",
		lib.show(lib.join("localhost/", object.get(pod, ["spec", "securityContext", "seccompProfile", "localhostProfile"], null))),
		", must not be set",
	])
]

denied_seccomp_profile_on_pod_and_containers_container_profile_findings := [finding |
	some container in lib.containers(pod)
	seccomp_profile := lib.first_set([
		object.get(container, ["securityContext", "seccompProfile"], null),
		object.get(pod, ["spec", "securityContext", "seccompProfile"], null),
	])
	lib.below(seccomp_profile, ["type"]) != "Localhost"
	seccomp_profile != null
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": seccompProfile is ",
		lib.show(lib.below(seccomp_profile, ["type"])),
		", must not be set",
	])
]

denied_seccomp_profile_on_pod_and_containers_local_container_profile_findings := [finding |
	some container in lib.containers(pod)
	seccomp_profile := lib.first_set([
		object.get(container, ["securityContext", "seccompProfile"], null),
		object.get(pod, ["spec", "securityContext", "seccompProfile"], null),
	])
	lib.below(seccomp_profile, ["type"]) == "Localhost"
	seccomp_profile != null
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": seccompProfile is ",
		lib.show(lib.join("localhost/", lib.below(seccomp_profile, ["localhostProfile"]))),
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
