# volumes
package pscc.policy_volumes

import data.lib.pscc as lib

deny contains entry.msg if some entry in violation

# allow volumes configMap, secret, emptyDir, projected, persistentVolumeClaim  (policy.psp)
violation contains {"control": "volumes", "msg": msg} if {
	pod
	count(allow_volumes_findings) > 0
	not allow_volumes_unchanged
	msg := lib.message(allow_volumes_findings, "")
}

allow_volumes_unchanged if {
	input.request.operation == "UPDATE"
	lib.same_fields(pod, old_pod, [["spec", "volumes"]])
	lib.same_in_containers(pod, old_pod, [["image"]])
}

allow_volumes_findings := [finding |
	some volume in pod.spec.volumes
	some type in lib.keys(volume, ["name"])
	not allow_volumes_volume_type_ok(volume, type)
	finding := concat("", [
		"volume ",
		lib.show(object.get(volume, "name", null)),
		": its type is ",
		lib.show(type),
		", allowed: configMap, secret, emptyDir, projected, persistentVolumeClaim",
	])
]

allow_volumes_volume_type_ok(_, type) if {
	type in ["configMap", "secret", "emptyDir", "projected", "persistentVolumeClaim"]
}

allow_volumes_volume_type_ok(volume, type) if {
	type == "projected"
	every source in lib.list(object.get(volume, ["projected", "sources"], null)) {
		allow_volumes_volume_type_service_account_token_or_config_map_or_downward_api_ok(source)
		allow_volumes_volume_type_service_account_token_ok(source)
		allow_volumes_volume_type_config_map_ok(source)
	}
	every source in lib.list(object.get(volume, ["projected", "sources"], null)) {
		every item in lib.list(object.get(source, ["downwardAPI", "items"], null)) {
			item.path == "namespace"
			item.fieldRef.fieldPath == "metadata.namespace"
			allow_volumes_volume_type_api_version_ok(item)
		}
	}
}

allow_volumes_volume_type_service_account_token_or_config_map_or_downward_api_ok(source) if source.serviceAccountToken != null

allow_volumes_volume_type_service_account_token_or_config_map_or_downward_api_ok(source) if source.configMap != null

allow_volumes_volume_type_service_account_token_or_config_map_or_downward_api_ok(source) if source.downwardAPI != null

allow_volumes_volume_type_service_account_token_ok(source) if object.get(source, "serviceAccountToken", null) == null

allow_volumes_volume_type_service_account_token_ok(source) if {
	source.serviceAccountToken.path == "token"
	allow_volumes_volume_type_service_account_token_audience_ok(source)
}

allow_volumes_volume_type_service_account_token_audience_ok(source) if object.get(source, ["serviceAccountToken", "audience"], null) == null

allow_volumes_volume_type_service_account_token_audience_ok(source) if source.serviceAccountToken.audience == ""

allow_volumes_volume_type_config_map_ok(source) if object.get(source, "configMap", null) == null

allow_volumes_volume_type_config_map_ok(source) if source.configMap.name == "kube-root-ca.crt"

allow_volumes_volume_type_api_version_ok(item) if object.get(item, ["fieldRef", "apiVersion"], null) == null

allow_volumes_volume_type_api_version_ok(item) if item.fieldRef.apiVersion == "v1"

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject
