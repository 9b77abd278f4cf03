package pscc_test.policy_default

import data.pscc.policy_default as policy

test_accepted if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "accepted", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}]}}
	{entry.msg | some entry in answer} == set()
}

test_privileged_true if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "privileged-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "privileged": true}}]}}
	{entry.msg | some entry in answer} == {"container main: privileged must not be true"}
}

test_privileged_false if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "privileged-false", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "privileged": false}}]}}
	{entry.msg | some entry in answer} == set()
}

test_privileged_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "privileged-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}]}}
	{entry.msg | some entry in answer} == set()
}

test_hostnetwork_true if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostnetwork-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "hostNetwork": true}}
	{entry.msg | some entry in answer} == {"pod: hostNetwork must not be true"}
}

test_hostnetwork_false if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostnetwork-false", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "hostNetwork": false}}
	{entry.msg | some entry in answer} == set()
}

test_hostnetwork_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostnetwork-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}]}}
	{entry.msg | some entry in answer} == set()
}

test_hostpid_true if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostpid-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "hostPID": true}}
	{entry.msg | some entry in answer} == {"pod: hostPID must not be true"}
}

test_hostpid_false if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostpid-false", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "hostPID": false}}
	{entry.msg | some entry in answer} == set()
}

test_hostpid_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostpid-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}]}}
	{entry.msg | some entry in answer} == set()
}

test_hostipc_true if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostipc-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "hostIPC": true}}
	{entry.msg | some entry in answer} == {"pod: hostIPC must not be true"}
}

test_hostipc_false if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostipc-false", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "hostIPC": false}}
	{entry.msg | some entry in answer} == set()
}

test_hostipc_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostipc-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}]}}
	{entry.msg | some entry in answer} == set()
}

test_hostport_9999 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-9999", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}, "ports": [{"containerPort": 8080, "hostPort": 9999, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == {"container main: hostPort is 9999, allowed: 10000-11000, 13000-14000"}
}

test_hostport_10000 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-10000", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}, "ports": [{"containerPort": 8080, "hostPort": 10000, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == set()
}

test_hostport_11000 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-11000", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}, "ports": [{"containerPort": 8080, "hostPort": 11000, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == set()
}

test_hostport_11001 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-11001", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}, "ports": [{"containerPort": 8080, "hostPort": 11001, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == {"container main: hostPort is 11001, allowed: 10000-11000, 13000-14000"}
}

test_hostport_12999 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-12999", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}, "ports": [{"containerPort": 8080, "hostPort": 12999, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == {"container main: hostPort is 12999, allowed: 10000-11000, 13000-14000"}
}

test_hostport_13000 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-13000", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}, "ports": [{"containerPort": 8080, "hostPort": 13000, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == set()
}

test_hostport_14001 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-14001", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}, "ports": [{"containerPort": 8080, "hostPort": 14001, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == {"container main: hostPort is 14001, allowed: 10000-11000, 13000-14000"}
}

test_hostport_beside_another if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-beside-another", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}, "ports": [{"containerPort": 8080, "protocol": "TCP"}, {"containerPort": 9999, "hostPort": 22, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == {"container main: hostPort is 22, allowed: 10000-11000, 13000-14000"}
}

test_volumes_image if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "volumes-image", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "volumes": [{"name": "data", "image": {"reference": "app:1"}}]}}
	{entry.msg | some entry in answer} == {"volume data: its type is image, allowed: *"}
}

test_capabilities_add_sys_admin if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-add-sys-admin", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "capabilities": {"add": ["SYS_ADMIN"]}}}]}}
	{entry.msg | some entry in answer} == {"container main: capability SYS_ADMIN must not be added"}
}

test_capabilities_add_chown if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-add-chown", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "capabilities": {"add": ["chown"]}}}]}}
	{entry.msg | some entry in answer} == {"container main: capability chown must not be added"}
}

test_readonlyroot_false if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "readonlyroot-false", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": false}}]}}
	{entry.msg | some entry in answer} == {"container main: readOnlyRootFilesystem is false, must be true"}
}

