package pscc_test.policy_everything

import data.pscc.policy_everything as policy

test_accepted if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "accepted", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == set()
}

test_privileged_true if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "privileged-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}, "privileged": true}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: privileged must not be true (ask #platform)"}
}

test_privileged_false if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "privileged-false", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}, "privileged": false}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == set()
}

test_privileged_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "privileged-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == set()
}

test_hostnetwork_true if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostnetwork-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor", "hostNetwork": true}}
	{entry.msg | some entry in answer} == {"pod: hostNetwork must not be true (ask #platform)"}
}

test_hostpid_true if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostpid-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor", "hostPID": true}}
	{entry.msg | some entry in answer} == {"pod: hostPID must not be true (ask #platform)"}
}

test_hostipc_true if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostipc-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor", "hostIPC": true}}
	{entry.msg | some entry in answer} == {"pod: hostIPC must not be true (ask #platform)"}
}

test_hostprocess_true if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostprocess-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}, "windowsOptions": {"hostProcess": true}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: hostProcess must not be true"}
}

test_hostprocess_pod_true if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostprocess-pod-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}, "windowsOptions": {"hostProcess": true}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"pod: hostProcess must not be true"}
}

test_hostport_79 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-79", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}, "ports": [{"containerPort": 8080, "hostPort": 79, "protocol": "TCP"}]}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: hostPort is 79, allowed: 80, 443, 10000-11000, 13000-14000"}
}

test_hostport_81 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-81", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}, "ports": [{"containerPort": 8080, "hostPort": 81, "protocol": "TCP"}]}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: hostPort is 81, allowed: 80, 443, 10000-11000, 13000-14000"}
}

test_hostport_442 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostport-442", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}, "ports": [{"containerPort": 8080, "hostPort": 442, "protocol": "TCP"}]}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: hostPort is 442, allowed: 80, 443, 10000-11000, 13000-14000"}
}

test_volumes_hostpath if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "volumes-hostpath", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor", "volumes": [{"name": "data", "hostPath": {"path": "/var/log"}}]}}
	{entry.msg | some entry in answer} == {"volume data: its type is hostPath, allowed: configMap, secret, emptyDir, projected, persistentVolumeClaim"}
}

test_volumes_image if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "volumes-image", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor", "volumes": [{"name": "data", "image": {"reference": "app:1"}}]}}
	{entry.msg | some entry in answer} == {"volume data: its type is image, allowed: configMap, secret, emptyDir, projected, persistentVolumeClaim"}
}

test_hostpath_0_unmounted if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostpath-0-unmounted", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor", "volumes": [{"name": "host", "hostPath": {"path": "/var/log"}}]}}
	{entry.msg | some entry in answer} == {"volume host: its type is hostPath, allowed: configMap, secret, emptyDir, projected, persistentVolumeClaim"}
}

test_hostpath_0_writable if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostpath-0-writable", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}, "volumeMounts": [{"name": "host", "mountPath": "/host", "readOnly": false}]}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor", "volumes": [{"name": "host", "hostPath": {"path": "/var/log"}}]}}
	{entry.msg | some entry in answer} == {"container main: the mount of volume host must be readOnly, allowed: /var/log (read-only), /tmp, /opt/data/", "volume host: its type is hostPath, allowed: configMap, secret, emptyDir, projected, persistentVolumeClaim"}
}

test_hostpath_1_writable if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostpath-1-writable", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}, "volumeMounts": [{"name": "host", "mountPath": "/host", "readOnly": false}]}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor", "volumes": [{"name": "host", "hostPath": {"path": "/var/log/"}}]}}
	{entry.msg | some entry in answer} == {"container main: the mount of volume host must be readOnly, allowed: /var/log (read-only), /tmp, /opt/data/", "volume host: its type is hostPath, allowed: configMap, secret, emptyDir, projected, persistentVolumeClaim"}
}

