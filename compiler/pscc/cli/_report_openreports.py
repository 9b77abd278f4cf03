"""``pscc report`` as objects of ``openreports.io``, which dashboards of clusters read.

Source: ``apis/openreports.io/v1alpha1/report_types.go`` in https://github.com/openreports/reports-api.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from types import MappingProxyType
from typing import TYPE_CHECKING

from pscc.cli._report_words import changed, objected
from pscc.diagnostics.render import clean
from pscc.pod.templates import WORKLOADS
from pscc.reporting.records import objections

if TYPE_CHECKING:
    from pscc.reference.evaluate import Judgement, Outcome
    from pscc.reporting.records import Report, Workload

Json = dict[str, object]
API_VERSION = "openreports.io/v1alpha1"
_LARGEST = 200_000
"""The size of a report's results, in bytes: ``kubectl apply`` keeps a copy in an annotation, which holds 256 KiB."""
_RESULTS = MappingProxyType[str, str](
    {"allowed": "pass", "denied": "fail", "warned": "warn", "audited": "warn", "unjudged": "skip"}
)
_GROUPS = MappingProxyType({kind: group for group, kinds in WORKLOADS.items() for kind in kinds})


def as_openreports(report: Report) -> Json:
    """A List of Reports: one or several for each namespace, which has to exist where they are applied."""
    items = [item for namespace, workloads in report.by_namespace for item in _reports(namespace, workloads)]
    return {"apiVersion": "v1", "kind": "List", "items": items}


def _reports(namespace: str, workloads: tuple[Workload, ...]) -> Iterator[Json]:
    parts: list[list[Json]] = [[]]
    size = 0
    for result in (result for workload in workloads for result in _of_workload(workload)):
        length = len(json.dumps(result))
        if parts[-1] and size + length > _LARGEST:
            parts.append([])
            size = 0
        parts[-1].append(result)
        size += length
    for number, results in enumerate(parts, 1):
        counts = Counter(str(result["result"]) for result in results)
        yield {
            "apiVersion": API_VERSION,
            "kind": "Report",
            "metadata": {
                "name": "pscc" if len(parts) == 1 else f"pscc-{number}",
                "namespace": namespace,
                "labels": {"app.kubernetes.io/managed-by": "pscc"},
            },
            "source": "pscc",
            "scope": {"apiVersion": "v1", "kind": "Namespace", "name": namespace},
            "summary": {result: counts[result] for result in ("pass", "fail", "warn", "error", "skip")},
            "results": results,
        }


def _of_workload(workload: Workload) -> Iterator[Json]:
    """A result for each finding of a policy; one for each choice, and for each policy that accepts the workload."""
    for judgement in workload.facts.judgements:
        reasons = tuple(objections((judgement,)))
        policy = judgement.policy or judgement.choice or "none"
        if judgement.choice is not None or not reasons:
            lines = [objected(objection) for objection in reasons] or _remarks(workload, judgement)
            yield _result(workload, policy, "", judgement.verdict, "; ".join(lines))
        else:
            for objection in reasons:
                yield _result(workload, policy, objection.control, objection.verdict, objected(objection))


def _remarks(workload: Workload, judgement: Judgement) -> list[str]:
    if judgement.policy is None:
        return [clean(judgement.message)]
    return [changed(change) for change in workload.facts.changes if change.policy == judgement.policy]


def _result(workload: Workload, policy: str, rule: str, verdict: Outcome, message: str) -> Json:
    group = _GROUPS.get(workload.kind)
    version = {} if group is None and workload.kind != "Pod" else {"apiVersion": f"{group}/v1" if group else "v1"}
    properties = {"place": clean(f"{workload.span.file}:{workload.span.line}"), "outcome": workload.outcome}
    if workload.refused_on:
        properties["refused-on"] = ", ".join(workload.refused_on)
    if workload.pods:
        properties["pods"] = str(workload.pods)
    named = {"kind": workload.kind, "namespace": workload.namespace, "name": workload.name}
    return {
        "policy": clean(policy),
        **({"rule": rule} if rule else {}),
        "category": "Pod Security",
        "result": _RESULTS[verdict],
        "scored": verdict in ("allowed", "denied"),
        **({"message": message} if message else {}),
        "resources": [{**version, **named}],
        "properties": properties,
    }
