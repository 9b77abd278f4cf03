"""What each diagnostic of the PodSecurityPolicy front end means: code to title, explanation, example."""

from __future__ import annotations

CODES: dict[str, tuple[str, str, str]] = {
    "PSP001": (
        "not a PodSecurityPolicy",
        "The source has to be one PodSecurityPolicy of policy/v1beta1 or extensions/v1beta1.",
        "kind: Pod",
    ),
    "PSP002": (
        "unknown field",
        "The API server drops fields that it does not know, silently: the policy then means something else than it says.",
        "allowProvilegeEscalation: false",
    ),
    "PSP003": ("wrong type", "The value is not of the type that the field has.", 'privileged: "no"'),
    "PSP004": (
        "missing or unknown rule",
        "seLinux, runAsUser, supplementalGroups and fsGroup have to be there, each with a rule that it knows.",
        "runAsUser: {rule: MustRunAsRange}",
    ),
    "PSP005": ("invalid range", "A range needs 0 <= min <= max.", "ranges: [{min: 10, max: 1}]"),
    "PSP006": ("invalid value", "Kubernetes would refuse this value.", "volumes: [configmap]"),
    "PSP007": (
        "contradiction",
        "Two fields of the policy contradict each other, so Kubernetes would refuse it.",
        "requiredDropCapabilities: [KILL], allowedCapabilities: [KILL]",
    ),
    "PSP008": ("invalid name", "metadata.name has to be a DNS subdomain.", "name: my_policy"),
    "PSP020": (
        "metadata.namespace on a cluster-wide object",
        "PodSecurityPolicy has no namespace; the API server removes it silently.",
        "metadata: {namespace: web}",
    ),
    "PSP021": (
        "this policy admits no pod",
        "Kubernetes accepts the policy, but its plugin cannot use it, or no pod can satisfy it.",
        "runAsUser: {rule: MustRunAs}",
    ),
    "PSP022": ("this part is dead", "Kubernetes accepts it, but it has no effect.", "hostPorts: [{min: 2, max: 1}]"),
}