test_hostpath_2_writable if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostpath-2-writable", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}, "volumeMounts": [{"name": "host", "mountPath": "/host", "readOnly": false}]}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor", "volumes": [{"name": "host", "hostPath": {"path": "/var/log/below"}}]}}
	{entry.msg | some entry in answer} == {"container main: the mount of volume host must be readOnly, allowed: /var/log (read-only), /tmp, /opt/data/", "volume host: its type is hostPath, allowed: configMap, secret, emptyDir, projected, persistentVolumeClaim"}
}

test_flexvolume_other_example_driver if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "flexvolume-other-example-driver", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor", "volumes": [{"name": "data", "flexVolume": {"driver": "other.example/driver"}}]}}
	{entry.msg | some entry in answer} == {"volume data: flexVolume driver is other.example/driver, allowed: example/lvm, example/cifs, vendor/*", "volume data: its type is flexVolume, allowed: configMap, secret, emptyDir, projected, persistentVolumeClaim"}
}

test_csi_other_csi_example if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "csi-other-csi-example", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor", "volumes": [{"name": "data", "csi": {"driver": "other.csi.example"}}]}}
	{entry.msg | some entry in answer} == {"volume data: csi driver is other.csi.example, allowed: inline.csi.example, secrets-store.csi.k8s.io, vendor.*", "volume data: its type is csi, allowed: configMap, secret, emptyDir, projected, persistentVolumeClaim"}
}

test_capabilities_add_sys_admin if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-add-sys-admin", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"], "add": ["SYS_ADMIN"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: capabilities.add has SYS_ADMIN, allowed: NET_BIND_SERVICE, CHOWN"}
}

test_capabilities_add_chown_2 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-add-chown-2", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"], "add": ["chown"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: capabilities.add has chown, allowed: NET_BIND_SERVICE, CHOWN"}
}

test_capabilities_drop_but_0 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-drop-but-0", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: capabilities.drop lacks NET_RAW"}
}

test_capabilities_drop_but_1 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "capabilities-drop-but-1", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: capabilities.drop lacks MKNOD"}
}

test_readonlyroot_false if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "readonlyroot-false", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": false, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: readOnlyRootFilesystem is false, must be true"}
}

test_readonlyroot_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "readonlyroot-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: readOnlyRootFilesystem is not set, must be true"}
}

test_escalation_true if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "escalation-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": true, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: allowPrivilegeEscalation is true, must be false"}
}

test_escalation_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "escalation-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: allowPrivilegeEscalation is not set, must be false"}
}

test_runasuser_999 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "runasuser-999", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 999, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: runAsUser is 999, allowed: 1000, 2000-3000"}
}

test_runasuser_1001 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "runasuser-1001", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1001, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: runAsUser is 1001, allowed: 1000, 2000-3000"}
}

test_nonroot_true_uid_0 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "nonroot-true-uid-0", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 0, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: runAsUser is 0, allowed: 1000, 2000-3000", "container main: runAsUser is 0, must not be 0"}
}

test_nonroot_false_uid_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "nonroot-false-uid-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsNonRoot": false, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: runAsNonRoot is false, must be true", "container main: runAsNonRoot is false, must not be false", "container main: runAsUser is not set, allowed: 1000, 2000-3000"}
}

test_nonroot_false_uid_0 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "nonroot-false-uid-0", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 0, "runAsNonRoot": false, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: runAsNonRoot is false, must be true", "container main: runAsNonRoot is false, must not be false; container main: runAsUser is 0, must not be 0", "container main: runAsUser is 0, allowed: 1000, 2000-3000"}
}

test_nonroot_false_uid_1000 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "nonroot-false-uid-1000", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": false, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: runAsNonRoot is false, must be true", "container main: runAsNonRoot is false, must not be false"}
}

test_nonroot_unset_uid_1000 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "nonroot-unset-uid-1000", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: runAsNonRoot is not set, must be true"}
}

test_nonroot_container_false_pod_true if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "nonroot-container-false-pod-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": false, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}, "runAsNonRoot": true}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: runAsNonRoot is false, must be true", "container main: runAsNonRoot is false, must not be false"}
}

