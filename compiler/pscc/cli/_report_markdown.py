"""``pscc report`` as GitHub's and GitLab's Markdown, for an issue or a wiki."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pscc.cli import _report_words as words
from pscc.cli._markdown import cell
from pscc.diagnostics.render import clean
from pscc.reporting.records import OUTCOMES

if TYPE_CHECKING:
    from pscc.reporting.records import Report


def as_markdown(report: Report) -> Iterator[str]:
    """The lines of the page about ``report``."""
    yield "# Pod security report"
    yield ""
    yield cell(clean(f"{', '.join(report.sources)}, judging {', '.join(report.files)}"))
    yield ""
    yield f"**{words.headline(report)}.** {words.keeping(report)}"
    if modes := words.modes(report.program):
        yield from ("", cell(modes))
    yield from _targets(report)
    yield from _checks("Refused, by check", "Check", words.refusing_rows(report), "No workload is refused.")
    none = "No workload lives off a default."
    yield from _checks("Who lives off defaults", "Default", words.dependence_rows(report), none)
    yield from (
        "",
        "## Who may use what",
        "",
        *_head("Policy", "Who", "Namespaces", "Workloads that the policy admits"),
    )
    for use in words.use_rows(report):
        yield _row(use.policy, use.who, use.where, str(use.count))
    yield from ("", "## What a warn and an audit stage would show")
    for sentence in words.stage_sentences(report):
        yield from ("", cell(sentence))
    yield from ("", *_table("Check", words.stage_rows(report.workloads), "A warn stage would show nothing."))
    yield from ("", "## Namespaces", "")
    yield from _head("Namespace", "Workloads", *(words.WORDS[outcome] for outcome in OUTCOMES))
    for namespace, workloads in report.by_namespace:
        numbers = (sum(w.outcome == outcome for w in workloads) for outcome in OUTCOMES)
        yield _row(clean(namespace), str(len(workloads)), *map(str, numbers))
    yield from _workloads(report)


def _targets(report: Report) -> Iterator[str]:
    yield from ("", "## Which target keeps this cluster working", "")
    yield from _head("Target", "Keeps it working", "What differs there")
    rows = tuple(words.target_rows(report))
    for row in rows:
        concerned = row.refused or row.admitted or row.otherwise
        yield _row(
            row.name, "yes" if row.keeps else "no", f"{row.verdict}{f': {words.some(concerned)}' if concerned else ''}"
        )
    for row in rows:
        if row.lacks or row.usually:
            yield from (
                "",
                f"What `{row.name}` cannot express:",
                "",
                *(f"- {cell(t)}" for t in (*row.lacks, *row.usually)),
            )


def _checks(title: str, first: str, rows: Iterable[words.CheckRow], none: str) -> Iterator[str]:
    yield from ("", f"## {title}", "", *_table(first, rows, none))


def _table(first: str, rows: Iterable[words.CheckRow], none: str) -> Iterator[str]:
    listed = tuple(rows)
    if not listed:
        yield none
        return
    yield from _head(first, "Policy", "Workloads", "Which")
    for row in listed:
        what = f"{row.what}, {row.place}" if row.place else row.what
        yield _row(what, row.policy, str(len(row.workloads)), words.some(row.workloads))


def _workloads(report: Report) -> Iterator[str]:
    yield from ("", "## Workloads", "")
    yield from _head("Namespace", "Workload", "Outcome", "Policy", "Refused on")
    for workload in report.workloads:
        named, policies = words.named(workload), clean(", ".join(workload.policies))
        outcome = words.WORDS[workload.outcome]
        yield _row(clean(workload.namespace), named, outcome, policies, ", ".join(workload.refused_on))
    for workload in report.workloads:
        points = tuple(words.points(workload))
        if points:
            place = clean(f"{workload.span.file}:{workload.span.line}")
            head = (
                f"{words.named(workload)} in {clean(workload.namespace)} is {words.WORDS[workload.outcome]} ({place}):"
            )
            yield from ("", cell(head), "")
            yield from (f"- {cell(f'{p.text} ({p.place})' if p.place else p.text)}" for p in points)


def _head(*titles: str) -> Iterator[str]:
    yield f"| {' | '.join(titles)} |"
    yield f"|{'---|' * len(titles)}"


def _row(*cells: str) -> str:
    return f"| {' | '.join(map(cell, cells))} |"
