"""Constraints for a choice taking a certain policy. They have to agree with `admission.decide`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, product

from pscc import ir
from pscc.base.frozen import frozen
from pscc.reasoning.difference.domains import Assignment, pod_of
from pscc.reasoning.difference.fields import Constants, Place, Reads
from pscc.reasoning.difference.search import Constraint
from pscc.reasoning.difference.sides import Option, Side, with_defaults
from pscc.reasoning.difference.space import Clause, Space, concerned, meet, written
from pscc.reference import interpreter
from pscc.reference.admission import copied_into_the_annotation

_PROFILE = Place("pod", ("spec", "securityContext", "seccompProfile"))


@frozen
class Branch:
    """One way in which the choices of a side decide.

    ``chosen`` has the policy that each choice takes, None where it refuses; a choice that is missing may decide either way.
    ``makers`` are the policies whose defaults are set before the policies outside choices check. Each of ``clauses`` holds.
    """

    makers: tuple[ir.Policy, ...]
    clauses: tuple[Clause, ...] = ()
    chosen: tuple[tuple[Option, ir.Policy | None], ...] = ()

    def agrees(self, option: Option, policy: ir.Policy) -> bool:
        """Whether ``option`` may admit by ``policy`` in this branch."""
        return all(other is not option or chosen is policy for other, chosen in self.chosen)


def branches(space: Space, side: Side) -> Iterator[Branch]:
    """The ways in which the choices of ``side`` decide: a single one if no other check reads what their policies set."""
    if not _entangled(side):
        yield Branch(side.policies)
        return
    deciding = [option for option in side.options if option.mode == "enforce"]
    for chosen in product(*((*option.policies, None) for option in deciding)):
        makers = (*side.policies, *(policy for policy in chosen if policy))
        pairs = tuple(zip(deciding, chosen, strict=True))
        for cases in product(*(_cases(space, side, option, policy) for option, policy in pairs)):
            yield Branch(makers, tuple(chain.from_iterable(cases)), pairs)


def several_set_defaults(side: Side) -> bool:
    """Whether two choices decide and one of them sets defaults: then the other may judge a pod that is not modelled here."""
    deciding = [option for option in side.options if option.mode == "enforce"]
    return len(deciding) > 1 and any(policy.defaults for option in deciding for policy in option.policies)


def _entangled(side: Side) -> bool:
    """Whether a policy outside choices reads what a policy of a choice may set."""
    reads = Reads()
    for check in (check for policy in side.policies for check in policy.checks):
        for requirement in check.requirements:
            reads.add(requirement)
    inside = (p for option in side.options if option.mode == "enforce" for p in option.policies)
    return any(meet(written(default), reads.constants) for policy in inside for default in policy.defaults)


def _cases(space: Space, side: Side, option: Option, policy: ir.Policy | None) -> tuple[list[Clause], ...]:
    """The cases in which ``option`` takes ``policy``, or refuses where that is None: in each, one of every clause holds."""
    if policy is not None:
        return being_chosen(space, side, option, policy)
    return ([_refuses(space, side, member) for member in option.policies],)


def _refuses(space: Space, side: Side, policy: ir.Policy) -> Clause:
    pairs = space.accepted((*side.policies, policy), policy, holds=False)
    return tuple(constraint for _, constraint in pairs)


def being_chosen(space: Space, side: Side, option: Option, policy: ir.Policy) -> tuple[list[Clause], ...]:
    """The cases in which ``option`` takes ``policy``: in each, one of every clause holds.

    There are three cases:

    - The policy leaves the pod as it is, and each policy before it refuses the pod or would change it.
    - The policy changes the pod, and no policy accepts the pod unchanged.
    - The pod's seccomp profile makes every policy count as changing the pod, and no policy before it accepts the pod.
    """
    at = next(index for index, member in enumerate(option.policies) if member is policy)
    copied, plain = _copied(space, side, True), _copied(space, side, False)
    own = [_changes(space, side, policy, default, True) for default in policy.defaults]
    accepts: list[Clause] = [(constraint,) for _, constraint in space.accepted((*side.policies, policy), policy)]
    unchanged: list[Clause] = [*accepts, (plain,)]
    unchanged += [(_changes(space, side, policy, default, False),) for default in policy.defaults]
    changed: list[Clause] = [*accepts, (plain,), tuple(own)]
    profile_copied: list[Clause] = [*accepts, (copied,)]
    for index, other in enumerate(option.policies):
        if index == at:
            continue
        refuses = _refuses(space, side, other)
        changes = tuple(_changes(space, side, other, default, True) for default in other.defaults)
        if index < at:
            profile_copied.append(refuses)
            unchanged.append((*refuses, *changes))
        changed.append(refuses if index < at else (*refuses, *changes))
    return tuple(case for case in (unchanged, changed, profile_copied) if all(case))


def _copied(space: Space, side: Side, holds: bool) -> Constraint:
    """Whether PSP copies the pod's seccomp profile into an annotation, or, without ``holds``, does not."""
    reads = Reads()
    reads.constants[_PROFILE] = Constants()
    parts = concerned(side.policies, reads)

    def as_expected(assignment: Assignment) -> bool:
        return copied_into_the_annotation(with_defaults(parts, pod_of(assignment))) is holds

    return Constraint(space.places(reads), as_expected)


def _changes(space: Space, side: Side, policy: ir.Policy, default: ir.Default, holds: bool) -> Constraint:
    """Whether ``default`` of ``policy`` changes the pod, or, without ``holds``, does not."""
    reads = Reads()
    reads.default(default)
    parts = concerned(side.policies, reads)
    alone = ir.Policy(policy.name, "", "enforce", (), (default,), policy.span)

    def changes(assignment: Assignment) -> bool:
        pod = with_defaults(parts, pod_of(assignment))
        return (interpreter.with_defaults(alone, pod) != pod) is holds

    return Constraint(space.places(reads), changes)
