"""The comments on a choice in an output."""

from __future__ import annotations

DESCRIPTION = (
    "A pod is admitted when one of the policies that its user or its service account may use accepts it. An audit knows no "
    "user, so it judges by the pod's service account alone, and says so."
)
