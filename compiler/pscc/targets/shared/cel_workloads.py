"""Workloads in CEL: where they have the template of their pods, and what is done about them."""

from __future__ import annotations

from pscc import ir
from pscc.diagnostics import Diagnostic
from pscc.output.options import Workloads

TEMPLATES_AT = (("workloads", "spec.template"), ("cronjobs", "spec.jobTemplate.spec.template"))
"""What is judged when it is applied, as its pods would be with their defaults set, and where it has its pods."""


def on_workloads(mode: ir.Mode, workloads: Workloads) -> ir.Mode:
    """What a policy in ``mode`` does about workloads."""
    return "warn" if mode == "enforce" and workloads == "warn" else mode


def unjudged_workloads(choice: ir.Choice, workloads: Workloads) -> list[Diagnostic]:
    """That nothing is said of workloads where the cluster's RBAC is asked: it is not asked for ``system:authenticated``.

    An authorizer in CEL asks for the requesting user, or for a service account with the groups of its own alone. Source:
    ``k8s.io/apiserver/pkg/cel/library/authz.go``.
    """
    if not choice.live or workloads == "off":
        return []
    message = (
        f"{choice.name}: workloads are not judged, their pods are: with `--rbac live` the API server can be asked what the "
        "user who applies a workload may use, but not what its controller may"
    )
    help = "say `--workloads off`, or compile what RBAC says now: `--rbac compiled`"
    return [Diagnostic("TGT012", message, choice.span, severity="note", help=help)]
