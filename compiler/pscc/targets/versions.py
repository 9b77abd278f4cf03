"""The releases of Kubernetes, Gatekeeper and Kyverno that have the features which targets emit.

Sources:

- Kubernetes: ``kube_features.go`` in 1.37 (MutatingAdmissionPolicy), KEP-3488 (ValidatingAdmissionPolicy)
- Gatekeeper: releases 3.18 (CEL on), 3.19 (Rego v1), 3.23 (operations of mutators)
- Kyverno: "Policy Types" in the documentation (1.17), releases 1.13 (an action for each rule), 1.20 (ClusterPolicies
  are not executed any more: issues 17701 and 17708 of kyverno/kyverno)
"""

from __future__ import annotations

from pscc.lowering.capabilities import SkipsNamespaces, Version

VALIDATING: tuple[tuple[Version, str], ...] = (((1, 30), "v1"), ((1, 28), "v1beta1"))
MUTATING: tuple[tuple[Version, str], ...] = (((1, 36), "v1"), ((1, 34), "v1beta1"), ((1, 32), "v1alpha1"))
"""The first release that serves each version of Kubernetes' admission policies. All but ``v1`` must be switched on."""
GATEKEEPER_REGO: Version = (3, 19)
GATEKEEPER_CEL: Version = (3, 18)
GATEKEEPER_OPERATIONS: Version = (3, 23)
KYVERNO_CLASSIC: Version = (1, 13)
KYVERNO_CLASSIC_GONE: Version = (1, 20)
KYVERNO_CEL: Version = (1, 17)
KYVERNO_SKIPS = SkipsNamespaces(
    "Kyverno",
    ("kube-system", "kube-public", "kube-node-lease", "Kyverno's own namespace"),
    "take these out of `resourceFilters`, `webhooks` and `excludeGroups` in Kyverno's ConfigMap",
    ("system:nodes",),
)
"""Source: ``config.resourceFilters``, ``config.webhooks``, ``config.excludeGroups`` and ``config.excludeKyvernoNamespace`` in
``values.yaml`` of Kyverno's Helm chart. ``tests/stories`` has seen it: the mirror of a static pod is made by its node."""