test_nonroot_field_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "nonroot-field-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: runAsNonRoot is not set, must be true"}
}

test_runasgroup_999 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "runasgroup-999", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 999, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: runAsGroup is 999, allowed: 1000, 2000-3000"}
}

test_runasgroup_1001 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "runasgroup-1001", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1001, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: runAsGroup is 1001, allowed: 1000, 2000-3000"}
}

test_supplementalgroups_4 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "supplementalgroups-4", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [4], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"pod: supplementalGroups has 4, allowed: 5, 100-200"}
}

test_supplementalgroups_6 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "supplementalgroups-6", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [6], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"pod: supplementalGroups has 6, allowed: 5, 100-200"}
}

test_fsgroup_0 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "fsgroup-0", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 0, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"pod: fsGroup is 0, allowed: 1, 1000-65535"}
}

test_fsgroup_2 if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "fsgroup-2", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 2, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"pod: fsGroup is 2, allowed: 1, 1000-65535"}
}

test_selinux_other_user if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "selinux-other-user", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}, "seLinuxOptions": {"user": "other", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: seLinuxOptions.user is other, must be system_u"}
}

test_selinux_pod_other_user if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "selinux-pod-other-user", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "other", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"pod: seLinuxOptions.user is other, must be system_u; container main: seLinuxOptions.user is other, must be system_u"}
}

test_procmount_not_listed if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "procmount-not-listed", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}, "procMount": "not-listed"}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: procMount is not-listed, allowed: Default, Unmasked"}
}

test_sysctls_kernel_msgmax if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "sysctls-kernel-msgmax", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}, "sysctls": [{"name": "kernel.msgmax", "value": "1"}]}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"pod: sysctls has kernel.msgmax, allowed: kernel.shm_rmid_forced, net.ipv4.tcp_syncookies, net.core.*"}
}

test_runtimeclassname_not_listed if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "runtimeclassname-not-listed", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "not-listed"}}
	{entry.msg | some entry in answer} == {"pod: runtimeClassName is not-listed, allowed: gvisor, kata"}
}

test_runtimeclassname_unset if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "runtimeclassname-unset", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}}}
	{entry.msg | some entry in answer} == {"pod: runtimeClassName is not set, allowed: gvisor, kata"}
}

test_seccomp_unconfined if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seccomp-unconfined", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}, "seccompProfile": {"type": "Unconfined"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: seccompProfile is Unconfined, allowed: runtime/default, localhost/*"}
}

