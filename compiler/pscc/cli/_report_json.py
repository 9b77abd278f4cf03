"""``pscc report`` as JSON: one object, with a record for each workload, target, default and grant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pscc.cli import _report_words as words
from pscc.reporting.records import objections

if TYPE_CHECKING:
    from pscc.base.source import Span
    from pscc.reporting.records import Change, Elsewhere, Objection, Report, Workload

Json = dict[str, object]


def as_json(report: Report) -> Json:
    """``report`` as JSON."""
    return {
        "sources": list(report.sources),
        "files": list(report.files),
        "summary": {
            "workloads": len(report.workloads),
            **{str(outcome): number for outcome, number in words.counts(report)},
            "keeps": [target.name for target in report.targets if report.keeps(target)],
        },
        "targets": [
            {
                "target": row.name,
                "keeps": row.keeps,
                "verdict": row.verdict,
                "refused": [_named(workload) for workload in row.refused],
                "admitted": [_named(workload) for workload in row.admitted],
                "otherwise": [_named(workload) for workload in row.otherwise],
                "lacks": list(row.lacks),
                "usually": list(row.usually),
            }
            for row in words.target_rows(report)
        ],
        "defaults": [
            {
                "control": dependence.control,
                "policy": dependence.policy,
                "statement": dependence.statement,
                "source": str(dependence.span),
                "workloads": [_named(workload) for workload in dependence.workloads],
            }
            for dependence in report.dependences
        ],
        "uses": [
            {"policy": row.policy, "who": row.who, "where": row.where, "workloads": row.count}
            for row in words.use_rows(report)
        ],
        "without-a-pod": [str(other) for other in report.others],
        "workloads": [_workload(workload) for workload in report.workloads],
    }


def _named(workload: Workload) -> Json:
    return {
        "kind": workload.kind,
        "namespace": workload.namespace,
        "name": workload.name,
        "template": workload.template,
    }


def _workload(workload: Workload) -> Json:
    facts, first = workload.facts, workload.facts.judgements[0]
    return {
        **_named(workload),
        "file": workload.span.file,
        "line": workload.span.line,
        "pods": workload.pods,
        "outcome": workload.outcome,
        "policies": list(workload.policies),
        "objections": [_objection(objection) for objection in workload.objections],
        "changes": [_change(change) for change in facts.changes],
        "message": first.message if workload.outcome == "unjudged" else "",
        "differs": [judgement.differs for judgement in facts.judgements if judgement.differs],
        "refused": [{"path": r.path, "message": r.message, "rule": r.rule} for r in first.refused],
        "targets": [_elsewhere(elsewhere) for elsewhere in facts.elsewhere],
        "warn": [_objection(objection) for objection in objections(facts.warned)],
        "scan": [_objection(objection) for objection in objections(facts.scanned)],
    }


def _elsewhere(elsewhere: Elsewhere) -> Json:
    return {
        "target": elsewhere.target,
        "how": elsewhere.how,
        "objections": [_objection(objection) for objection in elsewhere.objections],
        "changes": [_change(change) for change in elsewhere.changes],
    }


def _objection(objection: Objection) -> Json:
    return {
        "verdict": objection.verdict,
        "policy": objection.policy,
        "choice": objection.choice,
        "control": objection.control,
        "message": objection.message,
        "path": objection.path,
        "source": _source(objection.span),
    }


def _change(change: Change) -> Json:
    return {
        "control": change.control,
        "path": change.path,
        "before": change.before,
        "after": change.after,
        "policy": change.policy,
        "statement": change.statement,
        "source": _source(change.span),
    }


def _source(span: Span | None) -> str | None:
    return None if span is None else str(span)
