"""When a choice takes a certain policy, as constraints; `admission.admit` is what they have to agree with."""

from __future__ import annotations

from pscc import ir
from pscc.reasoning.difference.domains import Assignment, pod_of
from pscc.reasoning.difference.fields import Constants, Place, Reads
from pscc.reasoning.difference.search import Constraint
from pscc.reasoning.difference.sides import Option
from pscc.reasoning.difference.space import Clause, Space
from pscc.reference import interpreter as oracle
from pscc.reference.admission import copied_into_the_annotation

_PROFILE = Place("pod", ("spec", "securityContext", "seccompProfile"))


def being_chosen(space: Space, option: Option, policy: ir.Policy) -> tuple[list[Clause], ...]:
    """The cases in which ``option`` takes ``policy``, which accepts the pod: in each, one of every clause holds.

    Either it leaves the pod as it is, and what is tried before does not accept it or would change it; or it changes it, and
    nothing accepts it unchanged; or each counts as changing it, for its seccomp profile, and none before accepts it.
    """
    at = option.policies.index(policy)
    copied, plain = _copied(space, True), _copied(space, False)
    own = [_changes(space, policy, default, True) for default in policy.defaults]
    unchanged: list[Clause] = [(plain,)]
    unchanged += [(_changes(space, policy, default, False),) for default in policy.defaults]
    changed: list[Clause] = [(plain,), tuple(own)]
    first: list[Clause] = [(copied,)]
    for index, other in enumerate(option.policies):
        if index == at:
            continue
        refuses = tuple(constraint for _, constraint in space.accepted((other,), other, holds=False))
        changes = tuple(_changes(space, other, default, True) for default in other.defaults)
        if index < at:
            first.append(refuses)
            unchanged.append((*refuses, *changes))
        changed.append(refuses if index < at else (*refuses, *changes))
    return unchanged, changed, first


def _copied(space: Space, holds: bool) -> Constraint:
    reads = Reads()
    reads.found[_PROFILE] = Constants()
    return Constraint(space.places(reads), lambda assignment: copied_into_the_annotation(pod_of(assignment)) is holds)


def _changes(space: Space, policy: ir.Policy, default: ir.Default, holds: bool) -> Constraint:
    reads = Reads()
    reads.default(default)
    alone = ir.Policy(policy.name, "", "enforce", (), (default,), policy.span)

    def changes(assignment: Assignment) -> bool:
        pod = pod_of(assignment)
        return (oracle.with_defaults(alone, pod) != pod) is holds

    return Constraint(space.places(reads), changes)
