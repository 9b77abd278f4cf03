package pscc_test.policy_team

import data.pscc.policy_team as policy

test_accepted if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "accepted", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == set()
}

test_privileged_true if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "privileged-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "privileged": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: privileged must not be true"}
}

test_privileged_false if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "privileged-false", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "privileged": false}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == set()
}

test_privileged_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "privileged-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == set()
}

test_hostnetwork_true if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostnetwork-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "hostNetwork": true}}
	{entry.msg | some entry in answer} == {"pod: hostNetwork must not be true"}
}

test_hostnetwork_false if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostnetwork-false", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "hostNetwork": false}}
	{entry.msg | some entry in answer} == set()
}

test_hostnetwork_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostnetwork-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == set()
}

test_hostpid_true if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostpid-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "hostPID": true}}
	{entry.msg | some entry in answer} == {"pod: hostPID must not be true"}
}

test_hostpid_false if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostpid-false", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "hostPID": false}}
	{entry.msg | some entry in answer} == set()
}

test_hostipc_true if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostipc-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "hostIPC": true}}
	{entry.msg | some entry in answer} == {"pod: hostIPC must not be true"}
}

test_hostport_9999 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-9999", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}, "ports": [{"containerPort": 8080, "hostPort": 9999, "protocol": "TCP"}]}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: hostPort is 9999, allowed: 10000-11000, 13000-14000 (ports outside the load balancer's ranges collide: ask #platform)"}
}

test_hostport_11001 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-11001", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}, "ports": [{"containerPort": 8080, "hostPort": 11001, "protocol": "TCP"}]}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: hostPort is 11001, allowed: 10000-11000, 13000-14000 (ports outside the load balancer's ranges collide: ask #platform)"}
}

test_hostport_12999 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-12999", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}, "ports": [{"containerPort": 8080, "hostPort": 12999, "protocol": "TCP"}]}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: hostPort is 12999, allowed: 10000-11000, 13000-14000 (ports outside the load balancer's ranges collide: ask #platform)"}
}

test_hostport_14001 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-14001", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}, "ports": [{"containerPort": 8080, "hostPort": 14001, "protocol": "TCP"}]}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: hostPort is 14001, allowed: 10000-11000, 13000-14000 (ports outside the load balancer's ranges collide: ask #platform)"}
}

test_hostport_beside_another if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-beside-another", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}, "ports": [{"containerPort": 8080, "protocol": "TCP"}, {"containerPort": 9999, "hostPort": 22, "protocol": "TCP"}]}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: hostPort is 22, allowed: 10000-11000, 13000-14000 (ports outside the load balancer's ranges collide: ask #platform)"}
}

test_volumes_image if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "volumes-image", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "volumes": [{"name": "data", "image": {"reference": "app:1"}}]}}
	{entry.msg | some entry in answer} == {"volume data: its type is image, allowed: configMap, secret, emptyDir, projected, persistentVolumeClaim, hostPath"}
}

test_hostpath_0_writable if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostpath-0-writable", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}, "volumeMounts": [{"name": "host", "mountPath": "/host", "readOnly": false}]}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "volumes": [{"name": "host", "hostPath": {"path": "/var/log"}}]}}
	{entry.msg | some entry in answer} == {"container main: the mount of volume host must be readOnly, allowed: /var/log (read-only), /tmp"}
}

test_hostpath_1_writable if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostpath-1-writable", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}, "volumeMounts": [{"name": "host", "mountPath": "/host", "readOnly": false}]}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "volumes": [{"name": "host", "hostPath": {"path": "/var/log/"}}]}}
	{entry.msg | some entry in answer} == {"container main: the mount of volume host must be readOnly, allowed: /var/log (read-only), /tmp"}
}

test_hostpath_2_writable if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostpath-2-writable", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}, "volumeMounts": [{"name": "host", "mountPath": "/host", "readOnly": false}]}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "volumes": [{"name": "host", "hostPath": {"path": "/var/log/below"}}]}}
	{entry.msg | some entry in answer} == {"container main: the mount of volume host must be readOnly, allowed: /var/log (read-only), /tmp"}
}

test_hostpath_3_unmounted if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostpath-3-unmounted", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "volumes": [{"name": "host", "hostPath": {"path": "/var/logish"}}]}}
	{entry.msg | some entry in answer} == {"volume host: hostPath is /var/logish, allowed: /var/log (read-only), /tmp"}
}

