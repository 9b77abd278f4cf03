"""The registry of controls, in the order in which outputs name them."""

from __future__ import annotations

from pscc.controls import (
    allow_privilege_escalation,
    app_armor_profile,
    capabilities_add,
    capabilities_drop,
    csi,
    flex_volume,
    fs_group,
    host_ipc,
    host_network,
    host_path,
    host_pid,
    host_ports,
    host_probes,
    host_process,
    non_root,
    pods,
    privileged,
    proc_mount,
    read_only_root_filesystem,
    run_as_group,
    run_as_non_root,
    run_as_user,
    runtime_class_name,
    seccomp_profile,
    selinux,
    supplemental_groups,
    sysctls,
    volumes,
)
from pscc.controls._base import Control

CONTROLS: tuple[Control, ...] = (
    pods.CONTROL,
    privileged.CONTROL,
    host_network.CONTROL,
    host_pid.CONTROL,
    host_ipc.CONTROL,
    host_process.CONTROL,
    host_ports.CONTROL,
    host_probes.CONTROL,
    volumes.CONTROL,
    host_path.CONTROL,
    flex_volume.CONTROL,
    csi.CONTROL,
    capabilities_add.CONTROL,
    capabilities_drop.CONTROL,
    read_only_root_filesystem.CONTROL,
    allow_privilege_escalation.CONTROL,
    run_as_user.CONTROL,
    non_root.CONTROL,
    run_as_non_root.CONTROL,
    run_as_group.CONTROL,
    supplemental_groups.CONTROL,
    fs_group.CONTROL,
    selinux.CONTROL,
    *selinux.OPTION_CONTROLS,
    proc_mount.CONTROL,
    sysctls.CONTROL,
    runtime_class_name.CONTROL,
    seccomp_profile.CONTROL,
    app_armor_profile.CONTROL,
)


def control_of(control_id: str) -> Control:
    """The control ``control_id``. Raises `KeyError` if there is none."""
    return {control.id: control for control in CONTROLS}[control_id]
