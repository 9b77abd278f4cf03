"""Explains the diagnostics of the PodSecurityPolicy front end: title, explanation and example, by code."""

from __future__ import annotations

CODES: dict[str, tuple[str, str, str]] = {
    "PSP001": (
        "Not a PodSecurityPolicy",
        "The source must be one PodSecurityPolicy of policy/v1beta1 or extensions/v1beta1.",
        "kind: Pod",
    ),
    "PSP002": (
        "Unknown field",
        "The API server silently drops unknown fields, so the policy in the cluster means something else. Check the "
        "spelling.",
        "allowProvilegeEscalation: false",
    ),
    "PSP003": (
        "Wrong type",
        "The field takes a value of another type.",
        'privileged: "no"',
    ),
    "PSP004": (
        "Missing or unknown rule",
        "A PodSecurityPolicy needs seLinux, runAsUser, supplementalGroups and fsGroup, each with a rule that the field "
        "has. RunAsAny restricts nothing.",
        "runAsUser: {rule: MustRunAsRange}",
    ),
    "PSP005": ("Invalid range", "A range needs 0 <= min <= max.", "ranges: [{min: 10, max: 1}]"),
    "PSP006": ("Invalid value", "Kubernetes would refuse this value.", "volumes: [configmap]"),
    "PSP007": (
        "Contradiction",
        "Two fields of the policy contradict each other, so Kubernetes would refuse it.",
        "requiredDropCapabilities: [KILL], allowedCapabilities: [KILL]",
    ),
    "PSP008": (
        "Invalid name",
        "metadata.name must be a DNS subdomain: lower-case letters, digits, `-` and `.`.",
        "name: my_policy",
    ),
    "PSP020": (
        "A namespace on a cluster-wide object",
        "A PodSecurityPolicy has no namespace. The API server silently removes it.",
        "metadata: {namespace: web}",
    ),
    "PSP021": (
        "A policy that admits no pod",
        "Kubernetes accepts the policy, but no pod can pass it. Alone in a cluster it refuses every pod, and so does the "
        "output.",
        "runAsUser: {rule: MustRunAs}",
    ),
    "PSP022": (
        "A part without effect",
        "Kubernetes accepts this part, but it has no effect.",
        "hostPorts: [{min: 2, max: 1}]",
    ),
}
