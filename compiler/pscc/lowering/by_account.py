"""Finds policies and choices that treat a workload otherwise than its pods, because a controller asks for the pods.

Every target judges a workload as if its pods' service account, or any authenticated user, asked for the pods. A controller
may be exempt, or may use more policies. Then its pods are let in, though the workload is refused or warned of.
"""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.ir.access import Scope
from pscc.lowering.capabilities import Ability, Workloads
from pscc.lowering.shortfalls import JudgedByAccount
from pscc.reference.side_by_side import through_controllers


def judged_by_account(legal: ir.Program, workloads: Workloads, warned: Ability) -> Iterator[JudgedByAccount]:
    """A shortfall for each policy of ``legal`` that exempts a controller, and each choice that has a grant for one.

    It is left out if the pods' service accounts are exempt, or have the grant, as well. ``workloads`` is the option of that
    name. ``warned`` says whether the target can warn of workloads without refusing them.
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
