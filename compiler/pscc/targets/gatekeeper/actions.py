"""What a Constraint does on a violation, and where.

Source: "Enforcement points in Gatekeeper" in its documentation, for releases 3.17 and later. A Constraint with scoped actions
does nothing at a point that it does not list.
"""

from __future__ import annotations

from pscc import ir
from pscc.output.options import EnforcementPoint
from pscc.output.templating import Code, yaml_block, yaml_lines

_ACTIONS: dict[ir.Mode, str] = {"enforce": "deny", "warn": "warn", "audit": "dryrun"}
_GATOR = "gator.gatekeeper.sh"
"""Gatekeeper's command line. It is always listed, so that it tests the constraints that are applied."""


def action_lines(mode: ir.Mode, points: tuple[EnforcementPoint, ...]) -> Code:
    """The lines of ``spec`` for a policy in ``mode`` that is in force at ``points``, or everywhere where there are none."""
    action = _ACTIONS[mode]
    if not points:
        return yaml_block(f"enforcementAction: {action}", 2)
    scoped = {"action": action, "enforcementPoints": [{"name": point} for point in (*points, _GATOR)]}
    return yaml_block("\n".join(yaml_lines({"enforcementAction": "scoped", "scopedEnforcementActions": [scoped]})), 2)
