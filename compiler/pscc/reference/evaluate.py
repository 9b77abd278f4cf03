"""Judges manifests for ``pscc eval``: the verdicts of a program, and the policy of a choice that admits the pod."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

from pscc import ir
from pscc.base.frozen import frozen
from pscc.base.source import Span
from pscc.diagnostics import Diagnostic
from pscc.ir.access import Request, requested_by
from pscc.pod.manifests import Labels, Manifest
from pscc.pod.normalising import normalise
from pscc.pod.validity import Refusal, refusals
from pscc.reference.admission import Opinion, decide
from pscc.reference.compiled import CompiledProgram
from pscc.reference.interpreter import Json, Reason
from pscc.reference.side_by_side import admitted_by, by_its_maker, choice_differs, policy_differs

Row = dict[str, object]
Outcome = Literal["allowed", "denied", "warned", "audited", "unjudged"]
_OBJECTS: Mapping[ir.Mode, Outcome] = MappingProxyType({"enforce": "denied", "warn": "warned", "audit": "audited"})
SOMEBODY = Request("", groups=requested_by("", ()))
"""Whoever asks, in the namespace that the manifest says."""


@frozen
class Judgement:
    """The judgement of one policy or choice on one manifest, or the fact that none judges it.

    - ``span`` is the place of the manifest. ``kind``, ``namespace``, ``name`` and ``template`` are the manifest's.
    - ``policy`` is the policy that judges it, or the policy of ``choice`` that admits it; None if none judges it.
    - ``verdict`` is ``denied``, ``warned`` or ``audited`` by the ``mode``. ``allowed`` is false only if the mode is
      ``enforce``, and the pod is denied.
    - ``reasons`` are the findings of the policy. ``tried`` are the policies of a choice that denies the pod, with their
      findings.
    - ``message`` says why a choice denies the pod, or why nothing judges it.
    - ``pod`` is the pod with all defaults set, and ``defaulted`` is true if they change it.
    - ``psp`` is the PodSecurityPolicy that admitted a running pod, by its annotation. ``differs`` says in words how the
      verdict differs from that.
    - ``refused`` are the fields of ``pod`` that the API server refuses, whatever the verdict.
    """

    span: Span
    kind: str
    namespace: str
    name: str
    template: str
    policy: str | None
    verdict: Outcome
    allowed: bool
    pod: Json
    mode: ir.Mode | None = None
    choice: str | None = None
    reasons: tuple[Reason, ...] = ()
    tried: tuple[Opinion, ...] = ()
    message: str = ""
    defaulted: bool = False
    psp: str = ""
    differs: str = ""
    refused: tuple[Refusal, ...] = ()

    @property
    def file(self) -> str:
        """The file of the manifest."""
        return self.span.file


def with_labels(requested: Request, manifest: Manifest, known: Mapping[str, Labels]) -> Request:
    """``requested`` with the labels that ``known`` has of the manifest's namespace, too. Its own labels win."""
    labels = dict(known.get(_namespace(requested, manifest), ())) | dict(requested.namespace_labels)
    return replace(requested, namespace_labels=tuple(labels.items()))


def _namespace(requested: Request, manifest: Manifest) -> str:
    return manifest.namespace or requested.namespace or "default"


def unknown_labels(program: ir.Program, requested: Sequence[tuple[Request, Manifest]]) -> tuple[Diagnostic, ...]:
    """The warning that some policies or choices judge no pod of a namespace, because its labels are not known.

    ``requested`` are the manifests, each with the request `with_labels`.
    """
    unknown = [_namespace(request, manifest) for request, manifest in requested if not request.namespace_labels]
    names, namespaces = dict[str, None](), dict[str, None]()
    for owner in program.policies_and_choices:
        held = [ns for ns in unknown if owner.scope.labels and replace(owner.scope, labels=()).holds_in(ns)]
        names |= dict.fromkeys([owner.name] if held else [])
        namespaces |= dict.fromkeys(held)
    if not names:
        return ()
    message = f"the labels of {', '.join(namespaces)} are not known, so that {', '.join(names)} judged no pod there"
    help = "give the Namespaces as manifests, too, or their labels: `--namespace-label KEY=VALUE`"
    return (Diagnostic("POD007", message, severity="warning", help=help),)