test_readonlyroot_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "readonlyroot-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {}}]}}
	{entry.msg | some entry in answer} == {"container main: readOnlyRootFilesystem is not set, must be true"}
}

test_procmount_not_listed if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "procmount-not-listed", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "procMount": "not-listed"}}]}}
	{entry.msg | some entry in answer} == {"container main: procMount is not-listed, allowed: Default"}
}

test_sysctls_kernel_msgmax if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "sysctls-kernel-msgmax", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}}}
	{entry.msg | some entry in answer} == {"pod: sysctls has kernel.msgmax, allowed: kernel.shm_rmid_forced, net.ipv4.ip_local_port_range, net.ipv4.tcp_syncookies, net.ipv4.ping_group_range, net.ipv4.ip_unprivileged_port_start"}
}

test_sysctls_net_core_somaxconn if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "sysctls-net-core-somaxconn", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "securityContext": {"sysctls": [{"name": "net.core.somaxconn", "value": "1"}]}}}
	{entry.msg | some entry in answer} == {"pod: sysctls has net.core.somaxconn, allowed: kernel.shm_rmid_forced, net.ipv4.ip_local_port_range, net.ipv4.tcp_syncookies, net.ipv4.ping_group_range, net.ipv4.ip_unprivileged_port_start"}
}

test_seccomp_runtime_default if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seccomp-runtime-default", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "seccompProfile": {"type": "RuntimeDefault"}}}]}}
	{entry.msg | some entry in answer} == {"container main: seccompProfile is RuntimeDefault, must not be set"}
}

test_seccomp_pod_runtime_default if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seccomp-pod-runtime-default", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"pod: seccompProfile is RuntimeDefault, must not be set; container main: seccompProfile is RuntimeDefault, must not be set"}
}

test_seccomp_unconfined if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seccomp-unconfined", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "seccompProfile": {"type": "Unconfined"}}}]}}
	{entry.msg | some entry in answer} == {"container main: seccompProfile is Unconfined, must not be set"}
}

test_seccomp_pod_unconfined if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seccomp-pod-unconfined", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "securityContext": {"seccompProfile": {"type": "Unconfined"}}}}
	{entry.msg | some entry in answer} == {"pod: seccompProfile is Unconfined, must not be set; container main: seccompProfile is Unconfined, must not be set"}
}

test_seccomp_localhost_other_json if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seccomp-localhost-other-json", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "seccompProfile": {"type": "Localhost", "localhostProfile": "other.json"}}}]}}
	{entry.msg | some entry in answer} == {"container main: seccompProfile is localhost/other.json, must not be set"}
}

test_seccomp_pod_localhost_other_json if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seccomp-pod-localhost-other-json", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "securityContext": {"seccompProfile": {"type": "Localhost", "localhostProfile": "other.json"}}}}
	{entry.msg | some entry in answer} == {"pod: seccompProfile is localhost/other.json, must not be set; container main: seccompProfile is localhost/other.json, must not be set"}
}

test_privileged_true_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "privileged-true-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "privileged": true}}]}}
	{entry.msg | some entry in answer} == {"container init: privileged must not be true"}
}

test_privileged_true_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "privileged-true-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "privileged": true}}]}}
	{entry.msg | some entry in answer} == {"container debug: privileged must not be true"}
}

test_hostport_9999_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-9999-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}, "ports": [{"containerPort": 8080, "hostPort": 9999, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == {"container init: hostPort is 9999, allowed: 10000-11000, 13000-14000"}
}

test_hostport_9999_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-9999-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}, "ports": [{"containerPort": 8080, "hostPort": 9999, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == {"container debug: hostPort is 9999, allowed: 10000-11000, 13000-14000"}
}

test_hostport_11001_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-11001-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}, "ports": [{"containerPort": 8080, "hostPort": 11001, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == {"container init: hostPort is 11001, allowed: 10000-11000, 13000-14000"}
}

test_hostport_11001_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-11001-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}, "ports": [{"containerPort": 8080, "hostPort": 11001, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == {"container debug: hostPort is 11001, allowed: 10000-11000, 13000-14000"}
}

test_hostport_12999_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-12999-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}, "ports": [{"containerPort": 8080, "hostPort": 12999, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == {"container init: hostPort is 12999, allowed: 10000-11000, 13000-14000"}
}

test_hostport_12999_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-12999-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}, "ports": [{"containerPort": 8080, "hostPort": 12999, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == {"container debug: hostPort is 12999, allowed: 10000-11000, 13000-14000"}
}

test_capabilities_add_sys_admin_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-add-sys-admin-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "capabilities": {"add": ["SYS_ADMIN"]}}}]}}
	{entry.msg | some entry in answer} == {"container init: capability SYS_ADMIN must not be added"}
}

