"""What ``pscc eval`` computes: what a program says of every pod, and which policy of a choice admits it.

Must not import the CLI.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pscc import ir, oracle
from pscc.access import SERVICE_ACCOUNT_USER, Request, requested_by
from pscc.admission import Admission, admit, judges
from pscc.pods import Manifest, normalise

Row = dict[str, object]
CONTROLLERS = {
    "DaemonSet": "daemon-set-controller",
    "Deployment": "replicaset-controller",
    "ReplicaSet": "replicaset-controller",
    "ReplicationController": "replication-controller",
    "StatefulSet": "statefulset-controller",
    "Job": "job-controller",
    "CronJob": "job-controller",
}
"""Who asks for the pods of a workload: service accounts of ``kube-system``.

Source: ``plugin/pkg/auth/authorizer/rbac/bootstrappolicy/controller_policy.go`` of Kubernetes 1.24.
"""

SOMEBODY = Request("", groups=requested_by("", ()))
"""Whoever asks, in the namespace that the manifest says."""


def evaluate(program: ir.Program, manifests: Iterable[Manifest], requested: Request = SOMEBODY) -> tuple[Row, ...]:
    """One row for each policy or choice and each manifest, in the order of the manifests; JSON as it is.

    ``requested`` says who asks for a bare pod (a workload's controller asks for its own); its namespace is that of
    manifests which name none (``default`` where it is empty). A pod is admitted when every row says ``allowed``. A policy
    has a row only where it holds.
    """
    rows: list[Row] = []
    for manifest in manifests:
        pod = normalise(manifest.pod)
        request = _request(requested, manifest, pod)
        judging = [policy for policy in program.policies if judges(policy, request)]
        made: oracle.Json = pod
        for policy in judging:  # in a cluster every default is set before anything is checked
            made = oracle.with_defaults(policy, made)
        for policy in judging:
            verdict = oracle.check(policy, made)
            about = {"policy": policy.name, "allowed": verdict.allowed, "reasons": _reasons(verdict)}
            rows.append({**_of(manifest, requested), **about, "pod": verdict.pod})
        for choice in (one for one in program.choices if one.scope.holds_in(request.namespace)):
            rows.append({**_of(manifest, requested), **_chosen(choice, admit(choice, request, pod))})
    return tuple(rows)


def _request(requested: Request, manifest: Manifest, pod: dict[str, object]) -> Request:
    spec = pod.get("spec")
    account = spec.get("serviceAccountName") if isinstance(spec, dict) else None
    namespace = manifest.namespace or requested.namespace or "default"
    request = replace(requested, namespace=namespace, service_account=str(account or "default"))
    if manifest.kind not in CONTROLLERS:
        return request
    user = f"{SERVICE_ACCOUNT_USER}kube-system:{CONTROLLERS[manifest.kind]}"
    return replace(request, user=user, groups=requested_by(user, ()))


def _of(manifest: Manifest, requested: Request) -> Row:
    return {
        "file": manifest.span.file,
        "kind": manifest.kind,
        "namespace": manifest.namespace or requested.namespace,
        "name": manifest.name,
    }


def _chosen(choice: ir.Choice, admission: Admission) -> Row:
    tried = [{"policy": one.policy, "reasons": _reasons(one.verdict)} for one in admission.opinions]
    return {
        "choice": choice.name,
        "policy": admission.policy,
        "allowed": admission.allowed,
        "message": admission.message,
        "reasons": [],
        "tried": [] if admission.allowed else tried,
        "pod": admission.pod,
    }


def _reasons(verdict: oracle.Verdict) -> list[dict[str, object]]:
    return [
        {
            "control": reason.control,
            "path": reason.path,
            "value": reason.value,
            "message": reason.message,
            "source": str(reason.span),
        }
        for reason in verdict.reasons
    ]
