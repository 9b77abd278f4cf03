"""The policies and choices of a program that judge one class of requests, and the interpreter's opinion of a pod there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from types import MappingProxyType

from pscc import ir
from pscc.base.frozen import frozen
from pscc.base.source import Span
from pscc.ir.access import EVERYONE, EVERYWHERE, Grant, Request
from pscc.ir.passes import Reads, everywhere, reads_of
from pscc.reference import interpreter
from pscc.reference.admission import Decision
from pscc.reference.compiled import CompiledProgram
from pscc.reference.interpreter import Json

RANK: Mapping[ir.Mode, int] = MappingProxyType({"audit": 1, "warn": 2, "enforce": 3})
MODES: tuple[ir.Mode, ...] = ("enforce", "warn", "audit")
NO_POLICY = "choose"
"""The control of a difference where a request may use no policy of a choice, so that every pod is refused."""
ANNOTATIONS = ("metadata", "annotations")
_NOWHERE = Span("", 1, 1, 1, 1)
_ANYONE = Request()


@frozen
class Option:
    """A choice for one class of requests: the policies that may be used, in their order.

    ``concerns`` are the checks of all its policies, as they were written, and ``reads`` the fields that they read. An update
    that changes one of these is judged.
    """

    mode: ir.Mode
    policies: tuple[ir.Policy, ...]
    concerns: tuple[ir.Check, ...]
    reads: Reads


@frozen
class Side:
    """The policies that all have to accept the pod of a class of requests, and the choices, as ``options``.

    ``judging`` is a program that judges every request as this side judges its class of requests.
    """

    policies: tuple[ir.Policy, ...]
    options: tuple[Option, ...]
    judging: CompiledProgram = field(compare=False, repr=False)

    @property
    def all_policies(self) -> tuple[ir.Policy, ...]:
        """The policies outside choices, then those of choices."""
        return (*self.policies, *(policy for option in self.options for policy in option.policies))

    @property
    def has_defaults(self) -> bool:
        """Whether any policy has defaults."""
        return any(policy.defaults for policy in self.all_policies)

    def controls(self, mode: ir.Mode) -> set[str]:
        """The controls by which something may object in ``mode``; `NO_POLICY` where a choice has no policy to choose."""
        policies = [policy for policy in self.policies if policy.mode == mode]
        options = [option for option in self.options if option.mode == mode]
        policies += [policy for option in options for policy in option.policies]
        controls = {check.control for policy in policies for check in policy.checks}
        return controls | ({NO_POLICY} if not all(option.policies for option in options) else set())

    def of_update(self, annotation: str | None) -> Side:
        """The side that judges an update, which sets no defaults.

        The update changes an image or, with ``annotation``, only an annotation whose key begins with that.
        """
        policies = tuple(
            replace(
                policy, checks=tuple(c for c in policy.checks if judges_change(reads_of(c), annotation)), defaults=()
            )
            for policy in self.policies
        )
        options = tuple(
            replace(option, policies=tuple(replace(policy, defaults=()) for policy in option.policies))
            for option in self.options
            if judges_change(option.reads, annotation)
        )
        return side_of(policies, options)


def annotations_read(sides: tuple[Side, ...]) -> tuple[str, ...]:
    """The prefixes of the keys of the annotations that some check reads."""
    reads = [reads_of(check) for side in sides for policy in side.all_policies for check in policy.checks]
    reads += [option.reads for side in sides for option in side.options]
    containers = [prefix for fields in reads for prefix in fields.annotations]
    pods = [".".join(path[2:]) for fields in reads for path in fields.pod if path[:2] == ANNOTATIONS]
    return tuple(dict.fromkeys((*containers, *pods)))


def judges_change(reads: Reads, annotation: str | None) -> bool:
    """Whether a change of an image or, where it is given, of ``annotation`` is judged by a check with these ``reads``."""
    if annotation is None:
        return True
    keys = (".".join(path[2:]) for path in reads.pod if path[:2] == ANNOTATIONS)
    return annotation in reads.annotations or any(key in ("", annotation) for key in keys)


@frozen
class Opinion:
    """The interpreter's ``decision`` on a pod, with the gravest ``mode`` in which something objects (None: nothing does)."""

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
        """The findings of the policies and choices that object in ``mode``."""
        findings = [r for p, verdict in self.decision.judged if p.mode == mode for r in verdict.reasons]
        for choice, admission in self.decision.chosen:
            if choice.mode == mode and not admission.allowed:
                findings += [reason for refusal in admission.opinions for reason in refusal.verdict.reasons]
        return tuple(findings)

    def by_nobody(self, mode: ir.Mode) -> bool:
        """Whether a choice objects in ``mode`` because none of its policies may be used."""
        return any(c.mode == mode and not a.allowed and not a.opinions for c, a in self.decision.chosen)


def opinion(side: Side, pod: Json, old_pod: Json | None = None) -> Opinion:
    """The interpreter's opinion of ``pod`` in a request of the class of ``side``. With ``old_pod`` it is an update."""
    decision = side.judging.decide(_ANYONE, pod, old_pod)
    modes: list[ir.Mode] = [policy.mode for policy, verdict in decision.judged if not verdict.allowed]
    modes += [choice.mode for choice, admission in decision.chosen if not admission.allowed]
    return Opinion(next((mode for mode in MODES if mode in modes), None), decision)


def side_of(policies: tuple[ir.Policy, ...], options: tuple[Option, ...]) -> Side:
    """The side with ``policies`` and ``options``, whatever their scopes, exemptions and grants."""
    program = ir.Program(tuple(map(everywhere, policies)), tuple(map(_choice, options)))
    return Side(policies, options, CompiledProgram(program))


def _choice(option: Option) -> ir.Choice:
    policies = tuple(replace(policy, scope=EVERYWHERE) for policy in option.policies)
    grants = tuple(Grant(policy.name, EVERYONE, _NOWHERE) for policy in policies)
    return ir.Choice("", policies, grants, option.mode, _NOWHERE, concerns=option.concerns)


def with_defaults(makers: tuple[ir.Policy, ...], pod: Json) -> Json:
    """``pod`` with the defaults of ``makers``, one after the other."""
    for maker in makers:
        pod = interpreter.with_defaults(maker, pod)
    return pod
