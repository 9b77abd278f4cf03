"""What the policies of kyverno/policies say, in the policy language: a table by the names of policy and rule.

Source: ``spec`` of each policy in kyverno/policies; what the three forms of one policy (ClusterPolicy by pattern, by CEL,
ValidatingPolicy) say differently is left to the overrides.
"""

from __future__ import annotations

from dataclasses import dataclass

from peers.case import CheckoutError, NotExpressible
from peers.writing import Statement, allow, default, deny, require, source

WHOLE_FOLDERS = ("pod-security", "psp-migration", "psa")
"""Folders of which every test is taken, each with its forms ``-cel``, ``-vpol``, ``-mpol``."""

ALSO = frozenset((
    "disallow-cri-sock-mount", "require-drop-all", "require-drop-cap-net-raw", "require-ro-rootfs", "disallow-all-secrets",
    "ensure-readonly-hostpath", "limit-hostpath-vols", "restrict-usergroup-fsgroup-id", "require-non-root-groups",
    "prevent-cr8escape", "block-ephemeral-containers", "docker-socket-requires-label", "add-default-securitycontext",
    "apply-pss-restricted-profile", "remove-hostpath-volumes", "require-unique-uid-per-workload",
    "only-trustworthy-registries-set-root",
))  # fmt: skip
"""Tests of other folders that are about the fields which PodSecurityPolicy or the Pod Security Standards look at."""


@dataclass(frozen=True, slots=True)
class Means:
    """A rule of a policy. ``extends`` and ``lines`` are what a policy says beside statements."""

    rule: str
    statements: tuple[Statement, ...] = ()
    extends: str = ""
    lines: tuple[str, ...] = ()


def policy_of(policy: str, rule: str) -> str:
    """The source of a policy's rule, without ``rule`` of all of them.

    Raises `NotExpressible` where the language cannot say it, `CheckoutError` where this table does not know it.
    """
    if policy in WITHOUT:
        raise NotExpressible(WITHOUT[policy])
    if (policy, rule) in RULES_WITHOUT:
        raise NotExpressible(RULES_WITHOUT[policy, rule])
    rules = [one for one in POLICIES.get(policy, ()) if rule in ("", one.rule)]
    if not rules:
        raise CheckoutError(f"tests/peers/kyverno_statements.py does not know the rule {rule!r} of {policy}")
    statements = [statement for one in rules for statement in one.statements]
    lines = [line for one in rules for line in one.lines]
    return source("rule", statements, lines, next((one.extends for one in rules if one.extends), ""))


_BASELINE_CAPABILITIES = (
    "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID",
    "SETPCAP", "SETUID", "SYS_CHROOT",
)  # fmt: skip
_SAFE_SYSCTLS = (
    "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
)  # fmt: skip
_RESTRICTED_VOLUMES = (
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret",
)  # fmt: skip
_PROFILES = ("runtime/default", "localhost/*")
_ANYWHERE = "on pod or containers"
_NOT_ROOT = "1-2147483647"
_DROP_ALL = require("capabilities.drop", ["all of ALL"])
_ADDING_STRICT = Means("adding-capabilities-strict", (allow("capabilities.add", ["NET_BIND_SERVICE"]),))

