"""Files of OPA's output that more than the target know by name."""

from __future__ import annotations

WORKLOADS = "workloads.rego"
"""The module that judges Deployments and the like."""
