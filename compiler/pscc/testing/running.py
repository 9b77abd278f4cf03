"""Judges the cases of a file, and says in what each differs from what it expects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pscc.base.frozen import frozen
from pscc.base.source import Span
from pscc.ir import Program
from pscc.pod.manifests import Manifest
from pscc.reference.evaluate import Judgement, Outcome, judgements
from pscc.reference.interpreter import Json
from pscc.testing.cases import TestCase
from pscc.testing.paths import steps_of, value_at

_WORST_FIRST: tuple[Outcome, ...] = ("denied", "warned", "audited", "allowed", "unjudged")
"""The verdicts, the worst first. The worst verdict of a policy or choice is the verdict of the pod."""


@frozen
class Mismatch:
    """One expectation that does not hold: its ``key``, what was ``expected``, what ``actual`` is, and where it is written."""

    key: str
    expected: object
    actual: object
    span: Span


@frozen
class Actual:
    """The judgement of the policies on one pod of a case.

    ``policies`` are the policies that decide the verdict, ``controls`` the controls that object, and ``findings`` the
    messages. ``pod`` is the pod with the defaults set.
    """

    outcome: Outcome
    policies: tuple[str, ...]
    controls: tuple[str, ...]
    findings: tuple[str, ...]
    pod: Json


@frozen
class Result:
    """A case, and what the policies say of each of its pods. It passes if there is no mismatch."""

    case: TestCase
    actual: tuple[Actual, ...]
    mismatches: tuple[Mismatch, ...]

    @property
    def passed(self) -> bool:
        """Whether the case passes."""
        return not self.mismatches


def run(program: Program, cases: Sequence[TestCase]) -> tuple[Result, ...]:
    """The result of each of ``cases`` by ``program``."""
    return tuple(_result(program, case) for case in cases)


def _result(program: Program, case: TestCase) -> Result:
    actual = tuple(_actual(program, case, manifest, old_pod) for manifest, old_pod in case.pods)
    mismatches: list[Mismatch] = []
    for mismatch in (mismatch for of_pod in actual for mismatch in _mismatches(case, of_pod)):
        if mismatch not in mismatches:
            mismatches.append(mismatch)
    return Result(case, actual, tuple(mismatches))


def _actual(program: Program, case: TestCase, manifest: Manifest, old_pod: Json | None) -> Actual:
    judged = judgements(program, manifest, case.request, old_pod=old_pod)
    judged = tuple(judgement for judgement in judged if case.policy in set(_policies(judgement))) or judged
    outcome = min((judgement.verdict for judgement in judged), key=_WORST_FIRST.index)
    deciding = [judgement for judgement in judged if judgement.verdict == outcome]
    reasons = [reason for judgement in deciding for reason in judgement.reasons]
    tried = [opinion for judgement in deciding for opinion in judgement.tried]
    if case.policy is not None:
        tried = [opinion for opinion in tried if opinion.policy == case.policy]
    reasons += [reason for opinion in tried for reason in opinion.verdict.reasons]
    return Actual(
        outcome,
        tuple(dict.fromkeys(name for judgement in deciding for name in _policies(judgement))),
        tuple(dict.fromkeys(reason.control for reason in reasons)),
        tuple(dict.fromkeys(line for judgement in deciding for line in _lines(judgement))),
        judged[0].pod,
    )


def _policies(judgement: Judgement) -> Iterator[str]:
    if judgement.policy:
        yield judgement.policy
    yield from (opinion.policy for opinion in judgement.tried)


def _lines(judgement: Judgement) -> Iterator[str]:
    yield from (reason.full_message for reason in judgement.reasons)
    if judgement.message and not judgement.reasons:
        yield judgement.message


def _mismatches(case: TestCase, judged: Actual) -> Iterator[Mismatch]:
    places = dict(case.places)
    if judged.outcome != case.outcome:
        yield Mismatch("outcome", case.outcome, judged.outcome, places["outcome"])
    if case.policy is not None and case.policy not in judged.policies:
        yield Mismatch("policy", case.policy, judged.policies, places["policy"])
    if case.controls is not None and set(case.controls) != set(judged.controls):
        yield Mismatch("controls", case.controls, judged.controls, places["controls"])
    actual = {path: value_at(judged.pod, steps_of(path)) for path, _ in case.changed}
    if actual != dict(case.changed):
        yield Mismatch("changed", dict(case.changed), actual, places["changed"])
