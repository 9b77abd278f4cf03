"""Proves a whole output against its source: for each mode, and for creations of pods.

What the source means is the program as it is rolled out. What the output does is read from its files alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pscc import ir
from pscc.base.frozen import frozen
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.terms import Term, and_, not_, or_
from pscc.proving.pod import root
from pscc.proving.question import Answer, Question, answer, questions
from pscc.proving.requests import judged
from pscc.proving.source import passes
from pscc.proving.vap import Read, objections

ACTIONS: Mapping[ir.Mode, str] = {"enforce": "Deny", "warn": "Warn", "audit": "Audit"}
"""What a binding does with the findings of a policy in each mode."""
TARGETS = ("vap",)
"""The targets whose outputs this reads."""


@frozen
class Claim:
    """That the output objects in ``mode`` to the pods to which ``policies`` object, and to no others. ``asked`` finds a pod."""

    mode: ir.Mode
    policies: tuple[ir.Policy, ...]
    asked: tuple[Question, ...]

    def answered(self, seconds: float) -> Answer:
        """Whether it holds; the solver gives up after ``seconds`` for each question."""
        return answer(self.asked, seconds)


@frozen
class Claims:
    """All ``claims`` about an output, and ``read``: what its files have."""

    claims: tuple[Claim, ...]
    read: Read


def claims(program: ir.Program, texts: Mapping[str, str]) -> Claims:
    """The claims that the files ``texts`` treat created pods as ``program`` does, once all defaults are set.

    Raises `NotUnderstoodError` where the program or the files have something that is not understood, `NoBoundError` where
    no number of elements is enough for a list.
    """
    if program.choices:
        raise NotUnderstoodError(
            f"the `choose` {program.choices[0].name}: only policies outside of a `choose` are proven yet"
        )
    read = objections(texts, "CREATE")
    return Claims(tuple(_claims(program, read)), read)


def _claims(program: ir.Program, read: Read) -> Iterator[Claim]:
    for mode, action in ACTIONS.items():
        policies = tuple(policy for policy in program.policies if policy.mode == mode)
        objecting = [each.holds for each in read.objections if action in each.actions]
        if policies or objecting:
            source = and_(*(_admits(policy) for policy in policies))
            yield Claim(mode, policies, tuple(questions(source, not_(or_(*objecting)))))


def _admits(policy: ir.Policy) -> Term:
    pod = root("pod")
    return or_(not_(judged(policy)), and_(*(passes(check, pod) for check in policy.checks)))
