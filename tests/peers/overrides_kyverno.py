"""Cases of kyverno/policies in which the policy means something else than Kubernetes does."""

from __future__ import annotations

from peers.overrides import Override

PEER = "kyverno/policies"

OVERRIDES = (
    Override(
        PEER,
        "refused",
        "The policy takes CAP_NET_RAW for NET_RAW. A manifest names capabilities without CAP_: containerd puts CAP_ in "
        "front of what it is told, so such a container keeps the capability.",
        "kubernetes.io, Configure a Security Context for a Pod or Container; containerd, WithDroppedCapabilities in its CRI",
        (
            "best-practices/require-drop-cap-net-raw: require-drop-cap-net-raw/Pod/drop-good",
            "best-practices-cel/require-drop-cap-net-raw: require-drop-cap-net-raw/Pod/drop-good",
            "best-practices-vpol/require-drop-cap-net-raw: Pod/drop-good",
        ),
    ),
)
