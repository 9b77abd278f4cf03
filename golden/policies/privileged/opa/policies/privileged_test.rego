package pscc_test.policy_privileged

import data.pscc.policy_privileged as policy

test_accepted if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "accepted", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}]}}
	{entry.msg | some entry in answer} == set()
}

test_hostport_65535 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-65535", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "ports": [{"containerPort": 8080, "hostPort": 65535, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == set()
}

test_hostport_none if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-none", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "ports": [{"containerPort": 8080, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == set()
}

test_hostport_beside_another if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-beside-another", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "ports": [{"containerPort": 8080, "protocol": "TCP"}, {"containerPort": 9999, "hostPort": 22, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == set()
}

test_hostport_no_ports if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-no-ports", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}]}}
	{entry.msg | some entry in answer} == set()
}

test_volumes_configmap if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "volumes-configmap", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "volumes": [{"name": "data", "configMap": {"name": "settings"}}]}}
	{entry.msg | some entry in answer} == set()
}

test_volumes_emptydir if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "volumes-emptydir", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "volumes": [{"name": "data", "emptyDir": {}}]}}
	{entry.msg | some entry in answer} == set()
}

test_volumes_hostpath if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "volumes-hostpath", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "volumes": [{"name": "data", "hostPath": {"path": "/var/log"}}]}}
	{entry.msg | some entry in answer} == set()
}

test_volumes_projected if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "volumes-projected", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "volumes": [{"name": "data", "projected": {"sources": [{"secret": {"name": "keys"}}]}}]}}
	{entry.msg | some entry in answer} == set()
}

test_volumes_image if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "volumes-image", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "volumes": [{"name": "data", "image": {"reference": "app:1"}}]}}
	{entry.msg | some entry in answer} == {"volume data: its type is image, allowed: *"}
}

test_volumes_api_token if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "volumes-api-token", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "volumes": [{"name": "token", "projected": {"sources": [{"serviceAccountToken": {"path": "token", "expirationSeconds": 3607}}, {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}}, {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}]}}]}}]}}
	{entry.msg | some entry in answer} == set()
}

test_volumes_none if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "volumes-none", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}]}}
	{entry.msg | some entry in answer} == set()
}

test_procmount_default if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "procmount-default", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"procMount": "Default"}}]}}
	{entry.msg | some entry in answer} == set()
}

test_procmount_not_listed if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "procmount-not-listed", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"procMount": "not-listed"}}]}}
	{entry.msg | some entry in answer} == {"container main: procMount is not-listed, allowed: Default"}
}

test_procmount_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "procmount-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {}}]}}
	{entry.msg | some entry in answer} == set()
}

test_sysctls_kernel_shm_rmid_forced if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "sysctls-kernel-shm-rmid-forced", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "securityContext": {"sysctls": [{"name": "kernel.shm_rmid_forced", "value": "1"}]}}}
	{entry.msg | some entry in answer} == set()
}

test_sysctls_net_ipv4_ip_local_port_range if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "sysctls-net-ipv4-ip-local-port-range", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "securityContext": {"sysctls": [{"name": "net.ipv4.ip_local_port_range", "value": "1"}]}}}
	{entry.msg | some entry in answer} == set()
}

test_sysctls_net_ipv4_tcp_syncookies if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "sysctls-net-ipv4-tcp-syncookies", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "securityContext": {"sysctls": [{"name": "net.ipv4.tcp_syncookies", "value": "1"}]}}}
	{entry.msg | some entry in answer} == set()
}

test_sysctls_net_ipv4_ping_group_range if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "sysctls-net-ipv4-ping-group-range", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "securityContext": {"sysctls": [{"name": "net.ipv4.ping_group_range", "value": "1"}]}}}
	{entry.msg | some entry in answer} == set()
}

test_sysctls_net_ipv4_ip_unprivileged_port if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "sysctls-net-ipv4-ip-unprivileged-port", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "securityContext": {"sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "1"}]}}}
	{entry.msg | some entry in answer} == set()
}

test_sysctls_kernel_msgmax if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "sysctls-kernel-msgmax", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}}}
	{entry.msg | some entry in answer} == {"pod: sysctls has kernel.msgmax, allowed: kernel.shm_rmid_forced, net.ipv4.ip_local_port_range, net.ipv4.tcp_syncookies, net.ipv4.ping_group_range, net.ipv4.ip_unprivileged_port_start"}
}

test_sysctls_net_core_somaxconn if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "sysctls-net-core-somaxconn", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "securityContext": {"sysctls": [{"name": "net.core.somaxconn", "value": "1"}]}}}
	{entry.msg | some entry in answer} == {"pod: sysctls has net.core.somaxconn, allowed: kernel.shm_rmid_forced, net.ipv4.ip_local_port_range, net.ipv4.tcp_syncookies, net.ipv4.ping_group_range, net.ipv4.ip_unprivileged_port_start"}
}

test_sysctls_none if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "sysctls-none", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "securityContext": {}}}
	{entry.msg | some entry in answer} == set()
}

