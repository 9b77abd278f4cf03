package lib.pscc_test

import data.lib.pscc as lib

pod := {
	"metadata": {"annotations": {"profile/web": "runtime/default"}},
	"spec": {
		"securityContext": {"runAsUser": 0, "seLinuxOptions": {"user": "u"}},
		"initContainers": [{"name": "init"}],
		"containers": [{"name": "web", "securityContext": {"runAsUser": 7, "privileged": false}}],
		"ephemeralContainers": [{"name": "debug"}],
	},
}

test_containers_are_in_the_order_of_their_kinds if {
	[c.name | some c in lib.containers(pod)] == ["init", "web", "debug"]
	lib.containers({"spec": {"containers": null}}) == []
	lib.containers({}) == []
}

test_lists if {
	lib.list([1]) == [1]
	lib.list(null) == []
	lib.list({"a": 1}) == []
}

test_keys_are_sorted_and_set if {
	lib.keys({"name": "x", "b": {}, "a": false, "c": null}, ["name"]) == ["a", "b"]
	lib.keys(null, []) == []
}

test_first_set if {
	lib.first_set([null, 0, 7]) == 0
	lib.first_set([false, true]) == false
	lib.first_set([null]) == null
}

test_below if {
	lib.below({"type": "Localhost"}, ["type"]) == "Localhost"
	lib.below({}, ["type"]) == null
	lib.below(null, ["type"]) == null
}

test_below_or if {
	lib.below_or({"type": "Localhost"}, ["type"], "RuntimeDefault") == "Localhost"
	lib.below_or({}, ["type"], "RuntimeDefault") == null
	lib.below_or(null, ["type"], "RuntimeDefault") == "RuntimeDefault"
}

test_in_capitals if {
	lib.in_capitals("sys_Admin") == "SYS_ADMIN"
	lib.in_capitals("ſys_admın") == "SYS_ADMIN"
	lib.in_capitals(null) == null
}

test_join if {
	lib.join("localhost/", "a") == "localhost/a"
	lib.join("localhost/", null) == null
}

test_same if {
	lib.same(1, 1)
	not lib.same(null, null)
	not lib.same(1, "1")
}

test_in_ranges if {
	ranges := [{"min": 10, "max": 20}, {"min": 30, "max": 30}]
	every n in [10, 20, 30] {
		lib.in_ranges(n, ranges)
	}
	every n in [9, 21, 29, 31, null, "10", true] {
		not lib.in_ranges(n, ranges)
	}
	not lib.in_ranges(1, [])
}

test_starts_with_any if {
	lib.starts_with_any("net.core.somaxconn", ["kernel.*", "net.*"])
	lib.starts_with_any("", ["*"])
	not lib.starts_with_any("network", ["net.*"])
	not lib.starts_with_any(null, ["*"])
}

test_under_ends_at_a_slash if {
	every path in ["/foo", "/foo/", "/foo/bar", "/foo//"] {
		lib.under(path, "/foo")
		lib.under(path, "/foo/")
	}
	not lib.under("/food", "/foo")
	not lib.under("/", "/foo")
	lib.under("/anything", "/")
	not lib.under(null, "/")
}

test_levels_have_categories_in_any_order if {
	lib.same_level("s0:c1,c2", "s0:c2,c1")
	lib.same_level(null, "")
	not lib.same_level("s0:c1,c2", "s1:c2,c1")
	not lib.same_level("s0:c1,c1,c2", "s0:c1,c2")
	not lib.same_level("s0", "s0:c1")
}

test_values_show_on_one_line if {
	lib.show(null) == "not set"
	lib.show(true) == "true"
	lib.show(1000660000) == "1000660000"
	lib.show("a\r\nb") == `a\r\nb`
	lib.show(["a"]) == `["a"]`
}

test_values_of_a_statement if {
	ranges := [{"min": 1, "max": 1}, {"min": 2, "max": 9}]
	paths := [{"pathPrefix": "/a", "readOnly": true}, {"pathPrefix": "/b", "readOnly": false}, {"pathPrefix": "/c"}]
	lib.show_all(ranges) == "1, 2-9"
	lib.show_all(paths) == "/a (read-only), /b, /c"
	lib.show_all(["a", "b"]) == "a, b"
	lib.show_all([]) == "none"
	lib.given(["a", "", "b"]) == ["a", "b"]
}

test_messages if {
	lib.message(["a", "b"], "") == "a; b"
	lib.message(["a"], "ask\n#team") == `a (ask\n#team)`
}

