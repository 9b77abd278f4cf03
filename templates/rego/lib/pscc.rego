# What the generated policies share. A field that is missing or null reads as null.
package lib.pscc

# All containers of a pod: init containers, containers, ephemeral containers.
containers(pod) := [container |
	some kind in ["initContainers", "containers", "ephemeralContainers"]
	some container in pod.spec[kind]
]

# A list, or an empty one where there is none.
list(value) := value if is_array(value)

list(value) := [] if not is_array(value)

# The names of the fields that are set, sorted, without those in `without`.
keys(object_, without) := [key |
	is_object(object_)
	some key in sort(object.keys(object_))
	object_[key] != null
	not key in without
]

# The first of the values that is set, else null.
first_set(values) := value if {
	set_values := [v | some v in values; v != null]
	value := set_values[0]
} else := null

# The field below an object, null where there is no object.
below(object_, path) := object.get(object_, path, null) if is_object(object_)

below(object_, _) := null if not is_object(object_)

# The field below an object; the last argument where there is no object.
below_or(object_, path, _) := below(object_, path) if not is_null(object_)

below_or(object_, _, unset) := unset if is_null(object_)

# The string in capital letters, null where the value is no string.
in_capitals(value) := upper(replace(replace(value, "ı", "I"), "ſ", "S")) if is_string(value)

in_capitals(value) := null if not is_string(value)

# The prefix followed by the value, null where the value is no string.
join(prefix, value) := concat("", [prefix, value]) if is_string(value)

join(_, value) := null if not is_string(value)

# Both are set, and equal.
same(left, right) if {
	left != null
	left == right
}

# A number inside one of the ranges, ends included.
in_ranges(value, ranges) if {
	is_number(value)
	some range in ranges
	value >= range.min
	value <= range.max
}

# A string that starts with one of the patterns less its trailing `*`.
starts_with_any(value, patterns) if {
	is_string(value)
	some pattern in patterns
	startswith(value, trim_suffix(pattern, "*"))
}

# The path is the prefix or below it at a `/`; one trailing slash of each is dropped.
under(path, prefix) if {
	is_string(path)
	is_string(prefix)
	startswith(concat("", [trim_suffix(path, "/"), "/"]), concat("", [trim_suffix(prefix, "/"), "/"]))
}

# Two SELinux levels are equal, with their categories in any order. Unset is the empty string.
same_level(left, right) if text(left) == text(right)

same_level(left, right) if {
	some_level := level(text(left))
	some_level == level(text(right))
}

level(value) := [substring(value, 0, at), sort(split(substring(value, at + 1, -1), ","))] if {
	at := indexof(value, ":")
	at >= 0
}

text(value) := value if is_string(value)

text(value) := "" if not is_string(value)

# The least of these counts, at most any of them. Not `min`, in which regopy compares numbers as text.
least(counts) := [number | some number in numbers.range(0, any_of(counts)); number in counts][0]

any_of(set_) := [member | some member in set_][0]

# All findings of a check as one message, with the author's reason behind.
message(findings, "") := concat("; ", findings)

message(findings, because) := concat("", [concat("; ", findings), " (", line(because), ")"]) if because != ""

# A pod's value in a message, on one line.
show(value) := "not set" if is_null(value)

show(value) := line(value) if is_string(value)

show(value) := format_int(value, 10) if is_number(value)

show(value) := line(json.marshal(value)) if {
	not is_null(value)
	not is_string(value)
	not is_number(value)
}

line(value) := replace(replace(value, "\n", `\n`), "\r", `\r`)

# Values of a statement in a message.
show_all(values) := "none" if count(values) == 0

show_all(values) := line(concat(", ", shown)) if {
	count(values) > 0
	shown := [shown_value |
		some value in values
		shown_value := show_one(value)
	]
}

show_one(value) := show(value) if not is_object(value)

show_one(value) := format_int(value.min, 10) if value.min == value.max

