package pscc_test.policy_restricted

import data.pscc.policy_restricted as policy

test_accepted if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "accepted", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == set()
}

test_privileged_true if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "privileged-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}, "privileged": true}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: privileged must not be true"}
}

test_privileged_false if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "privileged-false", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}, "privileged": false}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == set()
}

test_privileged_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "privileged-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == set()
}

test_hostnetwork_true if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostnetwork-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "hostNetwork": true}}
	{entry.msg | some entry in answer} == {"pod: hostNetwork must not be true"}
}

test_hostnetwork_false if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostnetwork-false", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "hostNetwork": false}}
	{entry.msg | some entry in answer} == set()
}

test_hostnetwork_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostnetwork-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == set()
}

test_hostpid_true if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostpid-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "hostPID": true}}
	{entry.msg | some entry in answer} == {"pod: hostPID must not be true"}
}

test_hostipc_true if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostipc-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "hostIPC": true}}
	{entry.msg | some entry in answer} == {"pod: hostIPC must not be true"}
}

test_hostport_1 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-1", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}, "ports": [{"containerPort": 8080, "hostPort": 1, "protocol": "TCP"}]}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: hostPort is 1, must not be set"}
}

test_hostport_2000 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-2000", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}, "ports": [{"containerPort": 8080, "hostPort": 2000, "protocol": "TCP"}]}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: hostPort is 2000, must not be set"}
}

test_hostport_beside_another if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-beside-another", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}, "ports": [{"containerPort": 8080, "protocol": "TCP"}, {"containerPort": 9999, "hostPort": 22, "protocol": "TCP"}]}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: hostPort is 22, must not be set"}
}

test_volumes_hostpath if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "volumes-hostpath", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "volumes": [{"name": "data", "hostPath": {"path": "/var/log"}}]}}
	{entry.msg | some entry in answer} == {"volume data: its type is hostPath, allowed: configMap, emptyDir, projected, secret, downwardAPI, csi, persistentVolumeClaim, ephemeral"}
}

test_volumes_image if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "volumes-image", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "volumes": [{"name": "data", "image": {"reference": "app:1"}}]}}
	{entry.msg | some entry in answer} == {"volume data: its type is image, allowed: configMap, emptyDir, projected, secret, downwardAPI, csi, persistentVolumeClaim, ephemeral"}
}

test_capabilities_add_sys_admin if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-add-sys-admin", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: capability SYS_ADMIN must not be added"}
}

test_capabilities_add_chown if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-add-chown", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"], "add": ["chown"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: capability chown must not be added"}
}

test_capabilities_drop_but_0 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-drop-but-0", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": []}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: capabilities.drop lacks ALL"}
}

test_capabilities_drop_none if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-drop-none", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: capabilities.drop lacks ALL"}
}

test_escalation_true if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "escalation-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": true, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: allowPrivilegeEscalation is true, must be false"}
}

test_escalation_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "escalation-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: allowPrivilegeEscalation is not set, must be false"}
}

test_nonroot_true_uid_0 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "nonroot-true-uid-0", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}, "runAsUser": 0}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: runAsUser is 0, must not be 0"}
}

test_nonroot_false_uid_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "nonroot-false-uid-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": false, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: runAsNonRoot is false, must not be false"}
}

test_nonroot_false_uid_0 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "nonroot-false-uid-0", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": false, "appArmorProfile": {"type": "RuntimeDefault"}, "runAsUser": 0}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: runAsNonRoot is false, must not be false; container main: runAsUser is 0, must not be 0"}
}

test_nonroot_false_uid_1000 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "nonroot-false-uid-1000", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": false, "appArmorProfile": {"type": "RuntimeDefault"}, "runAsUser": 1000}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: runAsNonRoot is false, must not be false"}
}

test_nonroot_unset_uid_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "nonroot-unset-uid-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: runAsNonRoot is not set, must be true where runAsUser is not set"}
}

test_supplementalgroups_0 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "supplementalgroups-0", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [0], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"pod: supplementalGroups has 0, allowed: 1-65535"}
}

