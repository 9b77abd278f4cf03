"""The options of a compile that only some targets have, as the command line offers them."""

from __future__ import annotations

from pscc.base.frozen import frozen
from pscc.targets.registry import KUBERNETES, PRODUCTS


@frozen
class TargetOption:
    """An option: its ``name`` without the dashes, its ``values``, and the text of ``--help``.

    Without ``default``, the target decides. ``several``: the option may be repeated.
    """

    name: str
    values: tuple[str, ...]
    help: str
    default: str | None = None
    several: bool = False


ENGINE = TargetOption(
    "engine",
    ("rego", "cel"),
    "What Gatekeeper's templates are written in; cel is its K8sNativeValidation.",
    "rego",
)
WORKLOADS = TargetOption(
    "workloads",
    ("warn", "enforce", "off"),
    "What happens when a Deployment, CronJob or the like is applied whose pods a policy would not admit.",
    "warn",
)
RBAC = TargetOption(
    "rbac",
    ("compiled", "live"),
    "Who may use which policy of a set: as the sources say, or (vap alone) as the cluster's own RBAC says when a pod is admitted.",
    "compiled",
)
TEMPLATES = TargetOption(
    "templates",
    ("with", "only", "without"),
    "Gatekeeper's templates, which several folders of one cluster may share: write them with the rest, only them, or the rest "
    "without them.",
    "with",
)
LAYOUT = TargetOption(
    "layout",
    ("per-policy", "per-control"),
    "What an object holds: all checks of a policy, or those of one control. On gatekeeper per-control unless you say, on the "
    "others per-policy; opa has per-policy alone.",
)
ENFORCEMENT_POINT = TargetOption(
    "enforcement-point",
    ("validation.gatekeeper.sh", "audit.gatekeeper.sh"),
    "Where Gatekeeper looks at the constraints, if not everywhere: its webhook, or its audit; may be repeated.",
    several=True,
)
RELEASES: tuple[tuple[str, str], ...] = (("kubernetes", KUBERNETES), *PRODUCTS)
"""The options that are releases, each with its default."""
OF_TARGETS = ("engine", "workloads", *dict(RELEASES), "templates", "enforcement-point", "sync-waves")
"""The names that `Capabilities.options` may have: an option that none of the targets of a compile has is an error.

``--layout`` is judged by its value, which `Capabilities.layouts` has or has not. ``--rbac`` changes the meaning of the sources.
"""