test_capabilities_add_sys_admin_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-add-sys-admin-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "capabilities": {"add": ["SYS_ADMIN"]}}}]}}
	{entry.msg | some entry in answer} == {"container debug: capability SYS_ADMIN must not be added"}
}

test_capabilities_add_chown_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-add-chown-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "capabilities": {"add": ["chown"]}}}]}}
	{entry.msg | some entry in answer} == {"container init: capability chown must not be added"}
}

test_capabilities_add_chown_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-add-chown-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "capabilities": {"add": ["chown"]}}}]}}
	{entry.msg | some entry in answer} == {"container debug: capability chown must not be added"}
}

test_readonlyroot_false_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "readonlyroot-false-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": false}}]}}
	{entry.msg | some entry in answer} == {"container init: readOnlyRootFilesystem is false, must be true"}
}

test_readonlyroot_false_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "readonlyroot-false-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": false}}]}}
	{entry.msg | some entry in answer} == {"container debug: readOnlyRootFilesystem is false, must be true"}
}

test_readonlyroot_unset_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "readonlyroot-unset-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "initContainers": [{"name": "init", "image": "app:1", "securityContext": {}}]}}
	{entry.msg | some entry in answer} == {"container init: readOnlyRootFilesystem is not set, must be true"}
}

test_readonlyroot_unset_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "readonlyroot-unset-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {}}]}}
	{entry.msg | some entry in answer} == {"container debug: readOnlyRootFilesystem is not set, must be true"}
}

test_procmount_not_listed_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "procmount-not-listed-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "procMount": "not-listed"}}]}}
	{entry.msg | some entry in answer} == {"container init: procMount is not-listed, allowed: Default"}
}

test_procmount_not_listed_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "procmount-not-listed-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "procMount": "not-listed"}}]}}
	{entry.msg | some entry in answer} == {"container debug: procMount is not-listed, allowed: Default"}
}

test_seccomp_runtime_default_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seccomp-runtime-default-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "seccompProfile": {"type": "RuntimeDefault"}}}]}}
	{entry.msg | some entry in answer} == {"container init: seccompProfile is RuntimeDefault, must not be set"}
}

test_seccomp_runtime_default_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seccomp-runtime-default-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "seccompProfile": {"type": "RuntimeDefault"}}}]}}
	{entry.msg | some entry in answer} == {"container debug: seccompProfile is RuntimeDefault, must not be set"}
}

test_seccomp_unconfined_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seccomp-unconfined-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "seccompProfile": {"type": "Unconfined"}}}]}}
	{entry.msg | some entry in answer} == {"container init: seccompProfile is Unconfined, must not be set"}
}

test_seccomp_unconfined_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seccomp-unconfined-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "seccompProfile": {"type": "Unconfined"}}}]}}
	{entry.msg | some entry in answer} == {"container debug: seccompProfile is Unconfined, must not be set"}
}

test_seccomp_localhost_other_json_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seccomp-localhost-other-json-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "seccompProfile": {"type": "Localhost", "localhostProfile": "other.json"}}}]}}
	{entry.msg | some entry in answer} == {"container init: seccompProfile is localhost/other.json, must not be set"}
}

test_update_of_nothing_looked_at if {
	answer := policy.violation with input as {"request": {"operation": "UPDATE", "object": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "update-of-nothing-looked-at", "namespace": "default", "labels": {"changed": "yes"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "privileged": true}}]}}, "oldObject": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "update-of-nothing-looked-at", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "privileged": true}}]}}}}
	{entry.msg | some entry in answer} == set()
}