test_supplementalgroups_65536 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "supplementalgroups-65536", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [65536], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"pod: supplementalGroups has 65536, allowed: 1-65535"}
}

test_supplementalgroups_two if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "supplementalgroups-two", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1, 65536], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"pod: supplementalGroups has 65536, allowed: 1-65535"}
}

test_supplementalgroups_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "supplementalgroups-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"pod: supplementalGroups is not set, allowed: 1-65535"}
}

test_fsgroup_0 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "fsgroup-0", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 0, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"pod: fsGroup is 0, allowed: 1-65535"}
}

test_fsgroup_65536 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "fsgroup-65536", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 65536, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"pod: fsGroup is 65536, allowed: 1-65535"}
}

test_fsgroup_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "fsgroup-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"pod: fsGroup is not set, allowed: 1-65535"}
}

test_procmount_not_listed if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "procmount-not-listed", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}, "procMount": "not-listed"}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: procMount is not-listed, allowed: Default"}
}

test_sysctls_kernel_msgmax if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "sysctls-kernel-msgmax", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}, "sysctls": [{"name": "kernel.msgmax", "value": "1"}]}}}
	{entry.msg | some entry in answer} == {"pod: sysctls has kernel.msgmax, allowed: kernel.shm_rmid_forced, net.ipv4.ip_local_port_range, net.ipv4.tcp_syncookies, net.ipv4.ping_group_range, net.ipv4.ip_unprivileged_port_start"}
}

test_sysctls_net_core_somaxconn if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "sysctls-net-core-somaxconn", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}, "sysctls": [{"name": "net.core.somaxconn", "value": "1"}]}}}
	{entry.msg | some entry in answer} == {"pod: sysctls has net.core.somaxconn, allowed: kernel.shm_rmid_forced, net.ipv4.ip_local_port_range, net.ipv4.tcp_syncookies, net.ipv4.ping_group_range, net.ipv4.ip_unprivileged_port_start"}
}

test_seccomp_unconfined if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seccomp-unconfined", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}, "seccompProfile": {"type": "Unconfined"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: seccompProfile is Unconfined, allowed: runtime/default"}
}

test_seccomp_pod_unconfined if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seccomp-pod-unconfined", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "Unconfined"}}}}
	{entry.msg | some entry in answer} == {"pod: seccompProfile is Unconfined, allowed: runtime/default; container main: seccompProfile is Unconfined, allowed: runtime/default"}
}

test_seccomp_localhost_other_json if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seccomp-localhost-other-json", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}, "seccompProfile": {"type": "Localhost", "localhostProfile": "other.json"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: seccompProfile is localhost/other.json, allowed: runtime/default"}
}

test_seccomp_pod_localhost_other_json if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seccomp-pod-localhost-other-json", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "Localhost", "localhostProfile": "other.json"}}}}
	{entry.msg | some entry in answer} == {"pod: seccompProfile is localhost/other.json, allowed: runtime/default; container main: seccompProfile is localhost/other.json, allowed: runtime/default"}
}

test_apparmor_unconfined if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "apparmor-unconfined", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "Unconfined"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: appArmorProfile is Unconfined, allowed: runtime/default"}
}

test_apparmor_localhost_other if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "apparmor-localhost-other", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "Localhost", "localhostProfile": "other"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: appArmorProfile is localhost/other, allowed: runtime/default"}
}

test_apparmor_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "apparmor-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: appArmorProfile is not set, allowed: runtime/default"}
}

test_privileged_true_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "privileged-true-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}, "privileged": true}}]}}
	{entry.msg | some entry in answer} == {"container init: privileged must not be true"}
}

test_privileged_true_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "privileged-true-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}, "privileged": true}}]}}
	{entry.msg | some entry in answer} == {"container debug: privileged must not be true"}
}

test_hostport_1_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-1-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}, "ports": [{"containerPort": 8080, "hostPort": 1, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == {"container init: hostPort is 1, must not be set"}
}

test_hostport_1_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-1-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}, "ports": [{"containerPort": 8080, "hostPort": 1, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == {"container debug: hostPort is 1, must not be set"}
}

test_capabilities_add_sys_admin_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-add-sys-admin-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}]}}
	{entry.msg | some entry in answer} == {"container init: capability SYS_ADMIN must not be added"}
}

