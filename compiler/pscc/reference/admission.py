"""The reference meaning of a choice: which policy admits a request, by the rules of PSP's own admission plugin.

Source: ``computeSecurityContext`` in Kubernetes 1.24 ``plugin/pkg/admission/security/podsecuritypolicy/admission.go``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir import refusals
from pscc.ir.access import Request
from pscc.ir.once_defaulted import observing
from pscc.ir.passes import reads_of_choice
from pscc.ir.refusals import Slot, text_of
from pscc.reference import interpreter
from pscc.reference.interpreter import Json, Verdict, show

SECCOMP_ANNOTATION = "seccomp.security.alpha.kubernetes.io/pod"


@frozen
class Opinion:
    """The verdict of one usable policy of a choice. ``changes``: its defaults change the pod."""

    policy: str
    verdict: Verdict
    changes: bool


@frozen
class Admission:
    """The decision of a choice on a request.

    - ``policy`` is the name of the policy that admits the pod. It is empty where the pod is denied, and where an update
      changes nothing that the choice reads.
    - ``opinions`` are the verdicts of the usable policies, in order.
    - ``message`` says why the pod is denied; empty where it is not.
    - ``pod`` is the pod with the defaults of ``policy``.
    """

    allowed: bool
    policy: str
    opinions: tuple[Opinion, ...]
    message: str
    pod: Json


@frozen
class Decision:
    """The decision of a whole program on a request. Every default is set before any check runs.

    ``judged`` has the policies outside choices that judge the request, with their verdicts. ``chosen`` has the choices that
    judge it, with their decisions. ``pod`` is the pod with all defaults.
    """

    judged: tuple[tuple[ir.Policy, Verdict], ...]
    chosen: tuple[tuple[ir.Choice, Admission], ...]
    pod: Json


def decide(
    program: ir.Program,
    request: Request,
    pod: Json,
    old_pod: Json | None = None,
    widely: frozenset[str] = frozenset(),
) -> Decision:
    """The verdicts of ``program`` on ``pod``. With ``old_pod`` it is an update, which sets no defaults.

    The API server runs all mutating admission before any validating admission, and so does this function:

    1. The policies outside choices set their defaults.
    2. Each choice decides on the pod with these, and sets the defaults of the policy that it chooses.
    3. Every check reads the pod that results.

    A policy that only warns or audits changes no pod: it judges the pod as if its defaults had been set. ``widely`` names the
    policies whose defaults are set for exempt requests, too. Source: Kubernetes' documentation, "Dynamic Admission Control".
    """
    return decided(observing(program), request, pod, old_pod, widely, _INTERPRETED)


class Judge(Protocol):
    """What answers the questions of `decided`: the interpreter, or functions that were made of a program for many pods."""

    def check(self, policy: ir.Policy, pod: Json, old_pod: Json | None = None) -> Verdict:
        """As `interpreter.check`."""

    def with_defaults(self, policy: ir.Policy, pod: Json) -> Json:
        """As `interpreter.with_defaults`."""

    def judges(self, policy: ir.Policy, request: Request) -> bool:
        """As `judges`."""

    def usable(self, choice: ir.Choice, request: Request) -> tuple[ir.Policy, ...]:
        """As `usable`."""


def decided(
    program: ir.Program, request: Request, pod: Json, old_pod: Json | None, widely: frozenset[str], judge: Judge
) -> Decision:
    """As `decide`, by ``judge``; ``program`` has no defaults in policies that warn or audit (`observing`)."""
    judging = [policy for policy in program.policies if judge.judges(policy, request)]
    choosing = [c for c in program.choices if c.scope.holds_in(request.namespace, request.namespace_labels)]
    if old_pod is not None:
        verdicts = tuple((policy, judge.check(policy, pod, old_pod)) for policy in judging)
        return Decision(verdicts, tuple((c, admit(c, request, pod, old_pod, judge)) for c in choosing), pod)
    changed = pod
    for policy in program.policies:
        if policy in judging or (policy.name in widely and judges(replace(policy, exemptions=()), request)):
            changed = judge.with_defaults(policy, changed)
    chosen = []
    for choice in choosing:
        chosen.append((choice, admit(choice, request, changed, None, judge)))
        changed = chosen[-1][1].pod
    settled = tuple((choice, as_left(choice, request, admission, changed, judge)) for choice, admission in chosen)
    return Decision(tuple((policy, judge.check(policy, changed)) for policy in judging), settled, changed)


def as_left(
    choice: ir.Choice, request: Request, admission: Admission, pod: Json, judge: Judge | None = None
) -> Admission:
    """``admission`` for ``pod``, which a choice that decided later may have changed.

    If it did, a policy of ``choice`` must accept the pod as it now is.
    """
    if not admission.allowed or pod == admission.pod:
        return admission
    again = accepts_as_it_is(choice, request, pod, judge)
    return replace(admission, pod=pod) if again.allowed else again


def judges(policy: ir.Policy, request: Request) -> bool:
    """Whether ``policy``, outside any choice, judges ``request``: it holds in the namespace, and no identity is exempt."""
    return policy.scope.holds_in(request.namespace, request.namespace_labels) and not any(
        exemption.subjects.include(identity) for exemption in policy.exemptions for identity in request.identities
    )


def usable(choice: ir.Choice, request: Request) -> tuple[ir.Policy, ...]:
    """The policies of ``choice`` that the user or the pod's service account may use, in the order of the choice."""
    granted = {
        grant.policy
        for grant in choice.grants
        if request.namespace in grant.namespaces
        and any(grant.subjects.include(identity) for identity in request.identities)
    }
    return tuple(
        policy
        for policy in choice.policies
        if policy.name in granted and policy.scope.holds_in(request.namespace, request.namespace_labels)
    )


