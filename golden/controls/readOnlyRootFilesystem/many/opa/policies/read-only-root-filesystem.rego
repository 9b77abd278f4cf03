# read-only-root-filesystem
package pscc.policy_read_only_root_filesystem

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# require readOnlyRootFilesystem true  (policy.psp)
violation contains {"control": "readOnlyRootFilesystem", "msg": msg} if {
	pod
	count(require_read_only_root_filesystem_findings) > 0
	not require_read_only_root_filesystem_unchanged
	msg := lib.message(require_read_only_root_filesystem_findings, "")
}

require_read_only_root_filesystem_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_in_containers(pod, old_pod, [["securityContext", "readOnlyRootFilesystem"], ["image"]])
}

require_read_only_root_filesystem_findings := [finding |
	some container in lib.containers(pod)
	not container.securityContext.readOnlyRootFilesystem == true
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": readOnlyRootFilesystem is ",
		lib.show(object.get(container, ["securityContext", "readOnlyRootFilesystem"], null)),
		", must be true",
	])
]

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
