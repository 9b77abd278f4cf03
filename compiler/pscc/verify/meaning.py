"""The answers that a program and its output should give to a request, both by the reference interpreter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.access import Request
from pscc.lowering.capabilities import Workloads
from pscc.lowering.settled import with_settled
from pscc.lowering.shortfalls import set_widely
from pscc.output.contents import Output
from pscc.reference import interpreter
from pscc.reference.admission import Admission, accepts_as_it_is, admit, as_left, judges

Json = dict[str, object]


@frozen
class Expected:
    """The expected answer: messages that deny the pod, warnings (both sorted), and the pod with its defaults."""

    denials: tuple[str, ...]
    warnings: tuple[str, ...]
    pod: Json


@frozen
class Meaning:
    """``program``, ready to answer requests. A request is None where neither the user nor the namespace matters.

    ``widely`` names the policies whose defaults are set for exempt requests, too. With ``apart``, each policy judges pods
    with its own defaults alone. So it is where an output judges workloads: there, a policy's defaults include those of other
    policies that hold wherever it does.
    """

    program: ir.Program
    widely: frozenset[str] = frozenset()
    apart: bool = False

    def defaulted(self, pod: Json, request: Request | None) -> Json:
        """``pod`` with the defaults of the policies that judge it. A choice sets its own as it judges."""
        for policy in self.program.policies if not self.apart else ():
            where = replace(policy, exemptions=()) if policy.name in self.widely else policy
            if request is None or judges(where, request):
                pod = dict(interpreter.with_defaults(policy, pod))
        return pod

    def expected(self, pod: Json, old_pod: Json | None, request: Request | None, created: bool) -> Expected:
        """The answer to ``pod``, which has the defaults of plain policies. The order of judging is that of `admission.decide`.

        Choices set their defaults only where the pod is ``created``. Every check reads the pod with them.
        """
        admitted: list[tuple[ir.Choice, Admission]] = []
        for choice in self._judging(request):
            assert request is not None
            as_it_is = old_pod is None and not created
            admission = accepts_as_it_is(choice, request, pod) if as_it_is else admit(choice, request, pod, old_pod)
            admitted.append((choice, admission))
            pod = dict(admission.pod)
        denials, warnings = set[str](), set[str]()
        for policy in self.program.policies:
            if request is None or judges(policy, request):
                messages = denials if policy.mode == "enforce" else warnings
                own = interpreter.with_defaults(policy, pod) if self.apart else pod
                messages |= set(interpreter.check(policy, own, old_pod).messages)
        for choice, admission in admitted:
            assert request is not None
            settled = as_left(choice, request, admission, pod) if created else admission
            messages = denials if choice.mode == "enforce" else warnings
            messages |= {settled.message} if not settled.allowed else set()
        return Expected(tuple(sorted(denials)), tuple(sorted(warnings)), pod)

    def of_workloads(
        self, workloads: Workloads, apart: bool = False, refusing: frozenset[str] = frozenset()
    ) -> Meaning:
        """The same for the pods of workloads: with ``warn`` none is denied, with ``off`` there are no messages.

        ``refusing`` names the policies that deny them with ``warn``, too (`WorkloadsRefused`).
        """
        if workloads == "off":
            return replace(self, program=ir.Program())
        program = self.program
        if apart:
            program = replace(program, policies=tuple(with_settled(policy, program) for policy in program.policies))
        if workloads == "warn":
            policies = tuple(policy if policy.name in refusing else _milder(policy) for policy in program.policies)
            program = ir.Program(policies, tuple(map(_milder, program.choices)))
        return replace(self, program=program, apart=apart)

    def _judging(self, request: Request | None) -> Iterator[ir.Choice]:
        for choice in self.program.choices if request is not None else ():
            if request is not None and choice.scope.holds_in(request.namespace, request.namespace_labels):
                yield choice


def meaning_of(output: Output) -> Meaning:
    """What ``output`` should answer: the part of the source that its target can express."""
    return Meaning(output.program, set_widely(output.shortfalls))


_Judging = TypeVar("_Judging", ir.Policy, ir.Choice)


def _milder(judging: _Judging) -> _Judging:
    return replace(judging, mode="warn" if judging.mode == "enforce" else judging.mode)
