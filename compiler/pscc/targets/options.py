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
    "The language of Gatekeeper's templates. cel is Gatekeeper's K8sNativeValidation.",
    "rego",
)
WORKLOADS = TargetOption(
    "workloads",
    ("warn", "enforce", "off"),
    "What to do when somebody applies a Deployment, CronJob or other workload whose pods a policy would refuse.",
    "warn",
)
RBAC = TargetOption(
    "rbac",
    ("compiled", "live"),
    "Who may use which policy of a choice. compiled: what the sources say. live (only vap): what the cluster's RBAC says "
    "when a pod is created.",
    "compiled",
)
TEMPLATES = TargetOption(
    "templates",
    ("with", "only", "without"),
    "Several folders of one cluster can share Gatekeeper's templates. with: write templates and the rest. only: write "
    "templates only. without: write the rest only.",
    "with",
)
LAYOUT = TargetOption(
    "layout",
    ("per-policy", "per-control"),
    "Put all checks of a policy into one object, or make one object for each control. Default: per-control on gatekeeper, "
    "per-policy on the others. opa has only per-policy.",
)
ENFORCEMENT_POINT = TargetOption(
    "enforcement-point",
    ("validation.gatekeeper.sh", "audit.gatekeeper.sh"),
    "Enforce the constraints only in Gatekeeper's webhook, or only in its audit. Can be repeated. [default: in both]",
    several=True,
)
RELEASES: tuple[tuple[str, str], ...] = (("kubernetes", KUBERNETES), *PRODUCTS)
"""The options that are releases, each with its default."""
OF_TARGETS = ("engine", "workloads", *dict(RELEASES), "templates", "enforcement-point", "sync-waves")
"""The names that `Capabilities.options` may have: an option that none of the targets of a compile has is an error.

``--layout`` is judged by its value, which `Capabilities.layouts` has or has not. ``--rbac`` changes the meaning of the sources.
"""
