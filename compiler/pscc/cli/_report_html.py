"""``pscc report`` as one HTML file: no network, no code but its own.

The template escapes every text, and the page's security policy runs no script but the one whose digest it names. Source:
https://www.w3.org/TR/CSP3/.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING

from pscc.base.frozen import frozen
from pscc.base.resources import TEMPLATES
from pscc.cli import _report_words as words
from pscc.diagnostics.render import clean
from pscc.output.templating import render_page
from pscc.reporting.records import OUTCOMES, Outcome

if TYPE_CHECKING:
    from pscc.reporting.records import Report


@frozen
class _Names:
    title: str
    names: str


@frozen
class _Target:
    name: str
    keeps: bool
    verdict: str
    lists: tuple[_Names, ...]
    lacks: tuple[str, ...]
    usually: tuple[str, ...]


@frozen
class _Workload:
    namespace: str
    name: str
    place: str
    outcome: Outcome
    policies: str
    points: tuple[words.Point, ...]
    summary: str
    refused_on: str


@frozen
class _Namespace:
    name: str
    total: int
    numbers: Mapping[Outcome, int]


@frozen
class _Part:
    outcome: Outcome
    start: int
    number: int
    shown: str


def as_html(report: Report) -> str:
    """The page about ``report``."""
    return render_page(
        "report/report.html",
        style_hash=_digest("report.css"),
        script_hash=_digest("report.js"),
        sources=clean(", ".join(report.sources)),
        files=clean(", ".join(report.files)),
        headline=words.headline(report),
        keeping=words.keeping(report),
        modes=words.modes(report.program),
        total=len(report.workloads),
        bar=tuple(_bar(report)),
        words=words.WORDS,
        outcomes=OUTCOMES,
        targets=tuple(_targets(report)),
        some=words.some,
        refusing=tuple(words.refusing_rows(report)),
        dependences=tuple(words.dependence_rows(report)),
        uses=tuple(words.use_rows(report)),
        stages=tuple(words.stage_sentences(report)),
        warned=tuple(words.stage_rows(report.workloads)),
        namespaces=tuple(_namespaces(report)),
        workloads=tuple(_workloads(report)),
    )


def _digest(name: str) -> str:
    """The digest of an inline style or script, as a Content-Security-Policy names it."""
    content = (TEMPLATES / "report" / name).read_bytes()
    return f"sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode('ascii')}"


def _bar(report: Report) -> Iterator[_Part]:
    counts = [(outcome, number) for outcome, number in words.counts(report) if number]
    starts = accumulate((number for _, number in counts), initial=0)
    for (outcome, number), start in zip(counts, starts, strict=False):
        yield _Part(outcome, start, number, f"{number:,}")


def _targets(report: Report) -> Iterator[_Target]:
    for row in words.target_rows(report):
        lists = (
            _Names(title, words.some(workloads))
            for title, workloads in (
                ("Which it refuses", row.refused),
                ("Which it admits", row.admitted),
                ("Where it sets other defaults", row.otherwise),
            )
            if workloads
        )
        yield _Target(row.name, row.keeps, row.verdict, tuple(lists), row.lacks, row.usually)


def _namespaces(report: Report) -> Iterator[_Namespace]:
    for namespace, workloads in report.by_namespace:
        numbers = {outcome: sum(w.outcome == outcome for w in workloads) for outcome in OUTCOMES}
        yield _Namespace(clean(namespace), len(workloads), numbers)


def _workloads(report: Report) -> Iterator[_Workload]:
    for workload in report.workloads:
        points = tuple(words.points(workload))
        findings, changed = len(workload.objections), len(workload.facts.changes)
        parts = [words.counted(findings, "finding")] if findings else []
        parts += [f"{words.counted(changed, 'field')} set"] if changed and workload.outcome != "refused" else []
        yield _Workload(
            clean(workload.namespace),
            words.named(workload),
            clean(f"{workload.span.file}:{workload.span.line}"),
            workload.outcome,
            clean(", ".join(workload.policies)),
            points,
            ", ".join(parts),
            ", ".join(workload.refused_on),
        )
