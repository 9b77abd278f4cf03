"""Warns of choices that may refuse a workload and admit its pods: the controller may use more than the pods' account."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.diagnostics import Diagnostic
from pscc.ir.access import AUTHENTICATED, SERVICE_ACCOUNTS, Grant
from pscc.reference.side_by_side import controllers


def refused_with_their_workloads(program: ir.Program) -> Iterator[Diagnostic]:
    """A warning for each choice that enforces and grants a controller a policy that pods' accounts may not use.

    ``program`` is `Prepared.formed`, compiled with ``--workloads enforce``. Every target judges a workload as if the service
    account of its pods, or any authenticated user, asked for them.
    """
    for choice in program.choices:
        grant = next((grant for grant in choice.grants if _is_more(grant)), None)
        if choice.mode == "enforce" and not choice.live and grant is not None:
            message = (
                f"{choice.name} may refuse a workload whose pods it would admit: a controller may use {grant.policy}, and "
                "workloads are judged by their pods' service account alone"
            )
            help = "say `--workloads warn`: the pods are judged all the same"
            notes = ((grant.span, "granted to a controller here"),)
            yield Diagnostic("TGT013", message, choice.span, severity="warning", notes=notes, help=help)


def _is_more(grant: Grant) -> bool:
    who = grant.subjects
    if who.everyone or AUTHENTICATED in who.groups or SERVICE_ACCOUNTS in who.groups:
        return False
    return any(who.include(identity) for _, identity in controllers())