test_update_to_refused if {
	answer := policy.violation with input as {"request": {"operation": "UPDATE", "object": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "update-to-refused", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "privileged": true}}]}}, "oldObject": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "update-to-refused", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}]}}}}
	{entry.msg | some entry in answer} == {"container debug: privileged must not be true"}
}

test_main_has_privileged_true if {
	answer := data.main.deny with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "privileged-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "privileged": true}}]}}
	{"container main: privileged must not be true"} & answer == {"container main: privileged must not be true"}
}

test_privileged_true_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "privileged-true-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "privileged": true}}]}}}}
	{"container main: privileged must not be true"} & answer == {"container main: privileged must not be true"}
}

test_hostnetwork_true_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hostnetwork-true-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "hostNetwork": true}}}}
	{"pod: hostNetwork must not be true"} & answer == {"pod: hostNetwork must not be true"}
}

test_hostpid_true_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hostpid-true-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "hostPID": true}}}}
	{"pod: hostPID must not be true"} & answer == {"pod: hostPID must not be true"}
}

test_hostipc_true_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hostipc-true-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "hostIPC": true}}}}
	{"pod: hostIPC must not be true"} & answer == {"pod: hostIPC must not be true"}
}

test_hostport_9999_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hostport-9999-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}, "ports": [{"containerPort": 8080, "hostPort": 9999, "protocol": "TCP"}]}]}}}}
	{"container main: hostPort is 9999, allowed: 10000-11000, 13000-14000"} & answer == {"container main: hostPort is 9999, allowed: 10000-11000, 13000-14000"}
}

test_volumes_image_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "volumes-image-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "volumes": [{"name": "data", "image": {"reference": "app:1"}}]}}}}
	{"volume data: its type is image, allowed: *"} & answer == {"volume data: its type is image, allowed: *"}
}

test_capabilities_add_sys_admin_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "capabilities-add-sys-admin-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "capabilities": {"add": ["SYS_ADMIN"]}}}]}}}}
	{"container main: capability SYS_ADMIN must not be added"} & answer == {"container main: capability SYS_ADMIN must not be added"}
}

test_readonlyroot_false_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "readonlyroot-false-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": false}}]}}}}
	{"container main: readOnlyRootFilesystem is false, must be true"} & answer == {"container main: readOnlyRootFilesystem is false, must be true"}
}

test_procmount_not_listed_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "procmount-not-listed-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "procMount": "not-listed"}}]}}}}
	{"container main: procMount is not-listed, allowed: Default"} & answer == {"container main: procMount is not-listed, allowed: Default"}
}

test_sysctls_kernel_msgmax_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "sysctls-kernel-msgmax-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true}}], "securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}}}}}
	{"pod: sysctls has kernel.msgmax, allowed: kernel.shm_rmid_forced, net.ipv4.ip_local_port_range, net.ipv4.tcp_syncookies, net.ipv4.ping_group_range, net.ipv4.ip_unprivileged_port_start"} & answer == {"pod: sysctls has kernel.msgmax, allowed: kernel.shm_rmid_forced, net.ipv4.ip_local_port_range, net.ipv4.tcp_syncookies, net.ipv4.ping_group_range, net.ipv4.ip_unprivileged_port_start"}
}

test_seccomp_runtime_default_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "seccomp-runtime-default-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "seccompProfile": {"type": "RuntimeDefault"}}}]}}}}
	{"container main: seccompProfile is RuntimeDefault, must not be set"} & answer == {"container main: seccompProfile is RuntimeDefault, must not be set"}
}

test_privileged_true_in_cronjob if {
	answer := data.main.warn with input as {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "privileged-true-in-cronjob", "namespace": "default"}, "spec": {"schedule": "0 0 * * *", "jobTemplate": {"spec": {"template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"readOnlyRootFilesystem": true, "privileged": true}}]}}}}}}
	{"container main: privileged must not be true"} & answer == {"container main: privileged must not be true"}
}
