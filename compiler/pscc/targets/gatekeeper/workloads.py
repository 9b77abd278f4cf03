"""How Gatekeeper judges workloads: by the templates that judge pods, with Constraints of their own.

An ExpansionTemplate would let Gatekeeper judge the pod that it makes of a workload. That pod has no old object, and does not
name its workload's owner. So Gatekeeper would judge every update again, and every workload that a controller writes. Source:
``expandResource`` in Gatekeeper 3.23 ``pkg/expansion/system.go``.
"""

from __future__ import annotations

from dataclasses import replace

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.once_defaulted import assumed
from pscc.lowering.capabilities import Workloads
from pscc.lowering.settled import with_settled
from pscc.output.templating import Code, yaml_quote
from pscc.pod.templates import WORKLOADS
from pscc.targets.shared.cel_workloads import on_workloads


@frozen
class Place:
    """The ``folder`` of Constraints, the ``ending`` of their names, and what they judge: API groups, each with its kinds."""

    folder: str
    ending: str
    judged: tuple[tuple[Code, Code], ...]


ON_PODS = Place("policies", "", ((Code('""'), Code("Pod")),))
ON_WORKLOADS = Place(
    "workloads",
    "-workloads",
    tuple((yaml_quote(group) if group else Code('""'), Code(", ".join(kinds))) for group, kinds in WORKLOADS.items()),
)


def judging_workloads(program: ir.Program, workloads: Workloads) -> ir.Program:
    """``program`` as it judges workloads, each policy in its mode. Empty if ``workloads`` is ``off``.

    No mutator changes a workload. So a policy assumes the defaults that the mutators will set in the pods: its own, and those
    of every policy that holds wherever it does.
    """
    if workloads == "off":
        return ir.Program()
    policies = (assumed(with_settled(policy, program)) for policy in program.policies)
    return ir.Program(
        tuple(replace(p, mode=on_workloads(p.mode, workloads)) for p in policies if p.checks),
        tuple(replace(choice, mode=on_workloads(choice.mode, workloads)) for choice in program.choices),
    )
