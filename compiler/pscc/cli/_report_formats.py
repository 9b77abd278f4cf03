"""The formats of ``pscc report``, each as a text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from pscc.diagnostics import Diagnostic

if TYPE_CHECKING:
    from pscc.cli._verdict_formats import Case
    from pscc.reporting.records import Report, Workload


def _html(report: Report) -> str:
    from pscc.cli._report_html import as_html

    return as_html(report)


def _markdown(report: Report) -> str:
    from pscc.cli._report_markdown import as_markdown

    return "".join(f"{line}\n" for line in as_markdown(report))


def _json(report: Report) -> str:
    from pscc.cli._report_json import as_json

    return json.dumps(as_json(report), indent=2) + "\n"


def _openreports(report: Report) -> str:
    from pscc.cli._report_openreports import as_openreports

    return json.dumps(as_openreports(report), indent=2) + "\n"


def _sarif(report: Report) -> str:
    from pscc.diagnostics.render import render

    return render(tuple(dict.fromkeys(_diagnostics(report))), {}, "sarif", False)


def _junit(report: Report) -> str:
    from pscc.cli._verdict_formats import as_junit

    suites = [("policies", [case for workload in report.workloads for case in _cases(workload)])]
    for target in report.targets if report.judged else ():
        if not target.errors:
            admitted = (workload for workload in report.workloads if workload.outcome != "refused")
            suites.append((target.name, [case for workload in admitted for case in _cases_on(target.name, workload)]))
    return as_junit("pscc report", suites)


FORMATS: Mapping[str, Callable[[Report], str]] = MappingProxyType(
    {
        "html": _html,
        "markdown": _markdown,
        "json": _json,
        "sarif": _sarif,
        "junit": _junit,
        "openreports": _openreports,
    }
)
"""What writes each format, by the name that the command line has."""


def _diagnostics(report: Report) -> Iterator[Diagnostic]:
    """What ``pscc eval`` finds; a note on each workload that lives off defaults; a warning where a target refuses it."""
    from pscc.cli._report_words import changed, named, objected
    from pscc.cli._verdict_formats import as_diagnostics
    from pscc.cli._verdicts import REFUSED
    from pscc.diagnostics.render import clean

    for workload in report.workloads:
        yield from as_diagnostics(workload.judgements)
        who = f"{named(workload)} in {clean(workload.namespace)}"
        if workload.outcome == "changed":
            changes = "; ".join(map(changed, workload.facts.changes))
            yield Diagnostic("POD008", f"{who} is admitted once changed: {changes}", workload.span, "note")
        for elsewhere in workload.facts.elsewhere:
            if elsewhere.how == "refused":
                refused = (clean(f"{REFUSED}: {each.message}") for each in elsewhere.judgements[0].refused)
                messages = "; ".join((*map(objected, elsewhere.objections), *refused))
                message = f"{who} is refused on {elsewhere.target}: {messages}"
                yield Diagnostic("POD009", message, workload.span, "warning")


def _cases(workload: Workload) -> Iterator[Case]:
    from pscc.cli._report_words import changed

    for judgement in workload.judgements:
        changes = (change for change in workload.facts.changes if change.policy == judgement.policy)
        yield judgement, tuple(map(changed, changes)) if judgement.allowed else ()


def _cases_on(target: str, workload: Workload) -> Iterator[Case]:
    """The judgements of ``target`` on ``workload``; those of the source where they do not differ."""
    elsewhere = next((candidate for candidate in workload.facts.elsewhere if candidate.target == target), None)
    facts = workload.facts if elsewhere is None else replace(workload.facts, judgements=elsewhere.judgements)
    changes = workload.facts.changes if elsewhere is None else elsewhere.changes
    yield from _cases(replace(workload, facts=replace(facts, changes=changes)))
