"""What of a program judges one request, and what that says of a pod: the whole of it, as `evaluate` has it.

Every default of the policies outside choices is set before any of them checks; a choice judges the pod as it came, by
one of its policies.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pscc import ir
from pscc.base.frozen import frozen
from pscc.base.source import Span
from pscc.ir.access import EVERYONE, Grant, Request
from pscc.ir.passes import looked_at, looked_at_by_all
from pscc.reference import interpreter as oracle
from pscc.reference.admission import admit, judges, usable
from pscc.reference.interpreter import Json

RANK: Mapping[ir.Mode, int] = MappingProxyType({"audit": 1, "warn": 2, "enforce": 3})
_NOWHERE = Span("", 1, 1, 1, 1)


@frozen
class Option:
    """A choice for one request: the policies that may be used, in their order."""

    mode: ir.Mode
    policies: tuple[ir.Policy, ...]

    @property
    def sees_containers(self) -> bool:
        """Whether another container is a change that it judges; otherwise such an update passes unseen."""
        reads = looked_at_by_all(check for policy in self.policies for check in policy.checks)
        return bool(reads.containers or reads.container or reads.annotations)

    def chosen(self, request: Request, pod: Json) -> str:
        """The name of the policy that admits ``pod``; empty where none does."""
        grants = tuple(Grant(policy.name, EVERYONE, _NOWHERE) for policy in self.policies)
        return admit(ir.Choice("", self.policies, grants, self.mode, _NOWHERE), request, pod).policy


@frozen
class Side:
    """All that judges a request: policies every one of which counts, and choices of policies."""

    policies: tuple[ir.Policy, ...]
    options: tuple[Option, ...]

    @property
    def all_policies(self) -> tuple[ir.Policy, ...]:
        """Those outside choices, then those inside."""
        return (*self.policies, *(policy for option in self.options for policy in option.policies))

    @property
    def has_defaults(self) -> bool:
        """Whether anything is ever set."""
        return any(policy.defaults for policy in self.all_policies)

    def made(self, pod: Json) -> Json:
        """``pod`` with the defaults of the policies outside choices."""
        return made(self.policies, pod)

    def admits(self, pod: Json) -> bool:
        """Whether all that is enforced accepts the creation of ``pod``."""
        return self.severity(pod) < RANK["enforce"]

    def gravest(self, pod: Json) -> ir.Mode | None:
        """The gravest mode in which something objects to the creation of ``pod``; None where nothing does."""
        whole = self.made(pod)
        policies = [p.mode for p in self.policies if not oracle.check(p, whole).allowed]
        options = [o.mode for o in self.options if not any(oracle.judge(p, pod).allowed for p in o.policies)]
        return max((*policies, *options), key=RANK.__getitem__, default=None)

    def severity(self, pod: Json) -> int:
        """The rank of `gravest`; 0 where nothing objects."""
        mode = self.gravest(pod)
        return RANK[mode] if mode else 0

    def admits_update(self, pod: Json, old: Json) -> bool:
        """Whether all that is enforced accepts that ``old`` becomes ``pod``, which has one more container."""
        return all(oracle.check(p, pod, old).allowed for p in self.policies if p.mode == "enforce") and all(
            any(oracle.check(p, pod).allowed for p in option.policies)
            for option in self.options
            if option.mode == "enforce" and option.sees_containers
        )

    def reasons(self, pod: Json, mode: ir.Mode) -> tuple[oracle.Reason, ...]:
        """What is said of the creation of ``pod`` in ``mode``."""
        whole = self.made(pod)
        outside = [r for p in self.policies if p.mode == mode for r in oracle.check(p, whole).reasons]
        for option in self.options:
            verdicts = [oracle.judge(policy, pod) for policy in option.policies]
            if option.mode == mode and not any(verdict.allowed for verdict in verdicts):
                outside += [reason for verdict in verdicts for reason in verdict.reasons]
        return tuple(outside)

    def update_reasons(self, pod: Json, old: Json) -> tuple[oracle.Reason, ...]:
        """Why what is enforced does not accept that ``old`` becomes ``pod``."""
        found = [r for p in self.policies if p.mode == "enforce" for r in oracle.check(p, pod, old).reasons]
        for option in self.options:
            verdicts = [oracle.check(policy, pod) for policy in option.policies]
            if option.mode == "enforce" and option.sees_containers and not any(v.allowed for v in verdicts):
                found += [reason for verdict in verdicts for reason in verdict.reasons]
        return tuple(found)


def side(program: ir.Program, request: Request) -> Side:
    """What of ``program`` judges ``request``."""
    return Side(
        tuple(policy for policy in program.policies if judges(policy, request)),
        tuple(
            Option(choice.mode, usable(choice, request))
            for choice in program.choices
            if choice.scope.holds_in(request.namespace, request.namespace_labels)
        ),
    )


def made(makers: tuple[ir.Policy, ...], pod: Json) -> Json:
    """``pod`` with the defaults of ``makers``, one after the other."""
    for maker in makers:
        pod = oracle.with_defaults(maker, pod)
    return pod


def sees_containers(check: ir.Check) -> bool:
    """Whether another container is a change that ``check`` looks at."""
    reads = looked_at(check)
    return bool(reads.containers or reads.container or reads.annotations)