test_seccomp_pod_unconfined if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seccomp-pod-unconfined", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "Unconfined"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"pod: seccompProfile is Unconfined, allowed: runtime/default, localhost/*; container main: seccompProfile is Unconfined, allowed: runtime/default, localhost/*"}
}

test_apparmor_unconfined if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "apparmor-unconfined", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "Unconfined"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: appArmorProfile is Unconfined, allowed: runtime/default, localhost/audited"}
}

test_apparmor_localhost_other if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "apparmor-localhost-other", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "Localhost", "localhostProfile": "other"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{entry.msg | some entry in answer} == {"container main: appArmorProfile is localhost/other, allowed: runtime/default, localhost/audited"}
}

test_privileged_true_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "privileged-true-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor", "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}, "privileged": true}}]}}
	{entry.msg | some entry in answer} == {"container init: privileged must not be true (ask #platform)"}
}

test_privileged_true_in_ephemeral_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "privileged-true-in-ephemeral-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor", "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}, "privileged": true}}]}}
	{entry.msg | some entry in answer} == {"container debug: privileged must not be true (ask #platform)"}
}

test_hostprocess_true_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hostprocess-true-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor", "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}, "windowsOptions": {"hostProcess": true}}}]}}
	{entry.msg | some entry in answer} == {"container init: hostProcess must not be true"}
}

test_nonroot_true_uid_0_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "nonroot-true-uid-0-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor", "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 0, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}]}}
	{entry.msg | some entry in answer} == {"container init: runAsUser is 0, allowed: 1000, 2000-3000", "container init: runAsUser is 0, must not be 0"}
}

test_procmount_not_listed_in_init_container if {
	answer := policy.violation with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "procmount-not-listed-in-init-container", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor", "initContainers": [{"name": "init", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}, "procMount": "not-listed"}}]}}
	{entry.msg | some entry in answer} == {"container init: procMount is not-listed, allowed: Default, Unmasked"}
}

test_update_of_nothing_looked_at if {
	answer := policy.violation with input as {"request": {"operation": "UPDATE", "object": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "update-of-nothing-looked-at", "namespace": "default", "labels": {"changed": "yes"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}, "privileged": true}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}, "oldObject": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "update-of-nothing-looked-at", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}, "privileged": true}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}}}
	{entry.msg | some entry in answer} == set()
}

test_update_to_refused if {
	answer := policy.violation with input as {"request": {"operation": "UPDATE", "object": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "update-to-refused", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor", "ephemeralContainers": [{"name": "debug", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}, "privileged": true}}]}}, "oldObject": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "update-to-refused", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}}}
	{entry.msg | some entry in answer} == {"container debug: privileged must not be true (ask #platform)"}
}

test_main_has_privileged_true if {
	answer := data.main.deny with input as {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "privileged-true", "namespace": "default"}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}, "privileged": true}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}
	{"container main: privileged must not be true (ask #platform)"} & answer == {"container main: privileged must not be true (ask #platform)"}
}

test_privileged_true_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "privileged-true-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}, "privileged": true}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}}}
	{"container main: privileged must not be true (ask #platform)"} & answer == {"container main: privileged must not be true (ask #platform)"}
}

test_hostnetwork_true_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hostnetwork-true-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor", "hostNetwork": true}}}}
	{"pod: hostNetwork must not be true (ask #platform)"} & answer == {"pod: hostNetwork must not be true (ask #platform)"}
}

test_hostpid_true_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hostpid-true-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor", "hostPID": true}}}}
	{"pod: hostPID must not be true (ask #platform)"} & answer == {"pod: hostPID must not be true (ask #platform)"}
}

test_hostipc_true_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hostipc-true-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor", "hostIPC": true}}}}
	{"pod: hostIPC must not be true (ask #platform)"} & answer == {"pod: hostIPC must not be true (ask #platform)"}
}

test_hostprocess_true_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hostprocess-true-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}, "windowsOptions": {"hostProcess": true}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}}}
	{"container main: hostProcess must not be true"} & answer == {"container main: hostProcess must not be true"}
}

test_hostport_79_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hostport-79-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}, "ports": [{"containerPort": 8080, "hostPort": 79, "protocol": "TCP"}]}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}}}
	{"container main: hostPort is 79, allowed: 80, 443, 10000-11000, 13000-14000"} & answer == {"container main: hostPort is 79, allowed: 80, 443, 10000-11000, 13000-14000"}
}

test_volumes_hostpath_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "volumes-hostpath-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor", "volumes": [{"name": "data", "hostPath": {"path": "/var/log"}}]}}}}
	{"volume data: its type is hostPath, allowed: configMap, secret, emptyDir, projected, persistentVolumeClaim"} & answer == {"volume data: its type is hostPath, allowed: configMap, secret, emptyDir, projected, persistentVolumeClaim"}
}

test_hostpath_0_writable_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hostpath-0-writable-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}, "volumeMounts": [{"name": "host", "mountPath": "/host", "readOnly": false}]}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor", "volumes": [{"name": "host", "hostPath": {"path": "/var/log"}}]}}}}
	{"container main: the mount of volume host must be readOnly, allowed: /var/log (read-only), /tmp, /opt/data/", "volume host: its type is hostPath, allowed: configMap, secret, emptyDir, projected, persistentVolumeClaim"} & answer == {"container main: the mount of volume host must be readOnly, allowed: /var/log (read-only), /tmp, /opt/data/", "volume host: its type is hostPath, allowed: configMap, secret, emptyDir, projected, persistentVolumeClaim"}
}

test_flexvolume_other_example_driver_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "flexvolume-other-example-driver-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor", "volumes": [{"name": "data", "flexVolume": {"driver": "other.example/driver"}}]}}}}
	{"volume data: flexVolume driver is other.example/driver, allowed: example/lvm, example/cifs, vendor/*", "volume data: its type is flexVolume, allowed: configMap, secret, emptyDir, projected, persistentVolumeClaim"} & answer == {"volume data: flexVolume driver is other.example/driver, allowed: example/lvm, example/cifs, vendor/*", "volume data: its type is flexVolume, allowed: configMap, secret, emptyDir, projected, persistentVolumeClaim"}
}

test_csi_other_csi_example_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "csi-other-csi-example-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor", "volumes": [{"name": "data", "csi": {"driver": "other.csi.example"}}]}}}}
	{"volume data: csi driver is other.csi.example, allowed: inline.csi.example, secrets-store.csi.k8s.io, vendor.*", "volume data: its type is csi, allowed: configMap, secret, emptyDir, projected, persistentVolumeClaim"} & answer == {"volume data: csi driver is other.csi.example, allowed: inline.csi.example, secrets-store.csi.k8s.io, vendor.*", "volume data: its type is csi, allowed: configMap, secret, emptyDir, projected, persistentVolumeClaim"}
}

test_capabilities_add_sys_admin_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "capabilities-add-sys-admin-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"], "add": ["SYS_ADMIN"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}}}
	{"container main: capabilities.add has SYS_ADMIN, allowed: NET_BIND_SERVICE, CHOWN"} & answer == {"container main: capabilities.add has SYS_ADMIN, allowed: NET_BIND_SERVICE, CHOWN"}
}

test_capabilities_drop_but_0_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "capabilities-drop-but-0-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}}}
	{"container main: capabilities.drop lacks NET_RAW"} & answer == {"container main: capabilities.drop lacks NET_RAW"}
}

test_readonlyroot_false_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "readonlyroot-false-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": false, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}}}
	{"container main: readOnlyRootFilesystem is false, must be true"} & answer == {"container main: readOnlyRootFilesystem is false, must be true"}
}

test_escalation_true_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "escalation-true-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": true, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}}}
	{"container main: allowPrivilegeEscalation is true, must be false"} & answer == {"container main: allowPrivilegeEscalation is true, must be false"}
}

test_runasuser_999_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "runasuser-999-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 999, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}}}
	{"container main: runAsUser is 999, allowed: 1000, 2000-3000"} & answer == {"container main: runAsUser is 999, allowed: 1000, 2000-3000"}
}

test_nonroot_true_uid_0_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "nonroot-true-uid-0-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 0, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}}}
	{"container main: runAsUser is 0, allowed: 1000, 2000-3000", "container main: runAsUser is 0, must not be 0"} & answer == {"container main: runAsUser is 0, allowed: 1000, 2000-3000", "container main: runAsUser is 0, must not be 0"}
}

test_nonroot_false_uid_unset_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "nonroot-false-uid-unset-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsNonRoot": false, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}}}
	{"container main: runAsNonRoot is false, must be true", "container main: runAsNonRoot is false, must not be false", "container main: runAsUser is not set, allowed: 1000, 2000-3000"} & answer == {"container main: runAsNonRoot is false, must be true", "container main: runAsNonRoot is false, must not be false", "container main: runAsUser is not set, allowed: 1000, 2000-3000"}
}

test_nonroot_false_uid_1000_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "nonroot-false-uid-1000-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": false, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}}}
	{"container main: runAsNonRoot is false, must be true", "container main: runAsNonRoot is false, must not be false"} & answer == {"container main: runAsNonRoot is false, must be true", "container main: runAsNonRoot is false, must not be false"}
}

test_nonroot_unset_uid_1000_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "nonroot-unset-uid-1000-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}}}
	{"container main: runAsNonRoot is not set, must be true"} & answer == {"container main: runAsNonRoot is not set, must be true"}
}

test_runasgroup_999_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "runasgroup-999-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 999, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}}}
	{"container main: runAsGroup is 999, allowed: 1000, 2000-3000"} & answer == {"container main: runAsGroup is 999, allowed: 1000, 2000-3000"}
}

test_supplementalgroups_4_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "supplementalgroups-4-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [4], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}}}
	{"pod: supplementalGroups has 4, allowed: 5, 100-200"} & answer == {"pod: supplementalGroups has 4, allowed: 5, 100-200"}
}

test_fsgroup_0_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "fsgroup-0-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 0, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}}}
	{"pod: fsGroup is 0, allowed: 1, 1000-65535"} & answer == {"pod: fsGroup is 0, allowed: 1, 1000-65535"}
}

test_selinux_other_user_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "selinux-other-user-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}, "seLinuxOptions": {"user": "other", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}}}
	{"container main: seLinuxOptions.user is other, must be system_u"} & answer == {"container main: seLinuxOptions.user is other, must be system_u"}
}

test_procmount_not_listed_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "procmount-not-listed-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}, "procMount": "not-listed"}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}}}
	{"container main: procMount is not-listed, allowed: Default, Unmasked"} & answer == {"container main: procMount is not-listed, allowed: Default, Unmasked"}
}

test_sysctls_kernel_msgmax_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "sysctls-kernel-msgmax-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}, "sysctls": [{"name": "kernel.msgmax", "value": "1"}]}, "runtimeClassName": "gvisor"}}}}
	{"pod: sysctls has kernel.msgmax, allowed: kernel.shm_rmid_forced, net.ipv4.tcp_syncookies, net.core.*"} & answer == {"pod: sysctls has kernel.msgmax, allowed: kernel.shm_rmid_forced, net.ipv4.tcp_syncookies, net.core.*"}
}

test_runtimeclassname_not_listed_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "runtimeclassname-not-listed-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "not-listed"}}}}
	{"pod: runtimeClassName is not-listed, allowed: gvisor, kata"} & answer == {"pod: runtimeClassName is not-listed, allowed: gvisor, kata"}
}

test_seccomp_unconfined_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "seccomp-unconfined-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}, "seccompProfile": {"type": "Unconfined"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}}}
	{"container main: seccompProfile is Unconfined, allowed: runtime/default, localhost/*"} & answer == {"container main: seccompProfile is Unconfined, allowed: runtime/default, localhost/*"}
}

test_apparmor_unconfined_in_deployment if {
	answer := data.main.warn with input as {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "apparmor-unconfined-in-deployment", "namespace": "default"}, "spec": {"selector": {"matchLabels": {"app": "suite"}}, "template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "Unconfined"}}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}}}
	{"container main: appArmorProfile is Unconfined, allowed: runtime/default, localhost/audited"} & answer == {"container main: appArmorProfile is Unconfined, allowed: runtime/default, localhost/audited"}
}

test_privileged_true_in_cronjob if {
	answer := data.main.warn with input as {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "privileged-true-in-cronjob", "namespace": "default"}, "spec": {"schedule": "0 0 * * *", "jobTemplate": {"spec": {"template": {"metadata": {"labels": {"app": "suite"}}, "spec": {"containers": [{"name": "main", "image": "app:1", "securityContext": {"capabilities": {"drop": ["NET_RAW", "MKNOD"]}, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsUser": 1000, "runAsNonRoot": true, "runAsGroup": 1000, "appArmorProfile": {"type": "RuntimeDefault"}, "privileged": true}}], "securityContext": {"supplementalGroups": [5], "fsGroup": 1, "seLinuxOptions": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c123,c456"}, "seccompProfile": {"type": "RuntimeDefault"}}, "runtimeClassName": "gvisor"}}}}}}
	{"container main: privileged must not be true (ask #platform)"} & answer == {"container main: privileged must not be true (ask #platform)"}
}