def judgements(
    program: ir.Program,
    manifest: Manifest,
    requested: Request = SOMEBODY,
    widely: frozenset[str] = frozenset(),
    *,
    scan: bool = False,
    compiled: CompiledProgram | None = None,
    old_pod: Json | None = None,
) -> tuple[Judgement, ...]:
    """One judgement for each policy or choice that judges ``manifest``, or one without a policy where none does.

    ``requested`` is the request for a bare pod; the controller of a workload asks for the workload's pods. Its namespace is
    that of manifests which name none, or ``default``. A pod is admitted if every judgement has ``allowed``. ``widely`` is as in
    `decide`. With ``scan`` nobody asks, as where an engine audits running pods: the pod's service account alone counts.
    ``compiled`` is ``program`` made ready for many pods, which is faster. With ``old_pod`` it is an update of that pod.
    """
    pod = normalise(manifest.pod)
    request = request_of(requested, manifest, pod)
    if scan:
        request = replace(request, user="", groups=())
    old = normalise(old_pod) if old_pod is not None else None
    decision = (
        compiled.decide(request, pod, old, widely)
        if compiled is not None
        else decide(program, request, pod, old, widely)
    )
    psp = admitted_by(pod)
    namespace = manifest.namespace or requested.namespace
    about = (manifest.span, manifest.kind, namespace, manifest.name, manifest.template)
    defaulted = decision.pod != pod
    refused = refusals(decision.pod)
    results = [
        Judgement(
            *about,
            policy.name,
            *_outcome(policy.mode, verdict.allowed),
            decision.pod,
            policy.mode,
            reasons=verdict.reasons,
            defaulted=defaulted,
            psp=psp,
            differs=policy_differs(policy, psp, verdict),
            refused=refused,
        )
        for policy, verdict in decision.judged
    ]
    results += [
        Judgement(
            *about,
            admission.policy,
            *_outcome(choice.mode, admission.allowed),
            decision.pod,
            choice.mode,
            choice.name,
            tried=() if admission.allowed else admission.opinions,
            message=admission.message,
            defaulted=defaulted,
            psp=psp,
            differs=choice_differs(choice, psp, admission),
            refused=refused,
        )
        for choice, admission in decision.chosen
    ]
    if not results:
        why = _why_unjudged(program, request)
        results = [
            Judgement(
                *about,
                None,
                "unjudged",
                True,
                decision.pod,
                message=why,
                defaulted=defaulted,
                psp=psp,
                refused=refused,
            )
        ]
    return tuple(results)


def works(judged: Sequence[Judgement], known: Collection[Refusal]) -> bool:
    """Whether the pod of ``judged`` is admitted, and the API server refuses nothing of it but what is ``known``.

    ``known`` is what it refuses of the pod without defaults.
    """
    admitted = all(judgement.allowed for judgement in judged)
    return admitted and all(refusal in known for refusal in judged[0].refused)


def row(judgement: Judgement) -> Row:
    """``judgement`` as JSON. Only a choice has ``choice`` and ``tried``; ``message`` is there for a choice and an unjudged pod."""
    result: Row = {
        "file": judgement.file,
        "line": judgement.span.line,
        "kind": judgement.kind,
        "namespace": judgement.namespace,
        "name": judgement.name,
        "template": judgement.template,
    }
    if judgement.choice is not None:
        result["choice"] = judgement.choice
    result |= {
        "policy": judgement.policy,
        "mode": judgement.mode,
        "allowed": judgement.allowed,
        "verdict": judgement.verdict,
    }
    if judgement.choice is not None:
        result["message"] = judgement.message
    result["reasons"] = _reasons(judgement.reasons)
    if judgement.choice is not None:
        result["tried"] = [
            {"policy": tried.policy, "reasons": _reasons(tried.verdict.reasons)} for tried in judgement.tried
        ]
    result |= {"psp": judgement.psp, "differs": judgement.differs, "defaulted": judgement.defaulted}
    result["refused"] = [
        {"path": refusal.path, "message": refusal.message, "rule": refusal.rule} for refusal in judgement.refused
    ]
    if judgement.policy is None:
        result["message"] = judgement.message
    return {**result, "pod": judgement.pod}


def _why_unjudged(program: ir.Program, request: Request) -> str:
    """Why none of the policies of ``program`` judges ``request``, policy by policy."""
    return "; ".join(f"{policy.name}: {_why_not(policy, request)}" for policy in program.policies)


def _why_not(policy: ir.Policy, request: Request) -> str:
    scope = policy.scope
    if scope.holds_in(request.namespace, request.namespace_labels):
        reasons = (
            e.reason for e in policy.exemptions if any(e.subjects.include(identity) for identity in request.identities)
        )
        return f"exempt ({next(reasons, '')})"
    if scope.names(request.namespace):
        if request.namespace_labels:
            return f"not in namespace {request.namespace}, which has other labels"
        return "goes by labels of the namespace, which are not known here"
    return f"not in namespace {request.namespace}"


def request_of(requested: Request, manifest: Manifest, pod: dict[str, object]) -> Request:
    """The request for ``pod``, the normalised pod of ``manifest``: ``requested``, or one by its controller."""
    spec = pod.get("spec")
    account = spec.get("serviceAccountName") if isinstance(spec, dict) else None
    request = Request(
        _namespace(requested, manifest),
        requested.user,
        requested.groups,
        str(account or "default"),
        requested.namespace_labels,
    )
    return by_its_maker(manifest.kind, manifest.pod, request)


def _outcome(mode: ir.Mode, accepted: bool) -> tuple[Outcome, bool]:
    return "allowed" if accepted else _OBJECTS[mode], accepted or mode != "enforce"


def _reasons(reasons: tuple[Reason, ...]) -> list[dict[str, object]]:
    return [
        {
            "control": reason.control,
            "path": reason.path,
            "value": reason.value,
            "message": reason.message,
            "because": reason.because,
            "source": str(reason.span),
        }
        for reason in reasons
    ]
