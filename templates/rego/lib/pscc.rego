# What the generated policies share. A field that is missing or null reads as null.
package lib.pscc

# All containers of a pod: init containers, containers, ephemeral containers.
containers(pod) := array.concat(
	list(object.get(pod, ["spec", "initContainers"], null)),
	array.concat(
		list(object.get(pod, ["spec", "containers"], null)),
		list(object.get(pod, ["spec", "ephemeralContainers"], null)),
	),
)

# A list, or an empty one where there is none.
list(value) := value if is_array(value)

list(value) := [] if not is_array(value)

# The names of the fields that are set, sorted, without those in `without`.
keys(object_, without) := [key |
	some key in sort(object.keys(object_))
	object_[key] != null
	not key in without
] if {
	is_object(object_)
}

keys(object_, _) := [] if not is_object(object_)

# The first of the values that is set, else null.
first_set(values) := value if {
	found := [v | some v in values; v != null]
	value := found[0]
} else := null

# The field below the first of the objects that is set.
below(objects, field) := object.get(first_set(objects), field, null) if is_object(first_set(objects))

below(objects, _) := null if not is_object(first_set(objects))

# The prefix followed by the value, null where the value is no string.
join(prefix, value) := concat("", [prefix, value]) if is_string(value)

join(_, value) := null if not is_string(value)

# The entry of an object under a computed key.
entry(object_, key) := object.get(object_, key, null) if is_object(object_)

entry(object_, _) := null if not is_object(object_)

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

# A pod's value in a message, on one line.
show(value) := "not set" if is_null(value)

show(value) := "true" if value == true

show(value) := "false" if value == false

show(value) := format_int(value, 10) if is_number(value)

show(value) := line(value) if is_string(value)

show(value) := line(json.marshal(value)) if is_array(value)

show(value) := line(json.marshal(value)) if is_object(value)

line(value) := replace(replace(value, "\n", `\n`), "\r", `\r`)

# Values of a statement in a message.
show_all(values) := "none" if count(values) == 0

show_all(values) := line(concat(", ", [show_one(value) | some value in values])) if count(values) > 0

show_one(value) := show(value) if not is_object(value)

show_one(value) := format_int(value.min, 10) if value.min == value.max

show_one(value) := concat("-", [format_int(value.min, 10), format_int(value.max, 10)]) if value.min != value.max

show_one(value) := concat(" ", [value.pathPrefix, "(read-only)"]) if value.readOnly == true

show_one(value) := value.pathPrefix if {
	value.pathPrefix
	not object.get(value, "readOnly", false)
}

# All findings of a check as one message, with the author's reason behind.
message(findings, "") := concat("; ", findings)

message(findings, because) := concat("", [concat("; ", findings), " (", line(because), ")"]) if because != ""

# What a check looks at, to be compared between the old and the new pod.
seen(pod, paths, container_paths, prefixes, walks) := [whole, rows] if {
	whole := [object.get(pod, path, null) | some path in paths]
	rows := [row |
		some container in containers(pod)
		walks
		name := object.get(container, "name", null)
		row := [
			name,
			[object.get(container, path, null) | some path in container_paths],
			[object.get(pod, ["metadata", "annotations", join(prefix, name)], null) | some prefix in prefixes],
		]
	]
}
