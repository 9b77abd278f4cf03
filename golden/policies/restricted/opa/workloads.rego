# A workload is judged as the pod that it would make. Conftest and OPA ask this with `main`.
package main

warn contains msg if {
	asked := of_workload(input)
	messages := data.pscc.policy_restricted.deny with input as asked
	some msg in messages
}

# Where a workload has the template of its pods.
template_of := {
	"CronJob": ["spec", "jobTemplate", "spec", "template"],
	"DaemonSet": ["spec", "template"],
	"Deployment": ["spec", "template"],
	"Job": ["spec", "template"],
	"PodTemplate": ["template"],
	"ReplicaSet": ["spec", "template"],
	"ReplicationController": ["spec", "template"],
	"StatefulSet": ["spec", "template"],
}

# The pod that a workload would make; undefined for anything else.
made_by(workload) := {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template.spec} if {
	template := object.get(workload, template_of[workload.kind], null)
	is_object(template.spec)
	of_template := object.filter(metadata_of(template), ["labels", "annotations"])
	metadata := object.union(of_template, object.filter(metadata_of(workload), ["name", "namespace"]))
}

# The metadata, empty where there is none.
metadata_of(value) := object.get(value, "metadata", {}) if is_object(object.get(value, "metadata", {}))

metadata_of(value) := {} if is_null(object.get(value, "metadata", {}))

# What is asked, about the pods of the workload that it is about: by their service account, since others make them.
of_workload(asked) := made_by(asked) if not asked.request

of_workload(asked) := {"request": object.union(object.remove(asked.request, ["userInfo"]), pods)} if {
	pods := {field: pod |
		some field in ["object", "oldObject"]
		pod := made_by(asked.request[field])
	}
	pods.object
}