show_one(value) := concat("-", [format_int(value.min, 10), format_int(value.max, 10)]) if value.min != value.max

show_one(value) := concat(" ", [value.pathPrefix, "(read-only)"]) if value.readOnly == true

show_one(value) := value.pathPrefix if {
	value.pathPrefix
	not object.get(value, "readOnly", false)
}

# Those of a statement's values that are given.
given(values) := [value | some value in values; value != ""]

# The pods have the same values in the fields at these paths.
same_fields(pod, old_pod, paths) if fields(pod, paths) == fields(old_pod, paths)

fields(object_, paths) := [value |
	some path in paths
	value := object.get(object_, path, null)
]

# The pods have the same containers, with the same values in the fields at these paths.
same_in_containers(pod, old_pod, paths) if in_containers(pod, paths) == in_containers(old_pod, paths)

in_containers(pod, paths) := [row |
	some container in containers(pod)
	row := [object.get(container, "name", null), fields(container, paths)]
]

# The pods have the same annotations with these prefixes, which the names of containers complete.
same_annotations(pod, old_pod, prefixes) if annotations(pod, prefixes) == annotations(old_pod, prefixes)

annotations(pod, prefixes) := [value |
	some container in containers(pod)
	some prefix in prefixes
	key := concat("", [prefix, show(object.get(container, "name", null))])
	value := object.get(pod, ["metadata", "annotations", key], null)
]

# The namespace of a request, else the pod's own.
namespace_of(request, pod) := namespaces[0] if {
	own := text(object.get(pod, ["metadata", "namespace"], null))
	namespaces := [name | some name in [object.get(request, "namespace", ""), own, "default"]; name != ""]
}

# The user who asks, null where nobody says so: a manifest, or an audit of a pod that runs.
user_of(request) := request.userInfo if {
	request.userInfo.username != ""
} else := null

# The pod's service account; the API server sets it on all pods but static pods' mirrors, which have none.
account_of(pod, user) := name if {
	name := text(object.get(pod, ["spec", "serviceAccountName"], null))
	name != ""
} else := default_account(user)

default_account(user) := "default" if {
	user == null
} else := ""

# Who asks for a pod, by name: the user and the pod's service account.
users_of(user, namespace, account) := array.concat(
	[name | some name in [user.username]],
	[name | account != ""; name := concat(":", ["system:serviceaccount", namespace, account])],
)

# The groups of both. PodSecurityPolicy saw an account in two; whoever made a pod had been authenticated.
groups_of(user, namespace, account) := array.concat(
	user_groups(user),
	[group |
		account != ""
		some group in ["system:serviceaccounts", concat(":", ["system:serviceaccounts", namespace])]
	],
)

user_groups(user) := ["system:authenticated"] if {
	user == null
} else := object.get(user, "groups", [])

# Those of the users that are service accounts, as NAMESPACE/NAME.
accounts_of(users) := [concat("/", parts) |
	some user in users
	startswith(user, "system:serviceaccount:")
	parts := split(trim_prefix(user, "system:serviceaccount:"), ":")
	count(parts) == 2
]

# One of the subjects asks.
asked_by(subjects, _) if subjects.everyone

asked_by(subjects, asking) if {
	some kind in ["users", "groups", "accounts"]
	some name in asking[kind]
	named(subjects[kind], name)
}

# One of the exemptions is for who asks for the pod.
exempt(request, pod, exemptions) if {
	some exemption in exemptions
	asked_by(exemption, asking(request, pod))
}

asking(request, pod) := {"users": users_, "groups": groups_of(by, in_, account_), "accounts": accounts_of(users_)} if {
	by := user_of(request)
	in_ := namespace_of(request, pod)
	account_ := account_of(pod, by)
	users_ := users_of(by, in_, account_)
}

# A name is among the exact ones, or begins with one of the prefixes.
named(names, word) if word in names.exact

named(names, word) if {
	some prefix in names.prefixes
	startswith(word, prefix)
}
