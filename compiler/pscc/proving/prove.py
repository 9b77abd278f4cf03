"""Proves a whole output against its source: for each mode, and for pods that are created or changed.

What the source means is the program as it is rolled out. What the output does is read from its files alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.passes import reads_of_choice, rechecked_on
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.terms import TRUE, Term, and_, not_, or_
from pscc.proving.pod import root
from pscc.proving.question import Answer, Differs, Question, Undecided, answer, questions
from pscc.proving.readers import READERS
from pscc.proving.readers.objections import RESOURCES, Operation, Read, Resource
from pscc.proving.requests import chooses, judged, may_use
from pscc.proving.source import passes
from pscc.proving.updates import facts, unchanged

MODES: tuple[ir.Mode, ...] = ("enforce", "warn", "audit")
OPERATIONS: tuple[Operation, ...] = ("CREATE", "UPDATE")


@frozen
class Claim:
    """That the output objects in ``mode`` to the pods to which ``policies`` and ``choices`` object, and to no others.

    ``operation``: pods that are created, or changed, by requests for ``resources``. ``asked`` finds a pod.
    """

    mode: ir.Mode
    operation: Operation
    resources: tuple[Resource, ...]
    policies: tuple[ir.Policy, ...]
    choices: tuple[ir.Choice, ...]
    asked: tuple[Question, ...]

    def answered(self, seconds: float) -> Answer:
        """Whether it holds; the solver gives up after ``seconds`` for each question."""
        given = answer(self.asked, seconds)
        if isinstance(given, Differs) and self.operation == "UPDATE":
            return Undecided("some updates may be treated differently, and no pair of pods is made for them yet")
        return given


@frozen
class Claims:
    """All ``claims`` about an output.

    Some objects of the output are not proven: ``unjudged`` names those that judge other things than pods, ``mutations``
    those that change pods.
    """

    claims: tuple[Claim, ...]
    unjudged: tuple[str, ...]
    mutations: tuple[str, ...]


def claims(
    program: ir.Program, texts: Mapping[str, str], kind: str, operations: tuple[Operation, ...] = OPERATIONS
) -> Claims:
    """The claims, for each of ``operations``, that the files ``texts`` judge pods with all defaults as ``program`` does.

    ``kind`` is the kind of the objects that hold the checks, one of `READERS`. Raises `NotUnderstoodError` if the reader does
    not know something in the program or the files, and `NoBoundError` if no number of elements is enough for a list.
    """
    live = next((choice.name for choice in program.choices if choice.live), None)
    if live is not None:
        raise NotUnderstoodError(f"the `choose` {live}, in which the cluster's RBAC decides")
    read = {operation: READERS[kind](texts, operation, True) for operation in operations}
    listed = [claim for operation, output in read.items() for claim in _claims(program, output, operation)]
    unjudged = dict.fromkeys(name for output in read.values() for name in output.unjudged)
    objecting = {each.policy for output in read.values() for each in output.objections}
    return Claims(
        tuple(listed), tuple(name for name in unjudged if name not in objecting), read[operations[0]].mutations
    )


def _claims(program: ir.Program, read: Read, operation: Operation) -> Iterator[Claim]:
    for mode in MODES:
        policies = tuple(policy for policy in program.policies if policy.mode == mode)
        objecting = {
            resource: tuple(each.holds for each in read.objections if mode in each.modes and resource in each.resources)
            for resource in RESOURCES[operation]
        }
        choices = tuple(choice for choice in program.choices if choice.mode == mode)
        if not policies and not choices and not any(objecting.values()):
            continue
        source = admitted(policies, choices, operation)
        for holds in dict.fromkeys(objecting.values()):
            resources = tuple(resource for resource, others in objecting.items() if others == holds)
            output = not_(or_(*holds))
            known = and_(*facts((source, output), root("pod"))) if operation == "UPDATE" else TRUE
            yield Claim(mode, operation, resources, policies, choices, tuple(questions(source, output, known)))


def admitted(policies: Iterable[ir.Policy], choices: Iterable[ir.Choice], operation: Operation) -> Term:
    """The pods that ``policies`` and ``choices`` accept when they are created or changed (``operation``)."""
    return and_(
        *(_admits(policy, operation) for policy in policies), *(_chooses(choice, operation) for choice in choices)
    )


def _admits(policy: ir.Policy, operation: Operation) -> Term:
    pod = root("pod")
    passed = [passes(check, pod) for check in policy.checks]
    if operation == "UPDATE":
        same = (unchanged(rechecked_on(check, bool(policy.exemptions)), pod) for check in policy.checks)
        passed = [or_(passes_itself, is_unchanged) for passes_itself, is_unchanged in zip(passed, same, strict=True)]
    return or_(not_(judged(policy)), and_(*passed))


def _chooses(choice: ir.Choice, operation: Operation) -> Term:
    """Some policy of ``choice`` that may be used accepts the pod as it is, with the defaults that were set."""
    pod = root("pod")
    accepted = [
        and_(may_use(choice, policy), *(passes(check, pod) for check in policy.checks)) for policy in choice.policies
    ]
    if operation == "UPDATE":
        accepted.append(unchanged(reads_of_choice(choice), pod))
    return or_(not_(chooses(choice)), *accepted)
