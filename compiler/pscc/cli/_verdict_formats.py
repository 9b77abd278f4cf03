"""The verdicts of ``pscc eval`` for other programs: as diagnostics (GitHub, SARIF), and as JUnit XML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from pscc.cli import _junit
from pscc.cli._verdicts import REFUSED
from pscc.diagnostics import Diagnostic, Severity

if TYPE_CHECKING:
    from pscc.reference.evaluate import Judgement, Outcome

_SEVERITY: dict[Outcome, Severity] = {"denied": "error", "warned": "warning", "audited": "warning", "unjudged": "note"}


def named(judgement: Judgement) -> str:
    """The manifest in words: ``Deployment team/web``, with the place of its pod where the kind does not say it."""
    name = "/".join(filter(None, (judgement.namespace, judgement.name)))
    return " ".join(filter(None, (judgement.kind, name, f"({judgement.template})" if judgement.template else "")))


def findings(judgement: Judgement) -> Iterator[str]:
    """The findings about the manifest, one a line. If there are none, the reason why."""
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
    return _junit.junit(
        command, tuple(_junit.Suite(name, tuple(_junit_case(*case) for case in cases)) for name, cases in suites)
    )


def _junit_case(judgement: Judgement, more: tuple[str, ...]) -> _junit.Case:
    by = judgement.choice or judgement.policy
    name = f"{named(judgement)} by {by}" if by else named(judgement)
    return _junit.Case(name, judgement.file, judgement.span.line, _junit_outcome(judgement, more))


def _junit_outcome(judgement: Judgement, more: tuple[str, ...]) -> _junit.Outcome | None:
    lines = tuple(findings(judgement))
    if not judgement.allowed:
        return _junit.Outcome("failure", lines, "denied")
    if judgement.policy is None:
        return _junit.Outcome("skipped", lines)
    if judgement.verdict != "allowed" or judgement.refused or more:
        refused = (f"{REFUSED}: {refusal.message}" for refusal in judgement.refused)
        return _junit.Outcome("system-out", (judgement.verdict, *lines, *refused, *more))
    return None
