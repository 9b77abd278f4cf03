"""What every target has to say of a choice, in words."""

from __future__ import annotations

from pscc import ir
from pscc.diagnostics import Diagnostic
from pscc.lowering.demands import demanded
from pscc.lowering.shortfalls import ChoiceDefaultsNotSet, NeverUsed, Shortfall
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


def without_defaults(choice: ir.Choice, why: str) -> list[Shortfall]:
    """That the defaults of ``choice`` are not set, for ``why``, and which of its policies are never used."""
    labelled = [policy for policy in choice.policies if policy.scope.labels or policy.scope.except_labels]
    return [*unset_defaults(choice, why), *map(NeverUsed, labelled)]


def unset_defaults(choice: ir.Choice, why: str) -> list[Shortfall]:
    """That the defaults of ``choice`` are not set: of each policy those that pods have to set, and those they go without."""
    found: list[Shortfall] = []
    for policy in choice.policies:
        for wanted in (True, False):
            controls = dict.fromkeys(d.control for d in policy.defaults if demanded(policy, d) is wanted)
            if controls:
                found.append(ChoiceDefaultsNotSet(policy, tuple(controls), why, wanted))
    return found
