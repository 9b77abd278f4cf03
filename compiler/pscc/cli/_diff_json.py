"""``pscc diff`` as one JSON object."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pscc.cli._diff_workloads import WorkloadChange
    from pscc.ir.access import Request
    from pscc.reasoning.difference.changed import Change
    from pscc.reasoning.difference.difference import Difference
    from pscc.reasoning.difference.witness import Witness
    from pscc.reference.interpreter import Reason

Json = dict[str, object]


def as_json(difference: Difference, workloads: tuple[WorkloadChange, ...] | None) -> Json:
    """The report; ``workloads`` are in it where some were given."""
    report: Json = {
        "relation": difference.relation,
        "looser": list(map(_witness, difference.looser)),
        "stricter": list(map(_witness, difference.stricter)),
        "quieter": list(map(_witness, difference.quieter)),
        "louder": list(map(_witness, difference.louder)),
        "changed": list(map(_change, difference.changed)),
        "undecided": [{"control": undecided.control, "reason": undecided.reason} for undecided in difference.undecided],
        "decidedBySolver": list(difference.solved),
        "apart": list(map(_request, difference.apart)),
    }
    if workloads is not None:
        report["workloads"] = [workload.as_json() for workload in workloads]
    return report


def _witness(witness: Witness) -> Json:
    return {
        "control": witness.control,
        "pod": witness.pod,
        "oldPod": witness.old_pod,
        **_request(witness.request),
        "requests": list(map(_request, witness.requests)),
        "mode": witness.mode,
        "reasons": list(map(_reason, witness.reasons)),
        "otherMode": witness.lesser_mode,
        "otherReasons": list(map(_reason, witness.lesser)),
        "behind": list(witness.behind),
    }


def _change(change: Change) -> Json:
    return {
        "control": change.control,
        "pod": change.pod,
        **_request(change.request),
        "requests": list(map(_request, change.requests)),
        "field": change.field,
        "old": change.old,
        "new": change.new,
    }


def _request(request: Request) -> Json:
    return {
        "namespace": request.namespace,
        "namespaceLabels": dict(request.namespace_labels),
        "user": request.user,
        "groups": list(request.groups),
        "serviceAccount": request.service_account,
    }


def _reason(reason: Reason) -> Json:
    return {"message": reason.message, "because": reason.because, "path": reason.path, "source": str(reason.span)}
