"""What a target cannot do of a program, as records: what the output does instead is read off these, and never off a text.

Each is on the stricter side. `diagnostic_of` says it to people.
"""

from __future__ import annotations

from pscc import ir
from pscc.base.frozen import frozen
from pscc.diagnostics import Diagnostic


@frozen
class DefaultNotSet:
    """``default`` of ``policy`` is not set, for ``cause``; where it is ``demanded``, pods have to set it themselves."""

    policy: str
    default: ir.Default
    cause: str
    demanded: bool


@frozen
class ChoiceDefaultsNotSet:
    """Of ``policy``, one of a choice, the defaults of ``controls`` are not set: ``why``, and whether pods have to set them."""

    policy: ir.Policy
    controls: tuple[str, ...]
    why: str
    demanded: bool


@frozen
class DefaultSetWidely:
    """Gatekeeper sets ``default`` on the pod, wherever the pod's own field is unset."""

    default: ir.Default


@frozen
class LabelsUnseen:
    """``policy`` holds in namespaces whatever their labels are, since the target sees their names alone."""

    policy: ir.Policy


@frozen
class NeverUsed:
    """``policy``, one of a choice, goes by labels of namespaces, which the rules of the choice do not see."""

    policy: ir.Policy


@frozen
class SetForExempt:
    """The defaults of ``policy`` are set for those who are exempt from it, too: ``what`` (``Kyverno does``) not see who asks."""

    policy: ir.Policy
    what: str


Shortfall = DefaultNotSet | ChoiceDefaultsNotSet | DefaultSetWidely | LabelsUnseen | NeverUsed | SetForExempt


def diagnostic_of(shortfall: Shortfall) -> Diagnostic:
    """``shortfall`` in words."""
    match shortfall:
        case DefaultNotSet(policy=name, default=default, cause=cause, demanded=demanded):
            text = f"{cause} the default of `{default.control}` in {name}"
            if demanded:
                return Diagnostic("TGT001", f"{text}: pods are refused until they set it", default.span, "warning")
            return Diagnostic("TGT001", f"{text}: pods are admitted without it", default.span, "note")
        case ChoiceDefaultsNotSet(policy=policy, controls=controls, why=why, demanded=demanded):
            text = f"{policy.name}: the defaults of {', '.join(controls)} are not set: {why}"
            if demanded:
                help = "pods have to set them themselves, which is stricter than PodSecurityPolicy was"
                return Diagnostic("TGT001", text, policy.span, "warning", help=help)
            return Diagnostic("TGT001", f"{text}; pods go without them", policy.span, "note")
        case DefaultSetWidely(default=default):
            text = f"Gatekeeper sets the default of `{default.control}` wherever the field itself is unset"
            return Diagnostic("TGT002", text, default.span, "note")
        case LabelsUnseen(policy=policy):
            text = f"OPA sees a namespace's name alone: {policy.name} holds whatever the labels are"
            return Diagnostic("TGT004", text, policy.span, "warning", help="name the namespaces")
        case NeverUsed(policy=policy):
            text = f"{policy.name} is never used: its namespaces go by labels, which the rules of a choice do not see"
            return Diagnostic("TGT004", text, policy.span, "warning", help="name the namespaces")
        case SetForExempt(policy=policy, what=what):
            text = f"{what} not see who asks: the defaults of {policy.name} are set for those exempt, too"
            return Diagnostic("TGT005", text, policy.exemptions[0].span, "warning")