def admit(
    choice: ir.Choice, request: Request, pod: Json, old_pod: Json | None = None, judge: Judge | None = None
) -> Admission:
    """The decision of ``choice`` on ``pod``: by the first usable policy that admits it unchanged, else the first that admits it.

    With ``old_pod`` it is an update. It is admitted if no field that a policy of the choice reads has changed, or if a policy
    accepts the pod as it is.
    """
    if old_pod is not None and interpreter.unchanged(reads_of_choice(choice), pod, old_pod):
        return Admission(True, "", (), "", pod)
    counts_as_changed = old_pod is None and copied_into_the_annotation(pod)
    by, opinions = judge or _INTERPRETED, []
    for policy in by.usable(choice, request):
        judged_pod = pod if old_pod is not None else by.with_defaults(policy, pod)
        opinions.append(Opinion(policy.name, by.check(policy, judged_pod), counts_as_changed or judged_pod != pod))
    return _decided(tuple(opinions), request, pod)


def accepts_as_it_is(choice: ir.Choice, request: Request, pod: Json, judge: Judge | None = None) -> Admission:
    """The decision of ``choice`` on ``pod`` without setting defaults, as on a target that changes no pods."""
    by = judge or _INTERPRETED
    opinions = tuple(Opinion(policy.name, by.check(policy, pod), False) for policy in by.usable(choice, request))
    return _decided(opinions, request, pod)


def _decided(opinions: tuple[Opinion, ...], request: Request, pod: Json) -> Admission:
    accepting = [opinion for opinion in opinions if opinion.verdict.allowed]
    chosen = next((opinion for opinion in accepting if not opinion.changes), accepting[0] if accepting else None)
    if chosen is not None:
        return Admission(True, chosen.policy, opinions, "", chosen.verdict.pod)
    return Admission(False, "", opinions, _message(opinions, request), pod)


def copied_into_the_annotation(pod: Json) -> bool:
    """Whether PSP would copy the pod's seccomp profile into an annotation. Then every policy counts as changing the pod."""
    spec, metadata = pod.get("spec"), pod.get("metadata")
    context = spec.get("securityContext") if isinstance(spec, dict) else None
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    has_annotation = isinstance(annotations, dict) and bool(annotations.get(SECCOMP_ANNOTATION))
    return isinstance(context, dict) and context.get("seccompProfile") is not None and not has_annotation


class _Interpreted:
    """Answers by the interpreter."""

    def check(self, policy: ir.Policy, pod: Json, old_pod: Json | None = None) -> Verdict:
        return interpreter.check(policy, pod, old_pod)

    def with_defaults(self, policy: ir.Policy, pod: Json) -> Json:
        return interpreter.with_defaults(policy, pod)

    def judges(self, policy: ir.Policy, request: Request) -> bool:
        return judges(policy, request)

    def usable(self, choice: ir.Choice, request: Request) -> tuple[ir.Policy, ...]:
        return usable(choice, request)


_INTERPRETED = _Interpreted()


# --- words ----------------------------------------------------------------------


def _message(opinions: tuple[Opinion, ...], request: Request) -> str:
    slots = {Slot.NAMESPACE: show(request.namespace), Slot.USER: show(request.user)}
    slots[Slot.ACCOUNT] = show(request.service_account)
    slots[Slot.SERVICE_ACCOUNT] = text_of(refusals.SERVICE_ACCOUNT, slots)
    if not opinions:
        user = [text_of(refusals.USER, slots)] if request.user else []
        account = [slots[Slot.SERVICE_ACCOUNT]] if request.service_account else []
        slots[Slot.ASKING] = refusals.OR.join([*user, *account]) or refusals.NOBODY
        text = text_of(refusals.NONE_USABLE, slots)
    else:
        nearest = min(opinions, key=lambda opinion: len(opinion.verdict.reasons))
        slots[Slot.POLICY] = nearest.policy
        slots[Slot.OBJECTIONS] = refusals.BETWEEN.join(nearest.verdict.messages)
        slots[Slot.COUNT] = str(len(opinions))
        text = text_of(refusals.OBJECTION, slots) + (text_of(refusals.OF_SEVERAL, slots) if len(opinions) > 1 else "")
    return text if request.user or not request.service_account else text + text_of(refusals.WITHOUT_USER, slots)
