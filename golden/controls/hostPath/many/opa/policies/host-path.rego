# host-path
package pscc.policy_host_path

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# allow hostPath /var/log (read-only), /tmp, /opt/data/  (policy.psp)
violation contains {"control": "hostPath", "msg": msg} if {
	pod
	count(allow_host_path_findings) > 0
	not allow_host_path_unchanged
	msg := lib.message(allow_host_path_findings, "")
}

allow_host_path_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "volumes"]])
	lib.same_in_containers(pod, old_pod, [["volumeMounts"], ["image"]])
}

allow_host_path_findings := [finding |
	some requirement_findings in [
		allow_host_path_host_path_findings,
		allow_host_path_read_only_mount_findings,
	]
	some finding in requirement_findings
]

allow_host_path_host_path_findings := [finding |
	some volume in pod.spec.volumes
	volume.hostPath != null
	not allow_host_path_host_path_ok(volume)
	finding := concat("", [
		"volume ",
		lib.show(object.get(volume, "name", null)),
		": hostPath is ",
		lib.show(object.get(volume, ["hostPath", "path"], null)),
		", allowed: /var/log (read-only), /tmp, /opt/data/",
	])
]

allow_host_path_host_path_ok(volume) if {
	some allowed in [
		{"pathPrefix": "/var/log", "readOnly": true},
		{"pathPrefix": "/tmp", "readOnly": false},
		{"pathPrefix": "/opt/data/", "readOnly": false},
	]
	lib.under(volume.hostPath.path, allowed.pathPrefix)
}

allow_host_path_read_only_mount_findings := [finding |
	some container in lib.containers(pod)
	some mount in container.volumeMounts
	mount.name in allow_host_path_read_only_volumes
	not mount.readOnly == true
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": the mount of volume ",
		lib.show(object.get(mount, "name", null)),
		" must be readOnly, allowed: /var/log (read-only), /tmp, /opt/data/",
	])
]

allow_host_path_read_only_volumes := {name |
	some volume in pod.spec.volumes
	volume.hostPath != null
	allow_host_path_host_path_ok(volume)
	not allow_host_path_read_only_volumes_allowed_path_prefix_and_read_only_ok(volume)
	name := volume.name
	name != null
}

allow_host_path_read_only_volumes_allowed_path_prefix_and_read_only_ok(volume) if {
	some allowed in [
		{"pathPrefix": "/var/log", "readOnly": true},
		{"pathPrefix": "/tmp", "readOnly": false},
		{"pathPrefix": "/opt/data/", "readOnly": false},
	]
	lib.under(volume.hostPath.path, allowed.pathPrefix)
	not allowed.readOnly == true
}

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
