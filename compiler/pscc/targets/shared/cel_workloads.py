"""Workloads in CEL: the paths to their pods' templates, and the action of a policy on them."""

from __future__ import annotations

from pscc import ir
from pscc.lowering.capabilities import Workloads

TEMPLATES_AT = (("workloads", "spec.template"), ("cronjobs", "spec.jobTemplate.spec.template"))
"""What is judged when it is applied, as its pods would be with their defaults set, and where it has its pods."""


def on_workloads(mode: ir.Mode, workloads: Workloads) -> ir.Mode:
    """The action of a policy in ``mode`` on workloads."""
    return "warn" if mode == "enforce" and workloads == "warn" else mode