test_hostpath_3_readonly if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostpath-3-readonly", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}, "volumeMounts": [{"name": "host", "mountPath": "/host", "readOnly": true}]}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "volumes": [{"name": "host", "hostPath": {"path": "/var/logish"}}]}}
	{entry.msg | some entry in answer} == {"volume host: hostPath is /var/logish, allowed: /var/log (read-only), /tmp"}
}

test_hostpath_3_writable if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostpath-3-writable", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}, "volumeMounts": [{"name": "host", "mountPath": "/host", "readOnly": false}]}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "volumes": [{"name": "host", "hostPath": {"path": "/var/logish"}}]}}
	{entry.msg | some entry in answer} == {"volume host: hostPath is /var/logish, allowed: /var/log (read-only), /tmp"}
}

test_capabilities_add_sys_admin if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-add-sys-admin", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: capabilities.add has SYS_ADMIN, allowed: NET_BIND_SERVICE"}
}

test_capabilities_add_chown if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-add-chown", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"], "add": ["chown"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: capabilities.add has chown, allowed: NET_BIND_SERVICE"}
}

test_capabilities_drop_but_0 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-drop-but-0", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": []}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: capabilities.drop lacks ALL"}
}

test_capabilities_drop_none if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-drop-none", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: capabilities.drop lacks ALL"}
}

test_escalation_true if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "escalation-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": true, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: allowPrivilegeEscalation is true, must be false"}
}

test_escalation_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "escalation-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: allowPrivilegeEscalation is not set, must be false"}
}

test_nonroot_true_uid_0 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "nonroot-true-uid-0", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "runAsUser": 0}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: runAsUser is 0, must not be 0"}
}

test_nonroot_false_uid_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "nonroot-false-uid-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": false}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: runAsNonRoot is false, must not be false"}
}

test_nonroot_false_uid_0 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "nonroot-false-uid-0", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": false, "runAsUser": 0}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: runAsNonRoot is false, must not be false; container main: runAsUser is 0, must not be 0"}
}

test_nonroot_false_uid_1000 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "nonroot-false-uid-1000", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": false, "runAsUser": 1000}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: runAsNonRoot is false, must not be false"}
}

test_nonroot_unset_uid_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "nonroot-unset-uid-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: runAsNonRoot is not set, must be true where runAsUser is not set"}
}

test_fsgroup_0 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "fsgroup-0", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 0, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"pod: fsGroup is 0, allowed: 1-65535"}
}

test_fsgroup_65536 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "fsgroup-65536", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 65536, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"pod: fsGroup is 65536, allowed: 1-65535"}
}

test_fsgroup_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "fsgroup-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"pod: fsGroup is not set, allowed: 1-65535"}
}

