"""What a program says of a request, and what its output should say: the reference interpreter on both.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.access import Request
from pscc.lowering.capabilities import Workloads
from pscc.lowering.shortfalls import SetForExempt
from pscc.output.contents import Output
from pscc.reference import interpreter
from pscc.reference.admission import Admission, accepts_as_it_is, admit, as_left, judges

Json = dict[str, object]


@frozen
class Said:
    """What keeps the pod out, what it is warned of (both sorted), and the pod as it is left."""

    denials: tuple[str, ...]
    warnings: tuple[str, ...]
    pod: Json


@frozen
class Meaning:
    """``program`` on requests; None for a request is one on which nothing hangs.

    ``widely`` names the policies whose defaults are set for those who are exempt, too.
    """

    program: ir.Program
    widely: frozenset[str] = frozenset()

    def defaulted(self, pod: Json, request: Request | None) -> Json:
        """``pod`` with the defaults of the policies that judge it. A choice sets its own as it judges."""
        for policy in self.program.policies:
            where = replace(policy, exemptions=()) if policy.name in self.widely else policy
            if request is None or judges(where, request):
                pod = dict(interpreter.with_defaults(policy, pod))
        return pod

    def says(self, pod: Json, old_pod: Json | None, request: Request | None, created: bool) -> Said:
        """What all checks say of ``pod``, which has the defaults of plain policies already, in the order of `admission.decide`.

        Choices set defaults only where it is ``created``; every check sees what they have set.
        """
        admitted: list[tuple[ir.Choice, Admission]] = []
        for choice in self._judging(request):
            assert request is not None
            as_it_is = old_pod is None and not created
            found = accepts_as_it_is(choice, request, pod) if as_it_is else admit(choice, request, pod, old_pod)
            admitted.append((choice, found))
            pod = dict(found.pod)
        denials, warnings = set[str](), set[str]()
        for policy in self.program.policies:
            if request is None or judges(policy, request):
                said = denials if policy.mode == "enforce" else warnings
                said |= set(interpreter.check(policy, pod, old_pod).messages)
        for choice, found in admitted:
            assert request is not None
            settled = as_left(choice, request, found, pod) if created else found
            said = denials if choice.mode == "enforce" else warnings
            said |= {settled.message} if not settled.allowed else set()
        return Said(tuple(sorted(denials)), tuple(sorted(warnings)), pod)

    def of_workloads(self, workloads: Workloads) -> Meaning:
        """The same on the pods of workloads: under ``warn`` none is denied, under ``off`` nothing is said."""
        if workloads == "off":
            return replace(self, program=ir.Program())
        if workloads == "enforce":
            return self
        milder = ir.Program(tuple(map(_milder, self.program.policies)), tuple(map(_milder, self.program.choices)))
        return replace(self, program=milder)

    def _judging(self, request: Request | None) -> Iterator[ir.Choice]:
        for choice in self.program.choices if request is not None else ():
            if request is not None and choice.scope.holds_in(request.namespace, request.namespace_labels):
                yield choice


def announced(output: Output) -> Meaning:
    """What ``output`` should do: as much of the source as its target can express."""
    wide = frozenset(one.policy.name for one in output.shortfalls if isinstance(one, SetForExempt))
    return Meaning(output.program, wide)


_Judging = TypeVar("_Judging", ir.Policy, ir.Choice)


def _milder(one: _Judging) -> _Judging:
    return replace(one, mode="warn" if one.mode == "enforce" else one.mode)