test_capabilities_add_sys_admin_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-add-sys-admin-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}]}}
	{entry.msg | some entry in answer} == {"container debug: capability SYS_ADMIN must not be added"}
}

test_capabilities_add_chown_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-add-chown-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"], "add": ["chown"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}]}}
	{entry.msg | some entry in answer} == {"container init: capability chown must not be added"}
}

test_capabilities_drop_but_0_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-drop-but-0-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"capabilities": {"drop": []}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}]}}
	{entry.msg | some entry in answer} == {"container init: capabilities.drop lacks ALL"}
}

test_capabilities_drop_but_0_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-drop-but-0-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"capabilities": {"drop": []}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}]}}
	{entry.msg | some entry in answer} == {"container debug: capabilities.drop lacks ALL"}
}

test_capabilities_drop_none_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-drop-none-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"capabilities": {}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}]}}
	{entry.msg | some entry in answer} == {"container init: capabilities.drop lacks ALL"}
}

test_escalation_true_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "escalation-true-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": true, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}]}}
	{entry.msg | some entry in answer} == {"container init: allowPrivilegeEscalation is true, must be false"}
}

test_escalation_true_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "escalation-true-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": true, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}]}}
	{entry.msg | some entry in answer} == {"container debug: allowPrivilegeEscalation is true, must be false"}
}

test_escalation_unset_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "escalation-unset-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}]}}
	{entry.msg | some entry in answer} == {"container init: allowPrivilegeEscalation is not set, must be false"}
}

test_procmount_not_listed_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "procmount-not-listed-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}, "procMount": "not-listed"}}]}}
	{entry.msg | some entry in answer} == {"container init: procMount is not-listed, allowed: Default"}
}

test_procmount_not_listed_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "procmount-not-listed-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}, "procMount": "not-listed"}}]}}
	{entry.msg | some entry in answer} == {"container debug: procMount is not-listed, allowed: Default"}
}

test_apparmor_unconfined_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "apparmor-unconfined-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "Unconfined"}}}]}}
	{entry.msg | some entry in answer} == {"container init: appArmorProfile is Unconfined, allowed: runtime/default"}
}

test_update_of_nothing_looked_at if {
	answer := policy.violation with input as {"request": {"operation": "UPDATE", "object": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "update-of-nothing-looked-at", "namespace": "default", "labels": {"changed": "yes"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}, "privileged": true}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}, "oldObject": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "update-of-nothing-looked-at", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}, "privileged": true}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}}}
	{entry.msg | some entry in answer} == set()
}

test_update_to_refused if {
	answer := policy.violation with input as {"request": {"operation": "UPDATE", "object": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "update-to-refused", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}, "privileged": true}}]}}, "oldObject": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "update-to-refused", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}}}
	{entry.msg | some entry in answer} == {"container debug: privileged must not be true"}
}

test_main_has_privileged_true if {
	answer := data.main.deny with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "privileged-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}, "privileged": true}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{"container main: privileged must not be true"} & answer == {"container main: privileged must not be true"}
}

test_privileged_true_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "privileged-true-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}, "privileged": true}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}}}
	{"container main: privileged must not be true"} & answer == {"container main: privileged must not be true"}
}

test_hostnetwork_true_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hostnetwork-true-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "hostNetwork": true}}}}
	{"pod: hostNetwork must not be true"} & answer == {"pod: hostNetwork must not be true"}
}

test_hostpid_true_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hostpid-true-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "hostPID": true}}}}
	{"pod: hostPID must not be true"} & answer == {"pod: hostPID must not be true"}
}

test_hostipc_true_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hostipc-true-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "hostIPC": true}}}}
	{"pod: hostIPC must not be true"} & answer == {"pod: hostIPC must not be true"}
}