test_hostport_65535_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-65535-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "initContainers": [{"name": "init", "image": "app:1", "ports": [{"containerPort": 8080, "hostPort": 65535, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == set()
}

test_hostport_65535_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-65535-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "ephemeralContainers": [{"name": "debug", "image": "app:1", "ports": [{"containerPort": 8080, "hostPort": 65535, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == set()
}

test_hostport_none_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-none-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "initContainers": [{"name": "init", "image": "app:1", "ports": [{"containerPort": 8080, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == set()
}

test_hostport_none_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-none-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "ephemeralContainers": [{"name": "debug", "image": "app:1", "ports": [{"containerPort": 8080, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == set()
}

test_hostport_beside_another_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-beside-another-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "initContainers": [{"name": "init", "image": "app:1", "ports": [{"containerPort": 8080, "protocol": "TCP"}, {"containerPort": 9999, "hostPort": 22, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == set()
}

test_hostport_beside_another_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-beside-another-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "ephemeralContainers": [{"name": "debug", "image": "app:1", "ports": [{"containerPort": 8080, "protocol": "TCP"}, {"containerPort": 9999, "hostPort": 22, "protocol": "TCP"}]}]}}
	{entry.msg | some entry in answer} == set()
}

test_hostport_no_ports_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-no-ports-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "initContainers": [{"name": "init", "image": "app:1"}]}}
	{entry.msg | some entry in answer} == set()
}

test_hostport_no_ports_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-no-ports-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "ephemeralContainers": [{"name": "debug", "image": "app:1"}]}}
	{entry.msg | some entry in answer} == set()
}

test_procmount_default_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "procmount-default-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"procMount": "Default"}}]}}
	{entry.msg | some entry in answer} == set()
}

test_procmount_default_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "procmount-default-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"procMount": "Default"}}]}}
	{entry.msg | some entry in answer} == set()
}

test_procmount_not_listed_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "procmount-not-listed-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"procMount": "not-listed"}}]}}
	{entry.msg | some entry in answer} == {"container init: procMount is not-listed, allowed: Default"}
}

test_procmount_not_listed_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "procmount-not-listed-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"procMount": "not-listed"}}]}}
	{entry.msg | some entry in answer} == {"container debug: procMount is not-listed, allowed: Default"}
}

test_procmount_unset_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "procmount-unset-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "initContainers": [{"name": "init", "image": "app:1", "securityContext": {}}]}}
	{entry.msg | some entry in answer} == set()
}

test_procmount_unset_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "procmount-unset-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {}}]}}
	{entry.msg | some entry in answer} == set()
}

test_update_of_nothing_looked_at if {
	answer := policy.violation with input as {"request": {"operation": "UPDATE", "object": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "update-of-nothing-looked-at", "namespace": "default", "labels": {"changed": "yes"}}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "volumes": [{"name": "data", "image": {"reference": "app:1"}}]}}, "oldObject": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "update-of-nothing-looked-at", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "volumes": [{"name": "data", "image": {"reference": "app:1"}}]}}}}
	{entry.msg | some entry in answer} == set()
}

test_update_to_refused if {
	answer := policy.violation with input as {"request": {"operation": "UPDATE", "object": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "update-to-refused", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"procMount": "not-listed"}}]}}, "oldObject": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "update-to-refused", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}]}}}}
	{entry.msg | some entry in answer} == {"container debug: procMount is not-listed, allowed: Default"}
}

test_main_has_volumes_image if {
	answer := data.main.deny with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "volumes-image", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "volumes": [{"name": "data", "image": {"reference": "app:1"}}]}}
	{"volume data: its type is image, allowed: *"} & answer == {"volume data: its type is image, allowed: *"}
}

test_volumes_image_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "volumes-image-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "volumes": [{"name": "data", "image": {"reference": "app:1"}}]}}}}
	{"volume data: its type is image, allowed: *"} & answer == {"volume data: its type is image, allowed: *"}
}

test_procmount_not_listed_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "procmount-not-listed-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"procMount": "not-listed"}}]}}}}
	{"container main: procMount is not-listed, allowed: Default"} & answer == {"container main: procMount is not-listed, allowed: Default"}
}

test_sysctls_kernel_msgmax_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "sysctls-kernel-msgmax-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}}}}}
	{"pod: sysctls has kernel.msgmax, allowed: kernel.shm_rmid_forced, net.ipv4.ip_local_port_range, net.ipv4.tcp_syncookies, net.ipv4.ping_group_range, net.ipv4.ip_unprivileged_port_start"} & answer == {"pod: sysctls has kernel.msgmax, allowed: kernel.shm_rmid_forced, net.ipv4.ip_local_port_range, net.ipv4.tcp_syncookies, net.ipv4.ping_group_range, net.ipv4.ip_unprivileged_port_start"}
}

test_volumes_image_in_cronjob if {
	answer := data.main.warn with input as {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "volumes-image-in-cronjob", "namespace": "default"}, "spec": {"schedule": "0 0 * * *", "jobTemplate": {"spec": {"template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1"}], "volumes": [{"name": "data", "image": {"reference": "app:1"}}]}}}}}}
	{"volume data: its type is image, allowed: *"} & answer == {"volume data: its type is image, allowed: *"}
}
