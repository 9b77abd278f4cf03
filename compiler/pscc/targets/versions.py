"""The releases of Kubernetes, Gatekeeper and Kyverno that have the features which targets emit.

Sources:

- Kubernetes: ``kube_features.go`` in 1.37 (MutatingAdmissionPolicy), KEP-3488 (ValidatingAdmissionPolicy)
- Gatekeeper: releases 3.18 (CEL on), 3.19 (Rego v1), 3.23 (operations of mutators)
- Kyverno: "Policy Types" in the documentation (1.17), releases 1.13 (an action for each rule), 1.20 (ClusterPolicies
  are not executed any more: issues 17701 and 17708 of kyverno/kyverno)
"""

from __future__ import annotations

from pscc.lowering.capabilities import SkipsNamespaces, Version
from pscc.output.options import Options, Releases
from pscc.targets.registry import PRODUCTS

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


def version(release: str) -> Version:
    """``release`` (``3.23``) as numbers. Raises `ValueError` where it is no release."""
    major, _, minor = release.partition(".")
    if not (major.isdecimal() and minor.isdecimal()):
        raise ValueError(f"{release!r} is no release")
    return int(major), int(minor)


NEWEST: Releases = tuple((product, version(release)) for product, release in PRODUCTS)
"""The newest release of each product that pscc knows, which is compiled for unless the user says."""


def release_of(product: str, options: Options) -> Version:
    """The release of ``product``, one of `PRODUCTS`, to compile for with ``options``."""
    return dict((*NEWEST, *options.releases))[product]