test_same_fields if {
	lib.same_fields(pod, pod, [["spec", "hostPID"], ["spec", "securityContext"]])
	lib.same_fields({"spec": {"hostPID": null}}, {}, [["spec", "hostPID"]])
	not lib.same_fields(pod, {}, [["spec", "securityContext", "runAsUser"]])
}

test_same_in_containers if {
	labelled := object.union(pod, {"metadata": {"labels": {"a": "b"}}})
	fewer := {"spec": object.union(pod.spec, {"ephemeralContainers": []})}
	lib.same_in_containers(pod, labelled, [["securityContext", "privileged"]])
	not lib.same_in_containers(fewer, pod, [["securityContext", "privileged"]])
	not lib.same_in_containers(fewer, pod, [])
	privileged := [{"name": "init", "securityContext": {"privileged": true}}]
	other := {"spec": object.union(pod.spec, {"initContainers": privileged})}
	not lib.same_in_containers(other, pod, [["securityContext", "privileged"]])
	lib.same_in_containers(other, pod, [["ports"]])
}

test_same_annotations if {
	other := {"metadata": {"annotations": {"profile/web": "unconfined"}}, "spec": pod.spec}
	more := {"metadata": {"annotations": object.union(pod.metadata.annotations, {"other": "x"})}, "spec": pod.spec}
	lib.same_annotations(pod, more, ["profile/"])
	not lib.same_annotations(other, pod, ["profile/"])
}

bob := {"username": "bob", "groups": ["devs", "system:authenticated"]}

test_the_namespace_is_the_requests_else_the_pods if {
	lib.namespace_of({"namespace": "a"}, {"metadata": {"namespace": "b"}}) == "a"
	lib.namespace_of({}, {"metadata": {"namespace": "b"}}) == "b"
	lib.namespace_of({"namespace": ""}, {}) == "default"
}

test_who_asks if {
	lib.user_of({"userInfo": bob}) == bob
	lib.user_of({"userInfo": {"username": ""}}) == null
	lib.user_of({}) == null
	lib.account_of({"spec": {"serviceAccountName": "builder"}}, bob) == "builder"
	lib.account_of({"spec": {}}, null) == "default"
	lib.account_of({"spec": {"serviceAccountName": ""}}, null) == "default"
	lib.account_of({"spec": {"serviceAccountName": ""}}, bob) == ""
	lib.account_of({"spec": {}}, bob) == ""
}

test_names_and_groups_of_who_asks if {
	lib.users_of(bob, "ns", "builder") == ["bob", "system:serviceaccount:ns:builder"]
	lib.users_of(null, "ns", "builder") == ["system:serviceaccount:ns:builder"]
	lib.users_of(bob, "ns", "") == ["bob"]
	accounts := ["system:serviceaccounts", "system:serviceaccounts:ns"]
	lib.groups_of(bob, "ns", "builder") == array.concat(["devs", "system:authenticated"], accounts)
	lib.groups_of(null, "ns", "builder") == array.concat(["system:authenticated"], accounts)
	lib.groups_of({"username": "x"}, "ns", "") == []
	lib.accounts_of(["bob", "system:serviceaccount:ns:builder", "system:serviceaccount:x"]) == ["ns/builder"]
}

test_subjects_that_ask if {
	asking := {"users": ["bob"], "groups": ["devs"], "accounts": ["ns/builder"]}
	nobody := {"exact": [], "prefixes": []}
	none := {"everyone": false, "users": nobody, "groups": nobody, "accounts": nobody}
	lib.asked_by(object.union(none, {"everyone": true}), asking)
	lib.asked_by(object.union(none, {"users": {"exact": ["bob"]}}), asking)
	lib.asked_by(object.union(none, {"accounts": {"prefixes": ["ns/"]}}), asking)
	not lib.asked_by(none, asking)
	not lib.asked_by(object.union(none, {"users": {"exact": ["devs"]}}), asking)
	lib.exempt({"userInfo": bob}, {"spec": {}}, [none, object.union(none, {"groups": {"exact": ["devs"]}})])
	not lib.exempt({"userInfo": bob}, {"spec": {}}, [none])
}

test_the_least_of_counts_is_that_of_numbers if {
	lib.least({2, 15, 100}) == 2
	lib.least({10, 9}) == 9
	lib.least({300, 40, 5}) == 5
	lib.least({0}) == 0
	lib.least({0, 1}) == 0
}