test_seccomp_unconfined if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seccomp-unconfined", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "seccompProfile": {"type": "Unconfined"}}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"container main: seccompProfile is Unconfined, allowed: runtime/default, localhost/*"}
}

test_seccomp_pod_unconfined if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seccomp-pod-unconfined", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "Unconfined"}}}}
	{entry.msg | some entry in answer} == {"container main: seccompProfile is Unconfined, allowed: runtime/default, localhost/*"}
}

test_seccomp_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seccomp-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1}}}
	{entry.msg | some entry in answer} == {"container main: seccompProfile is not set, allowed: runtime/default, localhost/*", "pod: seccompProfile must be set, the default of this policy is type RuntimeDefault"}
}

test_privileged_true_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "privileged-true-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "privileged": true}}]}}
	{entry.msg | some entry in answer} == {"container init: privileged must not be true"}
}

test_privileged_true_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "privileged-true-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "privileged": true}}]}}
	{entry.msg | some entry in answer} == {"container debug: privileged must not be true"}
}

test_hostport_9999_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-9999-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}, "ports": [{"containerPort": 8080, "hostPort": 9999, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == {"container init: hostPort is 9999, allowed: 10000-11000, 13000-14000 (ports outside the load balancer's ranges collide: ask #platform)"}
}

test_capabilities_add_sys_admin_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-add-sys-admin-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}]}}
	{entry.msg | some entry in answer} == {"container init: capabilities.add has SYS_ADMIN, allowed: NET_BIND_SERVICE"}
}

test_capabilities_add_sys_admin_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-add-sys-admin-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}]}}
	{entry.msg | some entry in answer} == {"container debug: capabilities.add has SYS_ADMIN, allowed: NET_BIND_SERVICE"}
}

test_capabilities_add_chown_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-add-chown-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"], "add": ["chown"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}]}}
	{entry.msg | some entry in answer} == {"container init: capabilities.add has chown, allowed: NET_BIND_SERVICE"}
}

test_capabilities_add_chown_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-add-chown-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"], "add": ["chown"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}]}}
	{entry.msg | some entry in answer} == {"container debug: capabilities.add has chown, allowed: NET_BIND_SERVICE"}
}

test_capabilities_drop_but_0_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-drop-but-0-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"capabilities": {"drop": []}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}]}}
	{entry.msg | some entry in answer} == {"container init: capabilities.drop lacks ALL"}
}

test_capabilities_drop_but_0_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-drop-but-0-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"capabilities": {"drop": []}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}]}}
	{entry.msg | some entry in answer} == {"container debug: capabilities.drop lacks ALL"}
}

test_capabilities_drop_none_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-drop-none-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"capabilities": {}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}]}}
	{entry.msg | some entry in answer} == {"container init: capabilities.drop lacks ALL"}
}

test_capabilities_drop_none_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-drop-none-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"capabilities": {}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}]}}
	{entry.msg | some entry in answer} == {"container debug: capabilities.drop lacks ALL"}
}

test_escalation_true_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "escalation-true-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": true, "runAsNonRoot": true}}]}}
	{entry.msg | some entry in answer} == {"container init: allowPrivilegeEscalation is true, must be false"}
}

test_escalation_true_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "escalation-true-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": true, "runAsNonRoot": true}}]}}
	{entry.msg | some entry in answer} == {"container debug: allowPrivilegeEscalation is true, must be false"}
}

test_escalation_unset_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "escalation-unset-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "runAsNonRoot": true}}]}}
	{entry.msg | some entry in answer} == {"container init: allowPrivilegeEscalation is not set, must be false"}
}

test_escalation_unset_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "escalation-unset-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "runAsNonRoot": true}}]}}
	{entry.msg | some entry in answer} == {"container debug: allowPrivilegeEscalation is not set, must be false"}
}

test_seccomp_unconfined_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seccomp-unconfined-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "seccompProfile": {"type": "Unconfined"}}}]}}
	{entry.msg | some entry in answer} == {"container init: seccompProfile is Unconfined, allowed: runtime/default, localhost/*"}
}

test_seccomp_unconfined_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seccomp-unconfined-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "seccompProfile": {"type": "Unconfined"}}}]}}
	{entry.msg | some entry in answer} == {"container debug: seccompProfile is Unconfined, allowed: runtime/default, localhost/*"}
}

test_seccomp_unset_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seccomp-unset-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1}, "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}]}}
	{entry.msg | some entry in answer} == {"container init: seccompProfile is not set, allowed: runtime/default, localhost/*; container main: seccompProfile is not set, allowed: runtime/default, localhost/*", "pod: seccompProfile must be set, the default of this policy is type RuntimeDefault"}
}

test_seccomp_unset_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seccomp-unset-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1}, "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}]}}
	{entry.msg | some entry in answer} == {"container main: seccompProfile is not set, allowed: runtime/default, localhost/*; container debug: seccompProfile is not set, allowed: runtime/default, localhost/*", "pod: seccompProfile must be set, the default of this policy is type RuntimeDefault"}
}

test_update_of_nothing_looked_at if {
	answer := policy.violation with input as {"request": {"operation": "UPDATE", "object": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "update-of-nothing-looked-at", "namespace": "default", "labels": {"changed": "yes"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "privileged": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}, "oldObject": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "update-of-nothing-looked-at", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "privileged": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}}}
	{entry.msg | some entry in answer} == set()
}

test_update_to_refused if {
	answer := policy.violation with input as {"request": {"operation": "UPDATE", "object": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "update-to-refused", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "privileged": true}}]}}, "oldObject": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "update-to-refused", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}}}
	{entry.msg | some entry in answer} == {"container debug: privileged must not be true"}
}

test_main_has_privileged_true if {
	answer := data.main.deny with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "privileged-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "privileged": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{"container main: privileged must not be true"} & answer == {"container main: privileged must not be true"}
}

test_privileged_true_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "privileged-true-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "privileged": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}}}
	{"container main: privileged must not be true"} & answer == {"container main: privileged must not be true"}
}

test_hostnetwork_true_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hostnetwork-true-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "hostNetwork": true}}}}
	{"pod: hostNetwork must not be true"} & answer == {"pod: hostNetwork must not be true"}
}

test_hostpid_true_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hostpid-true-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "hostPID": true}}}}
	{"pod: hostPID must not be true"} & answer == {"pod: hostPID must not be true"}
}

test_hostipc_true_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hostipc-true-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "hostIPC": true}}}}
	{"pod: hostIPC must not be true"} & answer == {"pod: hostIPC must not be true"}
}

test_hostport_9999_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hostport-9999-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}, "ports": [{"containerPort": 8080, "hostPort": 9999, "protocol": "TCP"}]}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}}}
	{"container main: hostPort is 9999, allowed: 10000-11000, 13000-14000 (ports outside the load balancer's ranges collide: ask #platform)"} & answer == {"container main: hostPort is 9999, allowed: 10000-11000, 13000-14000 (ports outside the load balancer's ranges collide: ask #platform)"}
}

test_volumes_image_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "volumes-image-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "volumes": [{"name": "data", "image": {"reference": "app:1"}}]}}}}
	{"volume data: its type is image, allowed: configMap, secret, emptyDir, projected, persistentVolumeClaim, hostPath"} & answer == {"volume data: its type is image, allowed: configMap, secret, emptyDir, projected, persistentVolumeClaim, hostPath"}
}

test_hostpath_0_writable_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hostpath-0-writable-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}, "volumeMounts": [{"name": "host", "mountPath": "/host", "readOnly": false}]}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}, "volumes": [{"name": "host", "hostPath": {"path": "/var/log"}}]}}}}
	{"container main: the mount of volume host must be readOnly, allowed: /var/log (read-only), /tmp"} & answer == {"container main: the mount of volume host must be readOnly, allowed: /var/log (read-only), /tmp"}
}

test_capabilities_add_sys_admin_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "capabilities-add-sys-admin-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}}}
	{"container main: capabilities.add has SYS_ADMIN, allowed: NET_BIND_SERVICE"} & answer == {"container main: capabilities.add has SYS_ADMIN, allowed: NET_BIND_SERVICE"}
}

test_capabilities_drop_but_0_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "capabilities-drop-but-0-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": []}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}}}
	{"container main: capabilities.drop lacks ALL"} & answer == {"container main: capabilities.drop lacks ALL"}
}

test_escalation_true_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "escalation-true-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": true, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}}}
	{"container main: allowPrivilegeEscalation is true, must be false"} & answer == {"container main: allowPrivilegeEscalation is true, must be false"}
}

test_nonroot_true_uid_0_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "nonroot-true-uid-0-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "runAsUser": 0}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}}}
	{"container main: runAsUser is 0, must not be 0"} & answer == {"container main: runAsUser is 0, must not be 0"}
}

test_fsgroup_0_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "fsgroup-0-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 0, "seccompProfile": {"type": "RuntimeDefault"}}}}}}
	{"pod: fsGroup is 0, allowed: 1-65535"} & answer == {"pod: fsGroup is 0, allowed: 1-65535"}
}

test_seccomp_unconfined_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "seccomp-unconfined-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "seccompProfile": {"type": "Unconfined"}}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}}}
	{"container main: seccompProfile is Unconfined, allowed: runtime/default, localhost/*"} & answer == {"container main: seccompProfile is Unconfined, allowed: runtime/default, localhost/*"}
}

test_seccomp_unset_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "seccomp-unset-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true}}], "securityContext": {"fsGroup": 1}}}}}
	{"container main: seccompProfile is not set, allowed: runtime/default, localhost/*", "pod: seccompProfile must be set, the default of this policy is type RuntimeDefault"} & answer == {"container main: seccompProfile is not set, allowed: runtime/default, localhost/*", "pod: seccompProfile must be set, the default of this policy is type RuntimeDefault"}
}

test_privileged_true_in_cronjob if {
	answer := data.main.warn with input as {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "privileged-true-in-cronjob", "namespace": "default"}, "spec": {"schedule": "0 0 * * *", "jobTemplate": {"spec": {"template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "privileged": true}}], "securityContext": {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}}}}}}}
	{"container main: privileged must not be true"} & answer == {"container main: privileged must not be true"}
}