POLICIES: dict[str, tuple[Means, ...]] = {
    # pod-security/baseline
    "disallow-capabilities": (Means("adding-capabilities", (allow("capabilities.add", _BASELINE_CAPABILITIES),)),),
    "disallow-host-namespaces": (Means("host-namespaces", (deny("hostNetwork"), deny("hostPID"), deny("hostIPC"))),),
    "disallow-host-path": (Means("host-path", (deny("hostPath"),)),),
    "disallow-host-ports": (Means("host-ports-none", (deny("hostPorts"),)),),
    "disallow-host-ports-range": (Means("host-port-range", (allow("hostPorts", ["5000-6000"]),)),),
    "disallow-host-process": (Means("host-process-containers", (deny("hostProcess"),)),),
    "disallow-privileged-containers": (Means("privileged-containers", (deny("privileged"),)),),
    "disallow-proc-mount": (Means("check-proc-mount", (allow("procMount", ["Default"]),)),),
    "disallow-selinux": (
        Means("selinux-type", (allow("seLinuxOptions.type", ["container_t", "container_init_t", "container_kvm_t"]),)),
        Means("selinux-user-role", (deny("seLinuxOptions.user"), deny("seLinuxOptions.role"))),
    ),
    "restrict-apparmor-profiles": (Means("app-armor", (allow("appArmorProfile", _PROFILES),)),),
    "restrict-seccomp": (Means("check-seccomp", (allow("seccompProfile", _PROFILES, _ANYWHERE),)),),
    "restrict-sysctls": (Means("check-sysctls", (allow("sysctls", _SAFE_SYSCTLS),)),),
    # pod-security/restricted
    "disallow-capabilities-strict": (
        Means("require-drop-all", (_DROP_ALL,)),
        _ADDING_STRICT,
    ),
    "adding-capabilities-strict": (_ADDING_STRICT,),
    "disallow-privilege-escalation": (
        Means("privilege-escalation", (require("allowPrivilegeEscalation", ["false"]),)),
    ),
    "require-run-as-non-root-user": (Means("run-as-non-root-user", (deny("runAsUser", ["0"], _ANYWHERE),)),),
    "require-run-as-nonroot": (Means("run-as-non-root", (require("runAsNonRoot", ["true"], _ANYWHERE),)),),
    "restrict-seccomp-strict": (Means("check-seccomp-strict", (require("seccompProfile", _PROFILES, _ANYWHERE),)),),
    "restrict-volume-types": (Means("restricted-volumes", (allow("volumes", _RESTRICTED_VOLUMES),)),),
    # pod-security/subrule
    "podsecurity-subrule-baseline": (Means("baseline", extends="pss/baseline"),),
    "podsecurity-subrule-restricted": (Means("restricted", extends="pss/restricted"),),
    "podsecurity-subrule-restricted-capabilities": (
        Means(
            "restricted-exempt-capabilities",
            extends="pss/restricted",
            lines=(
                "exempt images ghcr.io/kyverno/test-nginx*, images redis* from capabilities.add, capabilities.drop "
                'because "the rule excludes them"',
            ),
        ),
    ),
    "podsecurity-subrule-restricted-seccomp": (
        Means("restricted-exempt-seccomp", extends="pss/restricted", lines=("without seccompProfile",)),
    ),
    # psp-migration
    "psp-check-supplemental-groups": (
        Means("supplementalgroup-ranges", (allow("supplementalGroups", ["100-200", "500-600"]),)),
    ),
    "psp-restrict-adding-capabilities": (
        Means("allowed-capabilities", (allow("capabilities.add", ["NET_BIND_SERVICE", "CAP_CHOWN"]),)),
    ),
    "restrict-runtimeclass": (Means("prodclass-or-expclass", (allow("runtimeClassName", ["prodclass", "expclass"]),)),),
    "add-apparmor-annotations": (Means("apparmor-runtime-default", (default("appArmorProfile", "runtime/default"),)),),
    "add-capabilities": (Means("add-setfcap-setuid", (default("capabilities.add", "add", "SETFCAP,", "SETUID"),)),),
    "add-runtimeclassname": (Means("add-prodclass", (default("runtimeClassName", "prodclass"),)),),
    # best-practices
    "drop-all-capabilities": (Means("require-drop-all", (_DROP_ALL,)),),
    "drop-cap-net-raw": (Means("require-drop-cap-net-raw", (require("capabilities.drop", ["all of NET_RAW"]),)),),
    "require-ro-rootfs": (Means("validate-readOnlyRootFilesystem", (require("readOnlyRootFilesystem", ["true"]),)),),
    # other
    "ensure-readonly-hostpath": (Means("ensure-hostpaths-readonly", (allow("hostPath", ["/ (read-only)"]),)),),
    "limit-hostpath-vols": (Means("limit-hostpath-to-slash-data", (allow("hostPath", ["/data"]),)),),
    "validate-userid-groupid-fsgroup": (
        Means("validate-userid", (require("runAsUser", ["1000"]),)),
        Means("validate-groupid", (require("runAsGroup", ["3000"]),)),
        Means("validate-fsgroup", (require("fsGroup", ["2000"]),)),
        Means(
            "validate-userid-groupid-fsgroup",
            (require("runAsUser", ["1000"]), require("runAsGroup", ["3000"]), require("fsGroup", ["2000"])),
        ),
    ),
    "require-non-root-groups": (
        Means("check-runasgroup", (require("runAsGroup", [_NOT_ROOT]),)),
        Means("check-supplementalgroups", (allow("supplementalGroups", [_NOT_ROOT]),)),
        Means("check-fsgroup", (allow("fsGroup", [_NOT_ROOT]),)),
    ),
    "check-supplementalgroups": (Means("", (allow("supplementalGroups", [_NOT_ROOT]),)),),
    "check-fsgroup": (Means("", (allow("fsGroup", [_NOT_ROOT]),)),),
    "add-default-securitycontext": (
        Means(
            "add-default-securitycontext",
            (
                default("runAsNonRoot", "true"),
                default("runAsUser", "1000"),
                default("runAsGroup", "3000"),
                default("fsGroup", "2000"),
            ),
        ),
    ),
    "no-secrets": (Means("secrets-not-from-volumes", (deny("volumes", ["secret"]),)),),
}

WITHOUT: dict[str, str] = {
    "add-psa-labels": "it is about namespaces, not about pods",
    "add-psa-namespace-reporting": "it is about namespaces, not about pods",
    "deny-privileged-profile": "it is about namespaces, not about pods",
    "disallow-container-sock-mounts": "the language lists host paths that may be used, not those that may not",
    "block-ephemeral-containers": "the language does not refuse a kind of container as such",
    "prevent-cr8escape": "the language knows the names of sysctls, not their values",
    "docker-socket-check": "the language does not go by a pod's labels",
    "apply-pss-restricted-profile": "it overwrites fields, where a default sets those that are unset",
    "remove-hostpath-volumes": "it removes volumes, where a default sets a field that is unset",
    "require-unique-uid-per-workload": "it asks about other pods",
    "only-trustworthy-registries-set-root": "it asks an image registry",
}
"""Policies that the language cannot say, and why."""

_ENVIRONMENT = "the language does not know environment variables"
RULES_WITHOUT: dict[tuple[str, str], str] = {
    ("no-secrets", "secrets-not-from-env"): _ENVIRONMENT,
    ("no-secrets", "secrets-not-from-envfrom"): _ENVIRONMENT,
    ("no-secrets", "secrets-not-from-env-envFrom-and-volumes"): _ENVIRONMENT,
    ("no-secrets", ""): _ENVIRONMENT,
}
"""Rules that the language cannot say, of policies that have others."""
