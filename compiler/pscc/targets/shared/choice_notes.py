"""What every target has to say of a choice, in words."""

from __future__ import annotations

from pscc import ir
from pscc.diagnostics import Diagnostic
from pscc.lowering.demands import demanded
from pscc.output.sizes import LARGEST

DESCRIPTION = (
    "A pod is admitted when one of the policies that its user or its service account may use accepts it. An audit knows no "
    "user, so it judges by the pod's service account alone, and says so."
)


def too_large(choice: ir.Choice, kind: str, text: str) -> list[Diagnostic]:
    """An error where ``text``, an object of that ``kind`` which ``choice`` makes, is too large to be applied."""
    if len(text.encode()) <= LARGEST:
        return []
    message = f"{choice.name} makes a {kind} of {len(text) // 1000} kB, larger than a cluster takes"
    help = "compile it for gatekeeper or opa, or part it by namespaces"
    return [Diagnostic("TGT006", message, choice.span, help=help)]


def without_defaults(choice: ir.Choice, why: str) -> list[Diagnostic]:
    """That the defaults of ``choice`` are not set, one note for each policy that has some.

    ``why`` is the target's reason. Isolating defaults make a warning: pods have to set them themselves. Granting ones do
    not: pods go without.
    """
    told: list[Diagnostic] = []
    for policy in choice.policies:
        isolating = dict.fromkeys(d.control for d in policy.defaults if demanded(policy, d))
        granting = dict.fromkeys(d.control for d in policy.defaults if not demanded(policy, d))
        if isolating:
            text = f"{policy.name}: the defaults of {', '.join(isolating)} are not set: {why}"
            help = "pods have to set them themselves, which is stricter than PodSecurityPolicy was"
            told.append(Diagnostic("TGT001", text, policy.span, severity="warning", help=help))
        if granting:
            text = f"{policy.name}: the defaults of {', '.join(granting)} are not set: {why}; pods go without them"
            told.append(Diagnostic("TGT001", text, policy.span, severity="note"))
    for policy in choice.policies:
        if policy.scope.labels or policy.scope.except_labels:
            text = f"{policy.name} is never used: its namespaces go by labels, which the rules of a choice do not see"
            told.append(Diagnostic("TGT004", text, policy.span, severity="warning", help="name the namespaces"))
    return told
