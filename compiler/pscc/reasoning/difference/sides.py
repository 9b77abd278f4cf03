"""What of a program judges one class of requests, and what the interpreter says of a pod there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from pscc import ir
from pscc.base.frozen import frozen
from pscc.base.source import Span
from pscc.ir.access import EVERYONE, EVERYWHERE, Grant, Request
from pscc.ir.passes import Reads, reads_of
from pscc.reference import interpreter
from pscc.reference.admission import Decision, decide
from pscc.reference.interpreter import Json

RANK: Mapping[ir.Mode, int] = MappingProxyType({"audit": 1, "warn": 2, "enforce": 3})
MODES: tuple[ir.Mode, ...] = ("enforce", "warn", "audit")
NO_POLICY = "choose"
"""What a difference is about where a request may use no policy of a choice, and so every pod is refused."""
ANNOTATIONS = ("metadata", "annotations")
_NOWHERE = Span("", 1, 1, 1, 1)
_ANYONE = Request()


@frozen
class Option:
    """A choice for one class of requests: the policies that may be used, in their order.

    ``concerns`` are the checks of all its policies, as they were written; ``reads`` is what they look at. An update that
    changes it is judged.
    """

    mode: ir.Mode
    policies: tuple[ir.Policy, ...]
    concerns: tuple[ir.Check, ...]
    reads: Reads


@frozen
class Side:
    """All that judges a class of requests: policies every one of which counts, and choices of policies."""

    policies: tuple[ir.Policy, ...]
    options: tuple[Option, ...]
    program: ir.Program
    """What says of everybody what this side says of its class of requests."""

    @property
    def all_policies(self) -> tuple[ir.Policy, ...]:
        """Those outside choices, then those inside."""
        return (*self.policies, *(policy for option in self.options for policy in option.policies))

    @property
    def has_defaults(self) -> bool:
        """Whether anything is ever set."""
        return any(policy.defaults for policy in self.all_policies)

    def controls(self, mode: ir.Mode) -> set[str]:
        """The controls by which something may object in ``mode``; `NO_POLICY` where a choice has no policy to choose."""
        policies = [policy for policy in self.policies if policy.mode == mode]
        options = [option for option in self.options if option.mode == mode]
        policies += [policy for option in options for policy in option.policies]
        found = {check.control for policy in policies for check in policy.checks}
        return found | ({NO_POLICY} if not all(option.policies for option in options) else set())

    def of_update(self, annotation: str | None) -> Side:
        """What of this judges an update, which sets no defaults.

        The update changes an image or, with ``annotation``, no more than an annotation whose key begins so.
        """
        policies = tuple(
            replace(policy, checks=tuple(c for c in policy.checks if _looks(reads_of(c), annotation)), defaults=())
            for policy in self.policies
        )
        options = tuple(
            replace(option, policies=tuple(replace(policy, defaults=()) for policy in option.policies))
            for option in self.options
            if _looks(option.reads, annotation)
        )
        return side_of(policies, options)


def annotations_read(sides: tuple[Side, ...]) -> tuple[str, ...]:
    """How the keys of the annotations begin that some check looks at."""
    reads = [reads_of(check) for one in sides for policy in one.all_policies for check in policy.checks]
    reads += [option.reads for one in sides for option in one.options]
    containers = [prefix for one in reads for prefix in one.annotations]
    pods = [".".join(path[2:]) for one in reads for path in one.pod if path[:2] == ANNOTATIONS]
    return tuple(dict.fromkeys((*containers, *pods)))


def _looks(reads: Reads, annotation: str | None) -> bool:
    if annotation is None:
        return True
    keys = (".".join(path[2:]) for path in reads.pod if path[:2] == ANNOTATIONS)
    return annotation in reads.annotations or any(key in ("", annotation) for key in keys)


@frozen
class Opinion:
    """What the interpreter says of a pod: the gravest ``mode`` that objects (None: none), and the pod as it is left."""

    mode: ir.Mode | None
    decision: Decision

    @property
    def rank(self) -> int:
        """The rank of the mode; 0 where nothing objects."""
        return RANK[self.mode] if self.mode else 0

    @property
    def pod(self) -> Json:
        """The pod with every default set."""
        return self.decision.pod

    @property
    def chosen(self) -> tuple[str, ...]:
        """The policy that each choice takes."""
        return tuple(admission.policy for _, admission in self.decision.chosen)

    def reasons(self, mode: ir.Mode) -> tuple[interpreter.Reason, ...]:
        """The findings of what objects in ``mode``."""
        found = [r for p, verdict in self.decision.judged if p.mode == mode for r in verdict.reasons]
        for choice, admission in self.decision.chosen:
            if choice.mode == mode and not admission.allowed:
                found += [reason for one in admission.opinions for reason in one.verdict.reasons]
        return tuple(found)

    def by_nobody(self, mode: ir.Mode) -> bool:
        """Whether a choice objects in ``mode`` since none of its policies may be used."""
        return any(c.mode == mode and not a.allowed and not a.opinions for c, a in self.decision.chosen)


def opinion(side: Side, pod: Json, old_pod: Json | None = None) -> Opinion:
    """What the interpreter says of ``pod`` in a request of the class of ``side``; with ``old_pod`` of an update."""
    decision = decide(side.program, _ANYONE, pod, old_pod)
    modes: list[ir.Mode] = [policy.mode for policy, verdict in decision.judged if not verdict.allowed]
    modes += [choice.mode for choice, admission in decision.chosen if not admission.allowed]
    return Opinion(next((mode for mode in MODES if mode in modes), None), decision)


def side_of(policies: tuple[ir.Policy, ...], options: tuple[Option, ...]) -> Side:
    """The side that ``policies`` and ``options`` are, wherever and for whomever they hold."""
    everywhere = tuple(replace(policy, scope=EVERYWHERE, exemptions=()) for policy in policies)
    return Side(policies, options, ir.Program(everywhere, tuple(map(_choice, options))))


def _choice(option: Option) -> ir.Choice:
    policies = tuple(replace(policy, scope=EVERYWHERE) for policy in option.policies)
    grants = tuple(Grant(policy.name, EVERYONE, _NOWHERE) for policy in policies)
    return ir.Choice("", policies, grants, option.mode, _NOWHERE, concerns=option.concerns)


def with_defaults(makers: tuple[ir.Policy, ...], pod: Json) -> Json:
    """``pod`` with the defaults of ``makers``, one after the other."""
    for maker in makers:
        pod = interpreter.with_defaults(maker, pod)
    return pod
