"""Pods of a cluster whose PodSecurityPolicies are still active: who asked for them, and which policy let them in.

PSP's plugin writes the name of the policy that admitted a pod into an annotation, over whatever stood there. Source:
``ValidatedPSPAnnotation`` in Kubernetes 1.24 ``pkg/security/podsecuritypolicy/util/util.go``, set in
``plugin/pkg/admission/security/podsecuritypolicy/admission.go``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pscc import ir
from pscc.ir.access import AUTHENTICATED, SERVICE_ACCOUNT_USER, Identity, Request, Scope, Subjects, requested_by
from pscc.pod.normalising import MIRROR_ANNOTATION
from pscc.pod.templates import TEMPLATES
from pscc.reference.admission import Admission
from pscc.reference.interpreter import Json, Verdict

ANNOTATION = "kubernetes.io/psp"
_ADMITTED = "in the cluster it was admitted by PodSecurityPolicy"
CONTROLLERS = {
    "DaemonSet": "daemon-set-controller",
    "Deployment": "replicaset-controller",
    "ReplicaSet": "replicaset-controller",
    "ReplicationController": "replication-controller",
    "StatefulSet": "statefulset-controller",
    "Job": "job-controller",
    "CronJob": "job-controller",
}
"""The service accounts in ``kube-system`` that create the pods of workloads, by kind.

Source: ``plugin/pkg/auth/authorizer/rbac/bootstrappolicy/controller_policy.go`` of Kubernetes 1.24.
"""


_ANY = "\0"
"""A service account that nobody names: no name of one has this character."""
MANAGER = "system:kube-controller-manager"
"""The user who creates the pods of all workloads where the manager runs without ``--use-service-account-credentials``."""


def controllers() -> tuple[tuple[str, Identity], ...]:
    """Each kind of workload with whoever may make its pods: its controller's service account, and the manager."""
    makers: list[tuple[str, Identity]] = []
    for kind, name in CONTROLLERS.items():
        for user in (f"{SERVICE_ACCOUNT_USER}kube-system:{name}", MANAGER):
            makers.append((kind, Identity(user, requested_by(user, ()))))
    return tuple(makers)


def through_controllers(subjects: Sequence[Subjects], scope: Scope) -> tuple[str, ...]:
    """The kinds of workloads whose controllers are among ``subjects``, so that these ask for the workloads' pods in ``scope``.

    Empty if every service account is among ``subjects``: then it does not matter who makes the pods.
    """

    def are(identities: Iterable[Identity]) -> bool:
        return any(who.include(identity) for who in subjects for identity in identities)

    places = (name for name in dict.fromkeys(scope.examples) if scope.names(name))
    if all(are(Request(name, groups=requested_by("", ()), service_account=_ANY).identities) for name in places):
        return ()
    return tuple(dict.fromkeys(kind for kind, identity in controllers() if are((identity,))))


def by_its_maker(kind: str, pod: Json, request: Request) -> Request:
    """``request`` with the user who makes ``pod``.

    - The pods of a workload ``kind`` are made by its controller. Of any other kind that has pods, the controller is not known:
      it is somebody who was authenticated.
    - A bare pod is made by the user of ``request``. Where that has none, the pod's own metadata says who made it: the controller
      of its owner, or the node if it is the mirror of a static pod. Anybody may write such metadata.
    - The mirror of a static pod has no service account, whoever makes it. Source: ``plugin/pkg/admission/serviceaccount`` of
      Kubernetes 1.24.
    """
    metadata = _object(pod.get("metadata"))
    mirrored = MIRROR_ANNOTATION in _object(metadata.get("annotations"))
    if mirrored:
        request = replace(request, service_account="")
    if kind in CONTROLLERS:
        return _by_controller(kind, request)
    if kind not in TEMPLATES:
        return replace(request, user="", groups=requested_by("", ()))
    if request.user:
        return request
    owner = _controlling_owner(metadata)
    if mirrored:
        node = owner.get("name") or _object(pod.get("spec")).get("nodeName") or "node"
        return replace(request, user=f"system:node:{node}", groups=("system:nodes", AUTHENTICATED))
    maker = str(owner.get("kind", ""))
    return _by_controller(maker, request) if maker in CONTROLLERS else request


def _by_controller(kind: str, request: Request) -> Request:
    user = f"{SERVICE_ACCOUNT_USER}kube-system:{CONTROLLERS[kind]}"
    return replace(request, user=user, groups=requested_by(user, ()))


def _controlling_owner(metadata: Json) -> Json:
    owners = metadata.get("ownerReferences")
    objects = [_object(owner) for owner in owners if isinstance(owner, dict)] if isinstance(owners, list) else []
    return next((candidate for candidate in objects if candidate.get("controller") is True), {})


def admitted_by(pod: Json) -> str:
    """The name of the PSP that admitted ``pod``; empty where none did."""
    return str(_object(_object(pod.get("metadata")).get("annotations")).get(ANNOTATION) or "")


def choice_differs(choice: ir.Choice, psp: str, admission: Admission) -> str:
    """How ``choice`` differs from the cluster, in which ``psp`` admitted the pod, in words; empty where it does not."""
    if not psp or admission.policy == psp or (choice.mode != "enforce" and not admission.allowed):
        return ""
    if all(policy.name != psp for policy in choice.policies):
        difference = f"{psp}, which is not among the policies here"
    elif all(opinion.policy != psp for opinion in admission.opinions):
        difference = f"{psp}, which whoever is taken to ask may not use (--as says who asks)"
    elif admission.allowed:
        difference = f"{psp}; {admission.policy}, which comes before it, does here"
    else:
        difference = f"{psp}, which refuses it now"
    return f"{_ADMITTED} {difference}"


def policy_differs(policy: ir.Policy, psp: str, verdict: Verdict) -> str:
    """How ``policy``, outside any choice, differs from the cluster, in which ``psp`` admitted the pod; empty where it does not."""
    if not psp or verdict.allowed or policy.mode != "enforce":
        return ""
    return f"{_ADMITTED} {psp}{', which refuses it now' if psp == policy.name else ''}"


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}
