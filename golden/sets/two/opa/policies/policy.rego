# policy: one of the policies that the requester may use has to accept a pod
package pscc.choice_policy

import data.lib.pscc as lib

deny contains refusal if in_scope

# Where the choice holds.
in_scope if {
	lib.named({"exact": ["ingress"], "prefixes": []}, namespace)
	not lib.named({"exact": [], "prefixes": []}, namespace)
}

# A bare Pod, or the one of an AdmissionReview; anything else is not looked at.
pod := input.request.object if input.request.object.kind == "Pod"

pod := input if {
	not input.request
	input.kind == "Pod"
}

old_pod := input.request.oldObject

request := object.get(input, "request", {})

operation := object.get(request, "operation", "CREATE")

# What is wrong with the pod, where no policy that may be used accepts it.
refusal := concat("", [objection, without_user]) if {
	pod
	operation != "DELETE"
	not unchanged
	not admitted
}

admitted if {
	some name in usable
	accepts(name)
}

accepts(name) if {
	every statement in policies[name].checks {
		count(statement_findings(statement)) == 0
	}
}

# An update that leaves everything as it was that any of the policies looks at.
unchanged if {
	operation == "UPDATE"
	lib.same_fields(pod, old_pod, [
		["spec", "hostNetwork"],
		["spec", "securityContext", "fsGroup"],
		["spec", "serviceAccountName"],
	])
	lib.same_in_containers(pod, old_pod, [
		["securityContext", "privileged"],
		["ports"],
		["securityContext", "readOnlyRootFilesystem"],
		["image"],
	])
}

# --- words --------------------------------------------------------------------

# The nearest policy is the one with the fewest findings; of several, the first.
nearest := [name | some name in nearby; policies[name].order == foremost][0]

foremost := lib.least({policies[name].order | some name in nearby})

nearby := [name | some name in usable; finding_count(name) == fewest]

fewest := lib.least({finding_count(name) | some name in usable})

finding_count(name) := sum([count(statement_findings(statement)) | some statement in listed]) if listed := policies[name].checks

objections := concat("; ", [lib.message(statement_findings(statement), object.get(checks[statement], "because", "")) |
	some statement in policies[nearest].checks
	count(statement_findings(statement)) > 0
])

objection := concat(": ", [nearest, objections]) if count(usable) == 1

objection := concat("", [
	nearest,
	": ",
	objections,
	" (the nearest of the ",
	format_int(count(usable), 10),
	" policies that may be used here)",
]) if {
	count(usable) > 1
}

objection := concat("", [
	"no policy may be used in namespace ",
	lib.line(namespace),
	" by ",
	who,
]) if {
	count(usable) == 0
}

who := concat(" or ", array.concat(
	[concat(" ", ["user", lib.line(user.username)]) | user != null],
	[service_account | account != ""],
))

service_account := concat("", ["service account ", lib.line(namespace), "/", lib.line(account)])

without_user := "" if user != null

without_user := concat("", [
	" (no user in this review: judged by ",
	service_account,
	" alone)",
]) if {
	user == null
}

# --- who may use what -----------------------------------------------------------

namespace := lib.namespace_of(request, pod)

user := lib.user_of(request)

account := lib.account_of(pod, user)

# What the user may use, and what the pod's service account may.
asking_users := lib.users_of(user, namespace, account)

asking_groups := lib.groups_of(user, namespace, account)

asking_accounts := lib.accounts_of(asking_users)

granted contains name if {
	some asking in asking_groups
	some place in ["*", namespace]
	some name in groups[asking][place]
}

granted contains name if {
	some asking in asking_accounts
	some place in ["*", namespace]
	some name in accounts[asking][place]
}

granted contains name if {
	some place in ["*", namespace]
	some name in everyone[place]
}

usable := granted

# --- the policies ----------------------------------------------------------------

# The policies, and the order in which they are tried.
policies := {
	"edge": {
		"order": 0,
		"checks": [
			"deny privileged",
			"allow hostPorts 80, 443",
			"require readOnlyRootFilesystem true",
		],
	},
	"restricted": {
		"order": 1,
		"checks": [
			"deny privileged",
			"deny hostPorts",
			"require fsGroup 1-65535",
		],
	},
}

# Who may use which, by name and namespace; `*` is every namespace.
groups := {
	"ops": {"ingress": ["edge"]},
}

accounts := {
	"ingress/nginx": {"ingress": ["edge"]},
}

everyone := {"*": ["restricted"]}

