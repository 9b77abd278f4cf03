"""Warns of namespaces in which no policy of a choice may be used: every pod there is refused."""

from __future__ import annotations

from collections.abc import Container, Iterator

from pscc import ir
from pscc.diagnostics import Diagnostic
from pscc.ir.access import ALL

_KUBERNETES_OWN = "kube-system"
_ANOTHER = "another\0"
"""A namespace that nobody can name."""


def uncovered(program: ir.Program, files: Container[str]) -> Iterator[Diagnostic]:
    """A warning for each choice of ``program`` that is written in one of ``files`` and has no usable policy in some namespaces.

    Choices with policies that depend on labels are left out, because it is not known which namespaces have these labels.
    ``files`` are those in the policy language: of a cluster's PodSecurityPolicies another warning says who may run pods
    (``SET024``).
    """
    for choice in program.choices:
        if choice.span.file not in files or any(
            policy.scope.labels or policy.scope.except_labels for policy in choice.policies
        ):
            continue
        if not _covered(choice, _ANOTHER):
            message = f"outside of {_places(choice)} no policy of this choice may be used: every pod there is refused"
            help = "grant a policy to the others, too: `NAME for everyone`"
        elif not _covered(choice, _KUBERNETES_OWN):
            message = (
                f"in {_KUBERNETES_OWN} no policy of this choice may be used: the cluster's own pods are refused, too"
            )
            help = f"grant a policy there, or compile with `--exclude-namespace {_KUBERNETES_OWN}`"
        else:
            continue
        yield Diagnostic("SET026", message, choice.span, "warning", help=help)


def _covered(choice: ir.Choice, namespace: str) -> bool:
    """Whether somebody may use a policy of ``choice`` in ``namespace``."""
    holding = {policy.name for policy in choice.policies if policy.scope.holds_in(namespace)}
    return any(grant.policy in holding and namespace in grant.namespaces for grant in choice.grants)


def _places(choice: ir.Choice) -> str:
    """The namespaces that grants and policies of ``choice`` name, in order."""
    named = [grant.namespaces for grant in choice.grants] + [policy.scope.namespaces for policy in choice.policies]
    spelled = (text for names in named if names != ALL for text in (*names.exact, *(f"{p}*" for p in names.prefixes)))
    return ", ".join(dict.fromkeys(spelled))