test_hostport_1_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hostport-1-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}, "ports": [{"containerPort": 8080, "hostPort": 1, "protocol": "TCP"}]}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}}}
	{"container main: hostPort is 1, must not be set"} & answer == {"container main: hostPort is 1, must not be set"}
}

test_volumes_hostpath_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "volumes-hostpath-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "volumes": [{"name": "data", "hostPath": {"path": "/var/log"}}]}}}}
	{"volume data: its type is hostPath, allowed: configMap, emptyDir, projected, secret, downwardAPI, csi, persistentVolumeClaim, ephemeral"} & answer == {"volume data: its type is hostPath, allowed: configMap, emptyDir, projected, secret, downwardAPI, csi, persistentVolumeClaim, ephemeral"}
}

test_capabilities_add_sys_admin_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "capabilities-add-sys-admin-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}}}
	{"container main: capability SYS_ADMIN must not be added"} & answer == {"container main: capability SYS_ADMIN must not be added"}
}

test_capabilities_drop_but_0_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "capabilities-drop-but-0-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": []}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}}}
	{"container main: capabilities.drop lacks ALL"} & answer == {"container main: capabilities.drop lacks ALL"}
}

test_escalation_true_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "escalation-true-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": true, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}}}
	{"container main: allowPrivilegeEscalation is true, must be false"} & answer == {"container main: allowPrivilegeEscalation is true, must be false"}
}

test_nonroot_true_uid_0_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "nonroot-true-uid-0-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}, "runAsUser": 0}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}}}
	{"container main: runAsUser is 0, must not be 0"} & answer == {"container main: runAsUser is 0, must not be 0"}
}

test_supplementalgroups_0_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "supplementalgroups-0-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [0], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}}}
	{"pod: supplementalGroups has 0, allowed: 1-65535"} & answer == {"pod: supplementalGroups has 0, allowed: 1-65535"}
}

test_fsgroup_0_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "fsgroup-0-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 0, "seccompProfile": {"type": "RuntimeDefault"}}}}}}
	{"pod: fsGroup is 0, allowed: 1-65535"} & answer == {"pod: fsGroup is 0, allowed: 1-65535"}
}

test_procmount_not_listed_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "procmount-not-listed-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}, "procMount": "not-listed"}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}}}
	{"container main: procMount is not-listed, allowed: Default"} & answer == {"container main: procMount is not-listed, allowed: Default"}
}

test_sysctls_kernel_msgmax_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "sysctls-kernel-msgmax-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}, "sysctls": [{"name": "kernel.msgmax", "value": "1"}]}}}}}
	{"pod: sysctls has kernel.msgmax, allowed: kernel.shm_rmid_forced, net.ipv4.ip_local_port_range, net.ipv4.tcp_syncookies, net.ipv4.ping_group_range, net.ipv4.ip_unprivileged_port_start"} & answer == {"pod: sysctls has kernel.msgmax, allowed: kernel.shm_rmid_forced, net.ipv4.ip_local_port_range, net.ipv4.tcp_syncookies, net.ipv4.ping_group_range, net.ipv4.ip_unprivileged_port_start"}
}

test_seccomp_unconfined_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "seccomp-unconfined-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}, "seccompProfile": {"type": "Unconfined"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}}}
	{"container main: seccompProfile is Unconfined, allowed: runtime/default"} & answer == {"container main: seccompProfile is Unconfined, allowed: runtime/default"}
}

test_apparmor_unconfined_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "apparmor-unconfined-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "Unconfined"}}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}}}
	{"container main: appArmorProfile is Unconfined, allowed: runtime/default"} & answer == {"container main: appArmorProfile is Unconfined, allowed: runtime/default"}
}

test_privileged_true_in_cronjob if {
	answer := data.main.warn with input as {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "privileged-true-in-cronjob", "namespace": "default"}, "spec": {"schedule": "0 0 * * *", "jobTemplate": {"spec": {"template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "appArmorProfile": {"type": "RuntimeDefault"}, "privileged": true}}], "securityContext": {"supplementalGroups": [1], "fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}}}}}
	{"container main: privileged must not be true"} & answer == {"container main: privileged must not be true"}
}
