"""Proves a whole output against its source: for each mode, and for pods that are created or changed.

What the source means is the program as it is rolled out. What the output does is read from its files alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.passes import rechecked_on
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.terms import TRUE, Term, and_, not_, or_
from pscc.proving.pod import root
from pscc.proving.question import Answer, Differs, Question, Undecided, answer, questions
from pscc.proving.requests import judged
from pscc.proving.source import passes
from pscc.proving.updates import facts, unchanged
from pscc.proving.vap import Read, objections

Operation = Literal["CREATE", "UPDATE"]
ACTIONS: Mapping[ir.Mode, str] = {"enforce": "Deny", "warn": "Warn", "audit": "Audit"}
"""What a binding does with the findings of a policy in each mode."""
TARGETS = ("vap",)
"""The targets whose outputs this reads."""


OPERATIONS: tuple[Operation, ...] = ("CREATE", "UPDATE")


@frozen
class Claim:
    """That the output objects in ``mode`` to the pods to which ``policies`` object, and to no others.

    ``operation``: pods that are created, or changed. ``asked`` finds a pod.
    """

    mode: ir.Mode
    operation: Operation
    policies: tuple[ir.Policy, ...]
    asked: tuple[Question, ...]

    def answered(self, seconds: float) -> Answer:
        """Whether it holds; the solver gives up after ``seconds`` for each question."""
        given = answer(self.asked, seconds)
        if isinstance(given, Differs) and self.operation == "UPDATE":
            return Undecided("some updates may be treated differently, and no pair of pods is made for them yet")
        return given


@frozen
class Claims:
    """All ``claims`` about an output, and ``read``: what its files have."""

    claims: tuple[Claim, ...]
    read: Read


def claims(program: ir.Program, texts: Mapping[str, str], operations: tuple[Operation, ...] = OPERATIONS) -> Claims:
    """The claims that the files ``texts`` treat pods as ``program`` does, once all defaults are set, for each of ``operations``.

    Raises `NotUnderstoodError` where the program or the files have something that is not understood, `NoBoundError` where
    no number of elements is enough for a list.
    """
    if program.choices:
        raise NotUnderstoodError(
            f"the `choose` {program.choices[0].name}: only policies outside of a `choose` are proven yet"
        )
    read = {operation: objections(texts, operation) for operation in operations}
    listed = [claim for operation, objecting in read.items() for claim in _claims(program, objecting, operation)]
    return Claims(tuple(listed), read[operations[0]])


def _claims(program: ir.Program, read: Read, operation: Operation) -> Iterator[Claim]:
    for mode, action in ACTIONS.items():
        policies = tuple(policy for policy in program.policies if policy.mode == mode)
        objecting = [each.holds for each in read.objections if action in each.actions]
        if policies or objecting:
            source = and_(*(_admits(policy, operation) for policy in policies))
            output = not_(or_(*objecting))
            known = and_(*facts((source, output), root("pod"))) if operation == "UPDATE" else TRUE
            yield Claim(mode, operation, policies, tuple(questions(source, output, known)))


def _admits(policy: ir.Policy, operation: Operation) -> Term:
    pod = root("pod")
    passed = [passes(check, pod) for check in policy.checks]
    if operation == "UPDATE":
        same = (unchanged(rechecked_on(check, bool(policy.exemptions)), pod) for check in policy.checks)
        passed = [or_(passes_itself, is_unchanged) for passes_itself, is_unchanged in zip(passed, same, strict=True)]
    return or_(not_(judged(policy)), and_(*passed))
