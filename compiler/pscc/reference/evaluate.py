"""What ``pscc eval`` computes: what a program says of a pod, and which policy of a choice admits it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from pscc import ir
from pscc.ir.access import Request, requested_by
from pscc.pod.manifests import Manifest, normalise
from pscc.reference import oracle
from pscc.reference.admission import Admission, decide
from pscc.reference.side_by_side import admitted_by, asked_for, chosen_otherwise, judged_otherwise

Row = dict[str, object]
_OBJECTS: Mapping[ir.Mode, str] = MappingProxyType({"enforce": "denied", "warn": "warned", "audit": "audited"})
SOMEBODY = Request("", groups=requested_by("", ()))
"""Whoever asks, in the namespace that the manifest says."""


def evaluate(program: ir.Program, manifest: Manifest, requested: Request = SOMEBODY) -> tuple[Row, ...]:
    """One row for each policy or choice that judges ``manifest``, or one without a policy where none does; JSON as it is.

    ``requested`` says who asks for a bare pod (a workload's controller asks for its own, and for those that it owns); its
    namespace is that of manifests which name none (``default`` where it is empty). A pod is admitted when every row says
    ``allowed``, which is false only for what is enforced: ``verdict`` is ``allowed``, ``denied``, ``warned`` or
    ``audited``, by the ``mode`` of the policy or choice, or ``unjudged``. ``psp`` is the PodSecurityPolicy that admitted a
    pod of a cluster, by its annotation, and ``differs`` says in what the row is another's verdict; both may be empty.
    ``defaulted`` tells whether defaults change the pod.
    """
    rows: list[Row] = []
    pod = normalise(manifest.pod)
    request = request_of(requested, manifest, pod)
    psp = admitted_by(pod)
    decision = decide(program, request, pod)
    for policy, verdict in decision.judged:
        about = {"policy": policy.name, **_outcome(policy.mode, verdict.allowed), "reasons": _reasons(verdict)}
        beside = {"psp": psp, "differs": judged_otherwise(policy, psp, verdict), "defaulted": decision.pod != pod}
        rows.append({**_of(manifest, requested), **about, **beside, "pod": decision.pod})
    for choice, admission in decision.chosen:
        differs = chosen_otherwise(choice, psp, admission)
        beside = {"psp": psp, "differs": differs, "defaulted": decision.pod != pod}
        rows.append({**_of(manifest, requested), **_chosen(choice, admission), **beside, "pod": decision.pod})
    if not rows:
        about = {"policy": None, "mode": None, "allowed": True, "verdict": "unjudged", "reasons": []}
        beside = {"psp": psp, "differs": "", "defaulted": False, "message": _why_unjudged(program, request)}
        rows.append({**_of(manifest, requested), **about, **beside, "pod": pod})
    return tuple(rows)


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


def _of(manifest: Manifest, requested: Request) -> Row:
    return {
        "file": manifest.span.file,
        "kind": manifest.kind,
        "namespace": manifest.namespace or requested.namespace,
        "name": manifest.name,
    }


def _outcome(mode: ir.Mode, accepted: bool) -> Row:
    return {
        "mode": mode,
        "allowed": accepted or mode != "enforce",
        "verdict": "allowed" if accepted else _OBJECTS[mode],
    }


def _chosen(choice: ir.Choice, admission: Admission) -> Row:
    tried = [{"policy": one.policy, "reasons": _reasons(one.verdict)} for one in admission.opinions]
    return {
        "choice": choice.name,
        "policy": admission.policy,
        **_outcome(choice.mode, admission.allowed),
        "message": admission.message,
        "reasons": [],
        "tried": [] if admission.allowed else tried,
    }


def _reasons(verdict: oracle.Verdict) -> list[dict[str, object]]:
    return [
        {
            "control": reason.control,
            "path": reason.path,
            "value": reason.value,
            "message": reason.message,
            "because": reason.because,
            "source": str(reason.span),
        }
        for reason in verdict.reasons
    ]
