"""The reference meaning of a choice: which policy admits a request, by the rules of PSP's own admission plugin.

Source: ``computeSecurityContext`` in Kubernetes 1.24 ``plugin/pkg/admission/security/podsecuritypolicy/admission.go``.
Must not import a control, a target or a backend.
"""

from __future__ import annotations

from pscc import ir, oracle
from pscc.access import Request
from pscc.frozen import frozen
from pscc.oracle import Json, Verdict, show
from pscc.passes import looked_at_by_choice

SECCOMP_ANNOTATION = "seccomp.security.alpha.kubernetes.io/pod"


@frozen
class Opinion:
    """What one policy says of a request that may use it; ``changes`` tells whether its defaults change the pod."""

    policy: str
    verdict: Verdict
    changes: bool


@frozen
class Admission:
    """A choice on a request.

    ``policy`` is the one that admits it, empty where it is denied or an update is let through unseen; ``opinions`` are
    those of the policies that may be used, in order; ``message`` says why it is denied; ``pod`` is as that policy
    leaves it.
    """

    allowed: bool
    policy: str
    opinions: tuple[Opinion, ...]
    message: str
    pod: Json


def judges(policy: ir.Policy, request: Request) -> bool:
    """Whether ``policy``, outside any choice, judges the request: it holds there, and nobody who asks is exempt."""
    return policy.scope.holds_in(request.namespace, request.namespace_labels) and not any(
        exemption.subjects.include(one) for exemption in policy.exemptions for one in request.identities
    )


def usable(choice: ir.Choice, request: Request) -> tuple[ir.Policy, ...]:
    """The policies of ``choice`` that the user or the pod's service account may use, in the order of the choice."""
    granted = {
        grant.policy
        for grant in choice.grants
        if request.namespace in grant.namespaces and any(grant.subjects.include(one) for one in request.identities)
    }
    return tuple(
        policy
        for policy in choice.policies
        if policy.name in granted and policy.scope.holds_in(request.namespace, request.namespace_labels)
    )


def admit(choice: ir.Choice, request: Request, pod: Json, old_pod: Json | None = None) -> Admission:
    """What ``choice`` says of ``pod``: the first usable policy that need not change it, else the first that may.

    With ``old_pod`` it is an update: let through if it leaves all that any policy of the choice looks at as it was, else
    a policy has to accept the pod as it is.
    """
    if old_pod is not None and oracle.unchanged(looked_at_by_choice(choice), pod, old_pod):
        return Admission(True, "", (), "", pod)
    counts_as_changed = old_pod is None and copied_into_the_annotation(pod)
    opinions = []
    for policy in usable(choice, request):
        made = pod if old_pod is not None else oracle.with_defaults(policy, pod)
        opinions.append(Opinion(policy.name, oracle.check(policy, made), counts_as_changed or made != pod))
    return _decided(tuple(opinions), request, pod)


def accepts_as_it_is(choice: ir.Choice, request: Request, pod: Json) -> Admission:
    """What ``choice`` says of ``pod`` where nothing sets a default: what a target without mutation can ask."""
    opinions = tuple(Opinion(policy.name, oracle.check(policy, pod), False) for policy in usable(choice, request))
    return _decided(opinions, request, pod)


def _decided(opinions: tuple[Opinion, ...], request: Request, pod: Json) -> Admission:
    accepting = [one for one in opinions if one.verdict.allowed]
    chosen = next((one for one in accepting if not one.changes), accepting[0] if accepting else None)
    if chosen is not None:
        return Admission(True, chosen.policy, opinions, "", chosen.verdict.pod)
    return Admission(False, "", opinions, _message(opinions, request), pod)


def copied_into_the_annotation(pod: Json) -> bool:
    """Whether PSP would copy the pod's seccomp profile into its annotation: each policy counts as changing it then."""
    spec, metadata = pod.get("spec"), pod.get("metadata")
    context = spec.get("securityContext") if isinstance(spec, dict) else None
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    has_annotation = isinstance(annotations, dict) and bool(annotations.get(SECCOMP_ANNOTATION))
    return isinstance(context, dict) and context.get("seccompProfile") is not None and not has_annotation


# --- words ----------------------------------------------------------------------


def _message(opinions: tuple[Opinion, ...], request: Request) -> str:
    account = f"service account {show(f'{request.namespace}/{request.service_account}')}"
    accounts = [account] if request.service_account else []
    if not opinions:
        who = [*([f"user {show(request.user)}"] if request.user else []), *accounts]
        text = f"no policy may be used in namespace {show(request.namespace)} by {' or '.join(who) or 'anyone'}"
    else:
        nearest = min(opinions, key=lambda one: len(one.verdict.reasons))
        text = f"{nearest.policy}: {'; '.join(nearest.verdict.messages)}"
        if len(opinions) > 1:
            text += f" (the nearest of the {len(opinions)} policies that may be used here)"
    return text if request.user or not accounts else f"{text} (no user in this review: judged by {account} alone)"
