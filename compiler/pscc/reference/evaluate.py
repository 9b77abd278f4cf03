"""What ``pscc eval`` computes: what a program says of a pod, and which policy of a choice admits it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.access import Request, requested_by
from pscc.pod.manifests import Manifest, normalise
from pscc.reference.admission import Opinion, decide
from pscc.reference.interpreter import Json, Reason
from pscc.reference.side_by_side import admitted_by, asked_for, chosen_otherwise, judged_otherwise

Row = dict[str, object]
Outcome = Literal["allowed", "denied", "warned", "audited", "unjudged"]
_OBJECTS: Mapping[ir.Mode, Outcome] = MappingProxyType({"enforce": "denied", "warn": "warned", "audit": "audited"})
SOMEBODY = Request("", groups=requested_by("", ()))
"""Whoever asks, in the namespace that the manifest says."""


@frozen
class Judgement:
    """What one policy or choice says of one manifest, or that none judges it.

    ``file``, ``kind``, ``namespace`` and ``name`` are the manifest's. ``policy`` is the policy that judges it, or the one of
    ``choice`` that admits it; None where none judges it. ``allowed`` is false only where what enforces denies the pod.
    ``verdict`` is ``denied``, ``warned`` or ``audited`` by the ``mode``. ``reasons`` are the findings of the policy, and
    ``tried`` the policies of a choice that denies the pod, with theirs. ``message`` says why a choice denies it, or why none
    judges it. ``pod`` is the pod with all defaults set, and ``defaulted`` tells whether they change it. ``psp`` is the
    PodSecurityPolicy that admitted a running pod, by its annotation; ``differs`` says how the verdict is another than its.
    """

    file: str
    kind: str
    namespace: str
    name: str
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


def judgements(program: ir.Program, manifest: Manifest, requested: Request = SOMEBODY) -> tuple[Judgement, ...]:
    """One judgement for each policy or choice that judges ``manifest``, or one without a policy where none does.

    ``requested`` says who asks for a bare pod (a workload's controller asks for its own, and for those that it owns); its
    namespace is that of manifests which name none (``default`` where it is empty). A pod is admitted when every judgement
    says ``allowed``.
    """
    pod = normalise(manifest.pod)
    request = request_of(requested, manifest, pod)
    decision = decide(program, request, pod)
    psp = admitted_by(pod)
    of = (manifest.span.file, manifest.kind, manifest.namespace or requested.namespace, manifest.name)
    defaulted = decision.pod != pod
    found = [
        Judgement(
            *of,
            policy.name,
            *_outcome(policy.mode, verdict.allowed),
            decision.pod,
            policy.mode,
            reasons=verdict.reasons,
            defaulted=defaulted,
            psp=psp,
            differs=judged_otherwise(policy, psp, verdict),
        )
        for policy, verdict in decision.judged
    ]
    found += [
        Judgement(
            *of,
            admission.policy,
            *_outcome(choice.mode, admission.allowed),
            decision.pod,
            choice.mode,
            choice.name,
            tried=() if admission.allowed else admission.opinions,
            message=admission.message,
            defaulted=defaulted,
            psp=psp,
            differs=chosen_otherwise(choice, psp, admission),
        )
        for choice, admission in decision.chosen
    ]
    if not found:
        why = _why_unjudged(program, request)
        found = [Judgement(*of, None, "unjudged", True, pod, message=why, psp=psp)]
    return tuple(found)


def evaluate(program: ir.Program, manifest: Manifest, requested: Request = SOMEBODY) -> tuple[Row, ...]:
    """`judgements`, as JSON."""
    return tuple(map(row, judgements(program, manifest, requested)))


def row(one: Judgement) -> Row:
    """``one`` as JSON. ``choice`` and ``tried`` are there for a choice alone, ``message`` also where no policy judges the pod."""
    found: Row = {"file": one.file, "kind": one.kind, "namespace": one.namespace, "name": one.name}
    if one.choice is not None:
        found["choice"] = one.choice
    found |= {"policy": one.policy, "mode": one.mode, "allowed": one.allowed, "verdict": one.verdict}
    if one.choice is not None:
        found["message"] = one.message
    found["reasons"] = _reasons(one.reasons)
    if one.choice is not None:
        found["tried"] = [{"policy": tried.policy, "reasons": _reasons(tried.verdict.reasons)} for tried in one.tried]
    found |= {"psp": one.psp, "differs": one.differs, "defaulted": one.defaulted}
    if one.policy is None:
        found["message"] = one.message
    return {**found, "pod": one.pod}


def _why_unjudged(program: ir.Program, request: Request) -> str:
    """Why none of the policies of ``program`` judges ``request``, policy by policy."""
    return "; ".join(f"{policy.name}: {_why_not(policy, request)}" for policy in program.policies)


def _why_not(policy: ir.Policy, request: Request) -> str:
    scope = policy.scope
    if scope.holds_in(request.namespace, request.namespace_labels):
        reasons = (e.reason for e in policy.exemptions if any(e.subjects.include(one) for one in request.identities))
        return f"exempt ({next(reasons, '')})"
    if replace(scope, labels=(), except_labels=()).holds_in(request.namespace):
        return "goes by labels of the namespace, which are not known here"
    return f"not in namespace {request.namespace}"


def request_of(requested: Request, manifest: Manifest, pod: dict[str, object]) -> Request:
    """The request by which ``manifest`` comes to be, whose ``pod`` is normalised: by ``requested``, or by its controller."""
    spec = pod.get("spec")
    account = spec.get("serviceAccountName") if isinstance(spec, dict) else None
    namespace = manifest.namespace or requested.namespace or "default"
    request = replace(requested, namespace=namespace, service_account=str(account or "default"))
    return asked_for(manifest.kind, manifest.pod, request)


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
