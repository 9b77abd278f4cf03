# app-armor-profile
package pscc.policy_app_armor_profile

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# require appArmorProfile runtime/default  (policy.psp)
violation contains {"control": "appArmorProfile", "msg": msg} if {
	pod
	count(require_app_armor_profile_findings) > 0
	not require_app_armor_profile_unchanged
	msg := lib.message(require_app_armor_profile_findings, "")
}

require_app_armor_profile_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "securityContext", "appArmorProfile"]])
	lib.same_in_containers(pod, old_pod, [["securityContext", "appArmorProfile"], ["image"]])
	lib.same_annotations(pod, old_pod, ["container.apparmor.security.beta.kubernetes.io/"])
}

require_app_armor_profile_findings := [finding |
	some requirement_findings in [
		require_app_armor_profile_own_profile_findings,
		require_app_armor_profile_local_own_profile_findings,
		require_app_armor_profile_annotated_profile_findings,
		require_app_armor_profile_inherited_profile_findings,
		require_app_armor_profile_local_inherited_profile_findings,
		require_app_armor_profile_profile_set_findings,
	]
	some finding in requirement_findings
]

require_app_armor_profile_own_profile_findings := [finding |
	some container in lib.containers(pod)
	container.securityContext.appArmorProfile != null
	not container.securityContext.appArmorProfile.type == "Localhost"
	not container.securityContext.appArmorProfile.type == "RuntimeDefault"
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": appArmorProfile is ",
		lib.show(object.get(container, ["securityContext", "appArmorProfile", "type"], null)),
		", allowed: runtime/default",
	])
]

require_app_armor_profile_local_own_profile_findings := [finding |
	some container in lib.containers(pod)
	container.securityContext.appArmorProfile != null
	container.securityContext.appArmorProfile.type == "Localhost"
	container.securityContext.appArmorProfile.type != "RuntimeDefault"
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": appArmorProfile is ",
		lib.show(lib.join("localhost/", object.get(container, ["securityContext", "appArmorProfile", "localhostProfile"], null))),
		", allowed: runtime/default",
	])
]

require_app_armor_profile_annotated_profile_findings := [finding |
	some container in lib.containers(pod)
	annotation := object.get(pod, ["metadata", "annotations", lib.join("container.apparmor.security.beta.kubernetes.io/", object.get(container, "name", null))], null)
	object.get(container, ["securityContext", "appArmorProfile"], null) == null
	annotation != null
	annotation != ""
	not annotation in ["runtime/default"]
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": appArmorProfile is ",
		lib.show(annotation),
		" by annotation, allowed: runtime/default",
	])
]

require_app_armor_profile_inherited_profile_findings := [finding |
	some container in lib.containers(pod)
	annotation := object.get(pod, ["metadata", "annotations", lib.join("container.apparmor.security.beta.kubernetes.io/", object.get(container, "name", null))], null)
	object.get(container, ["securityContext", "appArmorProfile"], null) == null
	not require_app_armor_profile_inherited_profile_annotations_ok(annotation)
	pod.spec.securityContext.appArmorProfile != null
	not pod.spec.securityContext.appArmorProfile.type == "Localhost"
	not pod.spec.securityContext.appArmorProfile.type == "RuntimeDefault"
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": appArmorProfile is ",
		lib.show(object.get(pod, ["spec", "securityContext", "appArmorProfile", "type"], null)),
		", allowed: runtime/default",
	])
]

require_app_armor_profile_inherited_profile_annotations_ok(annotation) if {
	annotation != null
	annotation != ""
}

require_app_armor_profile_local_inherited_profile_findings := [finding |
	some container in lib.containers(pod)
	annotation := object.get(pod, ["metadata", "annotations", lib.join("container.apparmor.security.beta.kubernetes.io/", object.get(container, "name", null))], null)
	object.get(container, ["securityContext", "appArmorProfile"], null) == null
	not require_app_armor_profile_inherited_profile_annotations_ok(annotation)
	pod.spec.securityContext.appArmorProfile != null
	pod.spec.securityContext.appArmorProfile.type == "Localhost"
	pod.spec.securityContext.appArmorProfile.type != "RuntimeDefault"
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": appArmorProfile is ",
		lib.show(lib.join("localhost/", object.get(pod, ["spec", "securityContext", "appArmorProfile", "localhostProfile"], null))),
		", allowed: runtime/default",
	])
]

require_app_armor_profile_profile_set_findings := [finding |
	some container in lib.containers(pod)
	annotation := object.get(pod, ["metadata", "annotations", lib.join("container.apparmor.security.beta.kubernetes.io/", object.get(container, "name", null))], null)
	object.get(container, ["securityContext", "appArmorProfile"], null) == null
	not require_app_armor_profile_inherited_profile_annotations_ok(annotation)
	object.get(pod, ["spec", "securityContext", "appArmorProfile"], null) == null
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": appArmorProfile is not set, allowed: runtime/default",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
