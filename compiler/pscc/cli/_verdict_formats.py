"""The verdicts of ``pscc eval`` for other programs: as diagnostics (GitHub, SARIF), and as JUnit XML.

JUnit has no standard; this is what Jenkins, GitLab and GitHub's actions read. Source: https://github.com/testmoapp/junitxml
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from pscc.cli._verdicts import REFUSED
from pscc.diagnostics import Diagnostic, Severity
from pscc.diagnostics.render import clean

if TYPE_CHECKING:
    from pscc.reference.evaluate import Judgement, Outcome

_SEVERITY: dict[Outcome, Severity] = {"denied": "error", "warned": "warning", "audited": "warning", "unjudged": "note"}


def named(judgement: Judgement) -> str:
    """The manifest in words: ``Deployment team/web``, with the place of its pod where the kind does not say it."""
    name = "/".join(filter(None, (judgement.namespace, judgement.name)))
    return " ".join(filter(None, (judgement.kind, name, f"({judgement.template})" if judgement.template else "")))


def findings(judgement: Judgement) -> Iterator[str]:
    """What is said against the manifest, or why nothing is: one line each."""
    for reason in judgement.reasons:
        yield reason.full_message
    for tried in judgement.tried:
        yield from (f"{tried.policy}: {reason.full_message}" for reason in tried.verdict.reasons)
    if not judgement.reasons and not judgement.tried and judgement.message:
        yield judgement.message


def as_diagnostics(judgements: Iterable[Judgement]) -> Iterator[Diagnostic]:
    """A diagnostic for each finding. A manifest that is admitted has none, unless the API server refuses what it becomes."""
    for judgement in judgements:
        if judgement.verdict in _SEVERITY:
            for finding in findings(judgement):
                message = f"{named(judgement)} is {judgement.verdict}: {finding}"
                yield Diagnostic("POD005", message, judgement.span, _SEVERITY[judgement.verdict])
        for refusal in judgement.refused if judgement.allowed else ():
            message = f"{named(judgement)}: {REFUSED}: {refusal.message}"
            yield Diagnostic("POD006", message, judgement.span, "warning")


Case = tuple["Judgement", tuple[str, ...]]
"""A judgement, and further lines about it."""


def as_junit(command: str, suites: Sequence[tuple[str, Sequence[Case]]]) -> str:
    """JUnit XML of ``command``: ``suites`` by name, with a test case for each judgement.

    What enforces and denies is a failure; an unjudged pod is skipped.
    """
    root = ElementTree.Element(
        "testsuites", {"name": command, **_counts([case for _, cases in suites for case in cases])}
    )
    for name, cases in suites:
        suite = ElementTree.SubElement(root, "testsuite", {"name": name, **_counts(cases)})
        for judgement, more in cases:
            _case(suite, judgement, tuple(map(clean, more)))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _counts(cases: Sequence[Case]) -> dict[str, str]:
    return {
        "tests": str(len(cases)),
        "failures": str(sum(not case.allowed for case, _ in cases)),
        "errors": "0",
        "skipped": str(sum(case.policy is None for case, _ in cases)),
    }


def _case(suite: ElementTree.Element, case: Judgement, more: tuple[str, ...]) -> None:
    by = case.choice or case.policy
    attributes = {
        "name": clean(f"{named(case)} by {by}" if by else named(case)),
        "classname": clean(case.file),
        "file": clean(case.file),
        "line": str(case.span.line),
    }
    element = ElementTree.SubElement(suite, "testcase", attributes)
    lines = [clean(finding) for finding in findings(case)]
    if not case.allowed:
        failure = ElementTree.SubElement(
            element, "failure", {"type": "denied", "message": lines[0] if lines else "denied"}
        )
        failure.text = "\n".join(lines)
    elif case.policy is None:
        ElementTree.SubElement(element, "skipped", {"message": "; ".join(lines)})
    elif case.verdict != "allowed" or case.refused or more:
        refused = [clean(f"{REFUSED}: {refusal.message}") for refusal in case.refused]
        ElementTree.SubElement(element, "system-out").text = "\n".join((case.verdict, *lines, *refused, *more))
