"""When a choice takes a certain policy, as constraints; `admission.decide` is what they have to agree with."""

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
    """One way in which the choices of a side decide: in ``chosen`` the policy that each takes, None where it refuses.

    ``makers`` have set their defaults when the policies outside choices check, and each of ``clauses`` has to hold for it.
    Choices that are not in ``chosen`` may decide as they like.
    """

    makers: tuple[ir.Policy, ...]
    clauses: tuple[Clause, ...] = ()
    chosen: tuple[tuple[Option, ir.Policy | None], ...] = ()

    def agrees(self, option: Option, policy: ir.Policy) -> bool:
        """Whether ``option`` may admit by ``policy`` in this branch."""
        return all(other is not option or taken is policy for other, taken in self.chosen)


def branches(space: Space, side: Side) -> Iterator[Branch]:
    """The ways in which the choices of ``side`` decide: one, where no other check reads what their policies set."""
    if not _entangled(side):
        yield Branch(side.policies)
        return
    deciding = [option for option in side.options if option.mode == "enforce"]
    for taken in product(*((*option.policies, None) for option in deciding)):
        makers = (*side.policies, *(policy for policy in taken if policy))
        pairs = tuple(zip(deciding, taken, strict=True))
        for cases in product(*(_cases(space, side, option, policy) for option, policy in pairs)):
            yield Branch(makers, tuple(chain.from_iterable(cases)), pairs)


def several_set_defaults(side: Side) -> bool:
    """Whether two choices decide, one of which sets defaults: then the other may see a pod that is not modelled here."""
    deciding = [option for option in side.options if option.mode == "enforce"]
    return len(deciding) > 1 and any(policy.defaults for option in deciding for policy in option.policies)


def _entangled(side: Side) -> bool:
    """Whether a policy outside choices reads what a policy of a choice may set."""
    reads = Reads()
    for check in (check for policy in side.policies for check in policy.checks):
        for requirement in check.requirements:
            reads.add(requirement)
    inside = (p for option in side.options if option.mode == "enforce" for p in option.policies)
    return any(meet(written(default), reads.found) for policy in inside for default in policy.defaults)


def _cases(space: Space, side: Side, option: Option, policy: ir.Policy | None) -> tuple[list[Clause], ...]:
    if policy is not None:
        return being_chosen(space, side, option, policy)
    refusing = []
    for member in option.policies:
        refusing.append(_refuses(space, side, member))
    return (refusing,)


def _refuses(space: Space, side: Side, policy: ir.Policy) -> Clause:
    pairs = space.accepted((*side.policies, policy), policy, holds=False)
    return tuple(constraint for _, constraint in pairs)


def being_chosen(space: Space, side: Side, option: Option, policy: ir.Policy) -> tuple[list[Clause], ...]:
    """The cases in which ``option`` takes ``policy``: in each, one of every clause holds.

    Either it leaves the pod as it is, and what is tried before does not accept it or would change it; or it changes it, and
    nothing accepts it unchanged; or each counts as changing it, for its seccomp profile, and none before accepts it.
    """
    at = next(index for index, one in enumerate(option.policies) if one is policy)
    copied, plain = _copied(space, side, True), _copied(space, side, False)
    own = [_changes(space, side, policy, default, True) for default in policy.defaults]
    accepts: list[Clause] = [(one,) for _, one in space.accepted((*side.policies, policy), policy)]
    unchanged: list[Clause] = [*accepts, (plain,)]
    unchanged += [(_changes(space, side, policy, default, False),) for default in policy.defaults]
    changed: list[Clause] = [*accepts, (plain,), tuple(own)]
    first: list[Clause] = [*accepts, (copied,)]
    for index, other in enumerate(option.policies):
        if index == at:
            continue
        refuses = _refuses(space, side, other)
        changes = tuple(_changes(space, side, other, default, True) for default in other.defaults)
        if index < at:
            first.append(refuses)
            unchanged.append((*refuses, *changes))
        changed.append(refuses if index < at else (*refuses, *changes))
    return tuple(case for case in (unchanged, changed, first) if all(case))


def _copied(space: Space, side: Side, holds: bool) -> Constraint:
    reads = Reads()
    reads.found[_PROFILE] = Constants()
    parts = concerned(side.policies, reads)

    def asked(assignment: Assignment) -> bool:
        return copied_into_the_annotation(with_defaults(parts, pod_of(assignment))) is holds

    return Constraint(space.places(reads), asked)


def _changes(space: Space, side: Side, policy: ir.Policy, default: ir.Default, holds: bool) -> Constraint:
    reads = Reads()
    reads.default(default)
    parts = concerned(side.policies, reads)
    alone = ir.Policy(policy.name, "", "enforce", (), (default,), policy.span)

    def changes(assignment: Assignment) -> bool:
        pod = with_defaults(parts, pod_of(assignment))
        return (interpreter.with_defaults(alone, pod) != pod) is holds

    return Constraint(space.places(reads), changes)
