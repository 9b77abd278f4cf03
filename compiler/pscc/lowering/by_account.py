"""Policies and choices that judge a workload by its pods' service account alone, though a controller asks for the pods.

Every target judges a workload as if the service account of its pods, or any authenticated user, asked for them. Where a
controller is exempt, or may use more than they may, the pods are let in and the workload is refused or warned of.
"""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.ir.access import Scope
from pscc.lowering.capabilities import Ability, Workloads
from pscc.lowering.shortfalls import JudgedByAccount
from pscc.reference.side_by_side import through_controllers


def judged_by_account(legal: ir.Program, workloads: Workloads, warned: Ability) -> Iterator[JudgedByAccount]:
    """A shortfall for each policy and choice of ``legal`` that exempts a controller, or grants it something, and no pod's account.

    ``workloads`` is the option of that name, and ``warned`` whether the target can just warn of workloads.
    """
    if workloads == "off":
        return
    for policy in legal.policies:
        subjects = tuple(exemption.subjects for exemption in policy.exemptions)
        if policy.checks and through_controllers(subjects, policy.scope):
            exemption = next(e for e in policy.exemptions if through_controllers((e.subjects,), policy.scope))
            refuses = workloads == "enforce" or warned == "stricter"
            milder: Workloads = "off" if workloads == "warn" or warned == "stricter" else "warn"
            yield JudgedByAccount(policy, exemption, _mode(policy.mode, refuses), milder)
    for choice in (choice for choice in legal.choices if not choice.live):
        grant = next((g for g in choice.grants if through_controllers((g.subjects,), Scope(g.namespaces))), None)
        if grant is not None:
            refuses = workloads == "enforce"
            yield JudgedByAccount(choice, grant, _mode(choice.mode, refuses), "warn" if refuses else "off")


def _mode(mode: ir.Mode, refuses: bool) -> ir.Mode:
    return "warn" if mode == "enforce" and not refuses else mode