# What each statement of the policies asks for.
checks := {
	"allow hostPorts 80, 443": {"shape": "AllowHostPorts", "given": {"ranges": [{"min": 80, "max": 80}, {"min": 443, "max": 443}]}},
	"deny hostPorts": {"shape": "DenyHostPorts", "given": {}},
	"deny privileged": {"shape": "DenyPrivileged", "given": {}},
	"require fsGroup 1-65535": {"shape": "RequireFsGroup", "given": {"ranges": [{"min": 1, "max": 65535}]}},
	"require readOnlyRootFilesystem true": {"shape": "RequireReadOnlyRootFilesystem", "given": {"value": true}},
}

statement_findings(statement) := findings(checks[statement].shape, checks[statement].given)

# Containers use host ports in the listed ranges only.
findings("AllowHostPorts", given) := allow_host_ports_findings(given)

# No container uses a host port.
findings("DenyHostPorts", _) := denied_host_ports_findings({})

# privileged is not true.
findings("DenyPrivileged", _) := denied_privileged_findings({})

# fsGroup is set to one of the listed values.
findings("RequireFsGroup", given) := require_fs_group_findings(given)

# readOnlyRootFilesystem is as stated.
findings("RequireReadOnlyRootFilesystem", given) := require_read_only_root_filesystem_findings(given)

allow_host_ports_findings(given) := [finding |
	some requirement_findings in [
		allow_host_ports_host_port_findings(given),
		allow_host_ports_implied_host_port_findings(given),
	]
	some finding in requirement_findings
]

allow_host_ports_host_port_findings(given) := [finding |
	some container in lib.containers(pod)
	some port in container.ports
	port.hostPort != null
	port.hostPort != 0
	not lib.in_ranges(port.hostPort, given.ranges)
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": hostPort is ",
		lib.show(port.hostPort),
		", allowed: ",
		lib.show_all(given.ranges),
	])
]

allow_host_ports_implied_host_port_findings(given) := [finding |
	some container in lib.containers(pod)
	some port in container.ports
	allow_host_ports_implied_host_port_ok(port)
	pod.spec.hostNetwork == true
	not lib.in_ranges(object.get(port, "containerPort", null), given.ranges)
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": hostPort is ",
		lib.show(object.get(port, "containerPort", null)),
		" by hostNetwork, allowed: ",
		lib.show_all(given.ranges),
	])
]

allow_host_ports_implied_host_port_ok(port) if object.get(port, "hostPort", null) == null

allow_host_ports_implied_host_port_ok(port) if port.hostPort == 0

denied_host_ports_findings(given) := [finding |
	some requirement_findings in [
		denied_host_ports_host_port_findings(given),
		denied_host_ports_implied_host_port_findings(given),
	]
	some finding in requirement_findings
]

denied_host_ports_host_port_findings(_) := [finding |
	some container in lib.containers(pod)
	some port in container.ports
	port.hostPort != null
	port.hostPort != 0
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": hostPort is ",
		lib.show(port.hostPort),
		", must not be set",
	])
]

denied_host_ports_implied_host_port_findings(_) := [finding |
	some container in lib.containers(pod)
	some port in container.ports
	denied_host_ports_implied_host_port_ok(port)
	pod.spec.hostNetwork == true
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": hostPort is ",
		lib.show(object.get(port, "containerPort", null)),
		" by hostNetwork, must not be set",
	])
]

denied_host_ports_implied_host_port_ok(port) if object.get(port, "hostPort", null) == null

denied_host_ports_implied_host_port_ok(port) if port.hostPort == 0

denied_privileged_findings(_) := [finding |
	some container in lib.containers(pod)
	container.securityContext.privileged == true
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": privileged must not be true",
	])
]

require_fs_group_findings(given) := [finding |
	not lib.in_ranges(object.get(pod, ["spec", "securityContext", "fsGroup"], null), given.ranges)
	finding := concat("", [
		"pod: fsGroup is ",
		lib.show(object.get(pod, ["spec", "securityContext", "fsGroup"], null)),
		", allowed: ",
		lib.show_all(given.ranges),
	])
]

require_read_only_root_filesystem_findings(given) := [finding |
	some container in lib.containers(pod)
	not container.securityContext.readOnlyRootFilesystem == given.value
	finding := concat("", [
		"container ",
		lib.show(object.get(container, "name", null)),
		": readOnlyRootFilesystem is ",
		lib.show(object.get(container, ["securityContext", "readOnlyRootFilesystem"], null)),
		", must be ",
		lib.show(given.value),
	])
]
