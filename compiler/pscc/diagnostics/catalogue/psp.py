"""Explains the diagnostics of the PodSecurityPolicy front end: title, explanation and example, by code."""

from __future__ import annotations

CODES: dict[str, tuple[str, str, str]] = {
    "PSP001": (
        "Not a PodSecurityPolicy",
        "The source has to be one PodSecurityPolicy of policy/v1beta1 or extensions/v1beta1.",
        "kind: Pod",
    ),
    "PSP002": (
        "Unknown field",
        "The API server drops fields that it does not know, silently: the policy then means something else than it says.",
        "allowProvilegeEscalation: false",
    ),
    "PSP003": ("Wrong type", "The value is not of the type that the field has.", 'privileged: "no"'),
    "PSP004": (
        "Missing or unknown rule",
        "seLinux, runAsUser, supplementalGroups and fsGroup have to be there, each with a rule that it knows. RunAsAny is the "
        "rule that restricts nothing.",
        "runAsUser: {rule: MustRunAsRange}",
    ),
    "PSP005": ("Invalid range", "A range needs 0 <= min <= max.", "ranges: [{min: 10, max: 1}]"),
    "PSP006": ("Invalid value", "Kubernetes would refuse this value.", "volumes: [configmap]"),
    "PSP007": (
        "Contradiction",
        "Two fields of the policy contradict each other, so Kubernetes would refuse it.",
        "requiredDropCapabilities: [KILL], allowedCapabilities: [KILL]",
    ),
    "PSP008": ("Invalid name", "metadata.name has to be a DNS subdomain.", "name: my_policy"),
    "PSP020": (
        "A namespace on a cluster-wide object",
        "PodSecurityPolicy has no namespace; the API server removes it silently.",
        "metadata: {namespace: web}",
    ),
    "PSP021": (
        "A policy that admits no pod",
        "Kubernetes accepts the policy, but its plugin cannot use it, or no pod can satisfy it: alone in a cluster it refuses "
        "every pod. That is kept.",
        "runAsUser: {rule: MustRunAs}",
    ),
    "PSP022": (
        "A part without effect",
        "Kubernetes accepts it, but it has no effect.",
        "hostPorts: [{min: 2, max: 1}]",
    ),
}
