"""The Deployments and CronJobs of a suite: their pods are pods of the suite, judged as the defaults would leave them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from pscc import ir
from pscc.base.frozen import frozen
from pscc.cases.suite import Case, Json, judged
from pscc.reference.compiled import CompiledPolicy

Kind = Literal["Deployment", "CronJob"]


@frozen
class WorkloadCase:
    """A workload of ``kind`` that would make the pod of ``case``, under a name of its own.

    ``case`` says what the checks find once the pod has the policy's defaults.
    """

    kind: Kind
    case: Case

    @property
    def name(self) -> str:
        """The name of the workload: that of the pod and its kind."""
        return f"{self.case.name}-in-{self.kind.lower()}"

    @property
    def allowed(self) -> bool:
        """Whether the pod is."""
        return self.case.allowed

    @property
    def shapes(self) -> tuple[str, ...]:
        """The names of the checks that refuse the pod."""
        return self.case.shapes

    @property
    def messages(self) -> tuple[str, ...]:
        """The findings of each of `shapes`."""
        return self.case.messages

    @property
    def resource(self) -> str:
        """``NAMESPACE/NAME`` of the workload."""
        return f"{self.case.resource}-in-{self.kind.lower()}"

    @property
    def manifest(self) -> Json:
        """The workload as ``kubectl`` takes it."""
        metadata = _object(self.case.pod.get("metadata"))
        annotations = metadata.get("annotations")
        template = {
            "metadata": {"labels": {"app": "suite"}, **({"annotations": annotations} if annotations else {})},
            "spec": self.case.pod.get("spec"),
        }
        of_job = self.kind == "CronJob"
        namespace = {"namespace": metadata["namespace"]} if metadata.get("namespace") else {}
        return {
            "apiVersion": "batch/v1" if of_job else "apps/v1",
            "kind": self.kind,
            "metadata": {"name": self.name, **namespace},
            "spec": {"schedule": "0 0 * * *", "jobTemplate": {"spec": {"template": template}}}
            if of_job
            else {"selector": {"matchLabels": {"app": "suite"}}, "template": template},
        }


def workload_cases(policy: ir.Policy, cases: Sequence[Case]) -> Iterator[WorkloadCase]:
    """Workloads of the pods of ``cases`` of ``policy``: a Deployment for each set of failing checks, and two CronJobs.

    One CronJob has a pod that is allowed, the other one that is refused. No workload makes a pod with ephemeral containers,
    and none makes an update.
    """
    first: dict[tuple[str, ...], Case] = {}
    compiled = CompiledPolicy(policy) if policy.defaults else None
    for case in cases:
        if case.old_pod is None and "ephemeralContainers" not in _object(case.pod.get("spec")):
            defaulted = judged(case.name, case.pod, compiled.judge(case.pod)) if compiled else case
            first.setdefault(defaulted.shapes, defaulted)
    yield from (WorkloadCase("Deployment", case) for case in first.values())
    for allowed in (True, False):
        yield from [WorkloadCase("CronJob", case) for case in first.values() if case.allowed is allowed][:1]


def _object(value: object) -> Json:
    return dict(value) if isinstance(value, dict) else {}
