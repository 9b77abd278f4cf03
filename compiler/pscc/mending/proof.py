"""Proves an exemption: who gets it, in which namespaces, and that it admits no values but those that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pscc import ir
from pscc.base.source import Span
from pscc.ir.access import Exemption as Exempt
from pscc.ir.access import Names, Request, Subjects
from pscc.lowering.rollout import Rollout, rolled_out
from pscc.reasoning.difference.compare import compare_admitted

_NOWHERE = Span("", 1, 1, 1, 1)


def proven(old: ir.Program, new: ir.Program, request: Request, controls: frozenset[str]) -> bool:
    """Whether ``new`` admits more than ``old`` only for the account and the namespace of ``request``, and by ``controls``.

    Three comparisons say so, each over all requests and pods: for everybody but the account, and in every other namespace, the
    two programs admit the same. Where they do not, what ``old`` refuses it refuses by ``controls``.
    """
    return proven_for(old, new, request.namespace, {account_of(request): controls})


def proven_for(old: ir.Program, new: ir.Program, namespace: str, controls: Mapping[str, frozenset[str]]) -> bool:
    """The same for several service accounts of one ``namespace``, each with its own ``controls``."""
    here = Rollout(excluded=Names((namespace,)))
    for before, after in (
        (_without_accounts(old, (*controls,)), _without_accounts(new, (*controls,))),
        (rolled_out(old, here), rolled_out(new, here)),
    ):
        if compare_admitted(before, after):
            return False
    for account, own in controls.items():
        others = [other for other in controls if other != account]
        both = compare_admitted(_without_accounts(old, others), _without_accounts(new, others))
        if both.stricter or both.undecided or not both.looser:
            return False
        if not all({reason.control for reason in each.reasons} <= own for each in both.looser):
            return False
    return True


def literal_alone(parent: ir.Policy | None, wider: ir.Policy | None) -> bool:
    """Whether each value of ``wider`` that ``parent`` does not have stands for itself: no wildcard, and no range of numbers."""
    if parent is None or wider is None:
        return False
    known = {(check.control, name, repr(value)) for check, name, value in _values_of(parent)}
    new = [each for each in _values_of(wider) if (each[0].control, each[1], repr(each[2])) not in known]
    return not any(
        name == "patterns" or (isinstance(value, ir.Range) and value.min != value.max) for _, name, value in new
    )


def _values_of(policy: ir.Policy) -> Iterator[tuple[ir.Check, str, object]]:
    """The values of the policy's parameters, each with its check and the name of the parameter."""
    for check in policy.checks:
        for name, value in check.params:
            for each in value if isinstance(value, tuple) else (value,):
                yield check, name, each


def policy_named(program: ir.Program, name: str) -> ir.Policy | None:
    """The policy ``name`` of ``program``, in a choice or outside."""
    policies = (*program.policies, *(policy for choice in program.choices for policy in choice.policies))
    return next((policy for policy in policies if policy.name == name), None)


def _without_accounts(program: ir.Program, accounts: Sequence[str]) -> ir.Program:
    """``program`` that lets ``accounts`` do as they like outside choices, and grants them nothing by name in them."""
    if not accounts:
        return program
    exemption = Exempt(Subjects(service_accounts=Names(tuple(accounts))), "", _NOWHERE)
    policies = tuple(replace(each, exemptions=(*each.exemptions, exemption)) for each in program.policies)
    alone = [Subjects(service_accounts=Names((account,))) for account in accounts]
    choices = tuple(
        replace(each, grants=tuple(grant for grant in each.grants if grant.subjects not in alone))
        for each in program.choices
    )
    return ir.Program(policies, choices)


def account_of(request: Request) -> str:
    """The service account of the pods that ``request`` asks for, ``NAMESPACE/NAME``."""
    return f"{request.namespace}/{request.service_account}"
