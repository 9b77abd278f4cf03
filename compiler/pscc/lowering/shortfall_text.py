"""The diagnostic of each shortfall."""

from __future__ import annotations

from typing import assert_never

from pscc import ir
from pscc.diagnostics import Diagnostic, Severity
from pscc.ir.access import Exemption
from pscc.lowering.capabilities import FailsOpen, LetIn, ReleaseCost, SetsOnUpdates, SkipsNamespaces, SwitchedOff
from pscc.lowering.releases import spelled
from pscc.lowering.shortfalls import (
    BudgetTight,
    ChoiceDefaultsNotSet,
    Costs,
    DefaultNotSet,
    DefaultSetWidely,
    JudgedByAccount,
    KeptAfterItsEnd,
    LabelsUnseen,
    NeedsServerSide,
    NeverUsed,
    RefusedOnceSet,
    SetForExempt,
    Shortfall,
    TooLarge,
    UpdatesMustHave,
    WorkloadsLackDefaults,
    WorkloadsRefused,
    WorkloadsUnjudged,
)


def diagnostic_of(shortfall: Shortfall) -> Diagnostic:
    """The diagnostic for ``shortfall``, with a code ``TGT0xx``."""
    match shortfall:
        case DefaultNotSet() | ChoiceDefaultsNotSet() | DefaultSetWidely() | SetForExempt():
            return _of_defaults(shortfall)
        case RefusedOnceSet():
            return _of_refused(shortfall)
        case UpdatesMustHave(policy=policy, controls=controls):
            text = (
                f"{policy.name}: nothing sets the defaults of {', '.join(controls)} on an update, so an update of a pod "
                "without them is refused"
            )
            help = "PodSecurityPolicy refused it, too; pods that were there before have to be made anew"
            return Diagnostic("TGT018", text, policy.span, "note", help=help)
        case LabelsUnseen(target=target, policy=policy):
            text = f"{target} sees a namespace's name alone: {policy.name} holds whatever the labels are"
            return Diagnostic("TGT004", text, policy.span, "warning", help="name the namespaces")
        case NeverUsed(policy=policy):
            text = f"{policy.name} is never used: its namespaces go by labels, which the rules of a choice do not see"
            return Diagnostic("TGT004", text, policy.span, "warning", help="name the namespaces")
        case WorkloadsRefused(target=target, policy=policy):
            text = f"{target} refuses workloads whose pods {policy.name} would refuse, and cannot just warn of them"
            help = "say `--workloads enforce` where you mean that, or `--workloads off`: their pods are judged all the same"
            return Diagnostic("TGT009", text, policy.span, severity="note", help=help)
        case WorkloadsUnjudged(choice=choice):
            text = (
                f"{choice.name}: workloads are not judged, their pods are: with `--rbac live` the API server can be asked "
                "what the user who applies a workload may use, but not what its controller may"
            )
            help = "say `--workloads off`, or compile what RBAC says now: `--rbac compiled`"
            return Diagnostic("TGT012", text, choice.span, severity="note", help=help)
        case WorkloadsLackDefaults(target=target, owner=owner, other=other):
            text = f"{target} judges workloads by {owner.name} as if {other.name} set no defaults in their pods"
            help = "let the workloads set these fields themselves"
            if isinstance(owner, ir.Policy):
                text += ": it does not set them in all the pods that this policy judges"
                help = f"let {other.name} hold wherever {owner.name} does, or {help}"
            return Diagnostic("TGT020", text, owner.span, severity="warning", help=help)
        case JudgedByAccount():
            return _of_accounts(shortfall)
        case BudgetTight(target=target, owner=owner, budget=budget):
            costly = (
                "one of dozens of containers, to which several policies object before one accepts it, may come to more"
                if isinstance(owner, ir.Choice)
                else "one of hundreds of containers may come to more, where each check by itself would not"
            )
            text = (
                f"{owner.name}: {target} lets the CEL of one template cost {budget.cost:,} a review, and refuses the pod beyond "
                f"that: {costly}"
            )
            return Diagnostic("TGT011", text, owner.span, severity="note", help=budget.help)
        case Costs(cost=cost, span=span):
            text, help = _of_release(cost)
            return Diagnostic("TGT008", text, span, severity="warning", help=help)
        case KeptAfterItsEnd(until=until, span=span):
            text = f"this exemption ends on {until}, and the output keeps it until you compile and apply again"
            return Diagnostic("TGT021", text, span, "note", help="compile and apply after that day")
        case NeedsServerSide() | TooLarge():
            return _of_size(shortfall)
        case _:
            assert_never(shortfall)


def _of_accounts(shortfall: JudgedByAccount) -> Diagnostic:
    owner, through = shortfall.owner, shortfall.through
    does = {"enforce": "refuse", "warn": "warn of", "audit": "audit"}[shortfall.mode]
    severity: Severity = "warning" if shortfall.mode == "enforce" else "note"
    alone = "workloads are judged by their pods' service account alone"
    milder = f"say `--workloads {shortfall.milder}`: the pods are judged all the same"
    if isinstance(through, Exemption):
        text = f"{owner.name} may {does} a workload whose pods it does not judge: a controller is exempt, and {alone}"
        help = f"exempt the pods' service accounts instead, or {milder}"
        return Diagnostic("TGT013", text, through.span, severity, help=help)
    text = f"{owner.name} may {does} a workload whose pods it would admit: a controller may use {through.policy}, and {alone}"
    notes = ((through.span, "granted to a controller here"),)
    return Diagnostic("TGT013", text, owner.span, severity, notes=notes, help=milder)


def _of_refused(shortfall: RefusedOnceSet) -> Diagnostic:
    target, name, default = shortfall.target, shortfall.policy.name, shortfall.default
    notes = tuple((None, f"the API server: {refusal.message}") for refusal in shortfall.refusals)
    if shortfall.admitted:
        text = f"{name} admits pods that the API server refuses once {target} has set `{default.statement}`"
        help = "deny these pods, or leave the default out"
        return Diagnostic("TGT019", text, default.span, "warning", notes=notes, help=help)
    text = (
        f"once {target} has set `{default.statement}`, the API server refuses some pods before {name} does: its message names "
        "no policy"
    )
    return Diagnostic(
        "TGT019", text, default.span, "note", notes=notes, help=f"`pscc eval` says what {name} objects to"
    )


def _of_defaults(shortfall: DefaultNotSet | ChoiceDefaultsNotSet | DefaultSetWidely | SetForExempt) -> Diagnostic:
    match shortfall:
        case DefaultNotSet(policy=name, default=default, cause=cause, required=required):
            text = f"{cause} the default of `{default.control}` in {name}"
            if required:
                return Diagnostic("TGT001", f"{text}: pods are refused until they set it", default.span, "warning")
            return Diagnostic("TGT001", f"{text}: pods are admitted without it", default.span, "note")
        case ChoiceDefaultsNotSet(policy=policy, controls=controls, why=why, required=required):
            text = f"{policy.name}: the defaults of {', '.join(controls)} are not set: {why}"
            if required:
                help = "pods have to set them themselves, which is stricter than PodSecurityPolicy was"
                return Diagnostic("TGT001", text, policy.span, "warning", help=help)
            return Diagnostic("TGT001", f"{text}; pods go without them", policy.span, "note")
        case DefaultSetWidely(target=target, default=default):
            text = f"{target} sets the default of `{default.control}` wherever the field itself is unset"
            return Diagnostic("TGT002", text, default.span, "note")
        case SetForExempt(target=target, policy=policy):
            text = (
                f"{target}'s mutations do not see who asks: the defaults of {policy.name} are set for those exempt, too"
            )
            return Diagnostic("TGT005", text, policy.exemptions[0].span, "warning")


def diagnostic_of_installation(let_in: LetIn) -> Diagnostic:
    """``let_in`` in words: a note, since the output cannot mend it."""
    match let_in:
        case FailsOpen(product=product, seconds=seconds, help=help):
            text = f"as it is usually installed, {product} lets a pod in if its webhook does not answer within {seconds} seconds"
            return Diagnostic("TGT015", text, severity="note", help=help)
        case SkipsNamespaces(product=product, namespaces=namespaces, help=help, groups=groups):
            text = f"as it is usually installed, {product} does not judge pods in {', '.join(namespaces)}"
            text += f", nor those that {', '.join(groups)} make" if groups else ""
            return Diagnostic("TGT016", text, severity="note", help=help)


def _of_release(cost: ReleaseCost) -> tuple[str, str]:
    match cost:
        case SwitchedOff(kind=kind, version=version, release=release):
            return (
                f"Kubernetes {spelled(release)} serves {kind} {version} only where its API server is told to",
                f"set --feature-gates={kind}=true and "
                f"--runtime-config=admissionregistration.k8s.io/{version}=true on it",
            )
        case SetsOnUpdates(product=product, release=release, mended=mended):
            return (
                f"{product} {spelled(release)} sets defaults on updates, too: the API server refuses those of pods "
                "without them",
                f"make the pods that were there before anew, or update {product} to {spelled(mended)}",
            )


def _of_size(shortfall: NeedsServerSide | TooLarge) -> Diagnostic:
    kilobytes = f"{shortfall.size // 1000} kB"
    match shortfall:
        case NeedsServerSide(path=path):
            text = (
                f"{path} has an object of {kilobytes}, of which kubectl would keep a copy in an annotation of 256 KiB"
            )
            return Diagnostic("TGT006", text, severity="note", help="apply it with `kubectl apply --server-side`")
        case TooLarge(path=path, choice=choice):
            text = f"an object of {kilobytes}, larger than a cluster takes"
            if choice is None:
                return Diagnostic("TGT006", f"{path} has {text}", help="part the policy in two")
            help = "part it by namespaces, or compile it for a target whose output is no object of a cluster"
            return Diagnostic("TGT006", f"{choice.name} makes {text}", choice.span, help=help)
