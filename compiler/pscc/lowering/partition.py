"""Splits a choice into plain policies, each for namespaces of its own. People can read these, and targets set their defaults.

A namespace gets a plain policy if one policy decides in it. Either only that policy is granted there, or everybody may use it
there and it decides before all others. Whether the requester may use it at all is left to the guard, a choice without checks.
The namespaces in which several policies may decide stay a choice, with these policies alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.access import ALL, AUTHENTICATED, EVERYWHERE, NONE, SERVICE_ACCOUNTS, UNAUTHENTICATED, Grant, Names, Scope
from pscc.reasoning.subsumption import decides_before

_ANYWHERE = ""
"""Stands for every namespace that the choice does not name."""


@frozen
class Partition:
    """A choice in parts, all of which must admit a request.

    - ``policies`` are plain, and ``guard`` says who may ask where they hold; None where everyone may.
    - ``rest`` is the choice of the namespaces in which several policies may decide; None where there are none.
      ``entangled`` has a reason for each of them.
    """

    policies: tuple[ir.Policy, ...]
    guard: ir.Choice | None
    rest: ir.Choice | None = None
    entangled: tuple[Entangled, ...] = ()


@frozen
class Entangled:
    """Why a choice cannot be split: several ``policies`` may decide in ``namespace`` (empty: in all that are not named)."""

    namespace: str
    policies: tuple[str, ...]

    def __str__(self) -> str:
        if not self.policies:
            return "its namespaces go by patterns or labels"
        where = f"in namespace {self.namespace}" if self.namespace else "in most namespaces"
        more = f" and {len(self.policies) - 3} more" if len(self.policies) > 3 else ""
        return f"{where} several may be chosen: {', '.join(self.policies[:3])}{more}"


def partition(choice: ir.Choice, excluded: Names = NONE) -> Partition | Entangled:
    """``choice`` in parts, or the reason why it cannot be split. Namespaces in ``excluded`` do not count."""
    if not _goes_by_names(choice):
        return Entangled("", ())
    named = {name for names in _places(choice) for name in names.exact}
    grants = _by_policy(choice)
    deciding: dict[str, ir.Policy | None] = {}
    entangled: dict[str, tuple[ir.Policy, ...]] = {}
    for place in (*sorted(name for name in named if name not in excluded), _ANYWHERE):
        mattering = _mattering(choice, grants, place)
        if len(mattering) > 1:
            entangled[place] = tuple(mattering)
        else:
            deciding[place] = mattering[0] if mattering else None
    reasons = tuple(Entangled(place, tuple(p.name for p in several)) for place, several in entangled.items())
    if reasons and not any(deciding.values()):
        return reasons[0]
    policies = tuple(_policies(choice, deciding, entangled))
    guard = _guard(choice, deciding, policies)
    if not entangled:
        return Partition(policies, guard)
    apart = _among(entangled, deciding)
    outside = _among(deciding, entangled)
    if guard is not None:
        guard = replace(guard, scope=outside)
    return Partition(policies, guard, _rest(choice, grants, entangled, apart), reasons)


def _among(inside: Collection[str], outside: Collection[str]) -> Scope:
    """The scope of the namespaces in ``inside``.

    `_ANYWHERE` stands for every namespace that is in neither ``inside`` nor ``outside``.
    """
    if _ANYWHERE in inside:
        return Scope(except_namespaces=Names(tuple(place for place in outside if place != _ANYWHERE)))
    return Scope(Names(tuple(inside)))


def _rest(choice: ir.Choice, grants: _Grants, entangled: Collection[str], scope: Scope) -> ir.Choice:
    """``choice`` for the namespaces ``entangled`` alone, with the policies that are granted there. ``scope`` is that of these."""
    policies = tuple(p for p in choice.policies if any(_granted(grants, p, place) for place in entangled))
    names = {policy.name for policy in policies}
    return replace(
        choice,
        policies=policies,
        grants=tuple(grant for grant in choice.grants if grant.policy in names),
        concerns=tuple(check for policy in choice.policies for check in policy.checks),
        scope=scope,
    )


def _goes_by_names(choice: ir.Choice) -> bool:
    scopes = [policy.scope for policy in choice.policies]
    patterns = [names for names in _places(choice) if names.prefixes and names != ALL]
    return not patterns and not any(scope.labels or scope.except_labels for scope in scopes)


def _places(choice: ir.Choice) -> Iterator[Names]:
    for grant in choice.grants:
        yield grant.namespaces
    for policy in choice.policies:
        yield policy.scope.namespaces
        yield policy.scope.except_namespaces


def _holds(names: Names, place: str) -> bool:
    return names == ALL if place == _ANYWHERE else place in names


_Grants = dict[str, list[Grant]]
"""The grants of a choice, by policy."""


def _by_policy(choice: ir.Choice) -> _Grants:
    by_policy: _Grants = {}
    for grant in choice.grants:
        by_policy.setdefault(grant.policy, []).append(grant)
    return by_policy


def _granted(grants: _Grants, policy: ir.Policy, place: str) -> list[Grant]:
    """The grants of ``policy`` that count in ``place``."""
    scope = policy.scope
    inside = _holds(scope.namespaces, place) and (place == _ANYWHERE or place not in scope.except_namespaces)
    return [g for g in grants.get(policy.name, ()) if _holds(g.namespaces, place)] if inside else []


def _for_everyone(grants: list[Grant]) -> bool:
    groups = {group for grant in grants for group in grant.subjects.groups.exact}
    return any(grant.subjects.everyone for grant in grants) or {AUTHENTICATED, UNAUTHENTICATED} <= groups


def _for_all(grants: list[Grant], place: str) -> bool:
    """Whether every pod in ``place`` may use the policy of ``grants``: by its service account, or by any user."""
    groups = {group for grant in grants for group in grant.subjects.groups.exact}
    own = {f"{SERVICE_ACCOUNTS}:{place}"} if place != _ANYWHERE else set()
    return _for_everyone(grants) or bool(groups & {SERVICE_ACCOUNTS, *own})


def _mattering(choice: ir.Choice, by_policy: _Grants, place: str) -> list[ir.Policy]:
    """The policies that may decide in ``place``. There is one if everybody may use it there and it decides before all others."""
    usable = [(policy, grants) for policy in choice.policies if (grants := _granted(by_policy, policy, place))]
    for index, (policy, grants) in enumerate(usable):
        others = [other for at, (other, _) in enumerate(usable) if at != index]
        earlier = [other for other, _ in usable[:index]]
        if (
            _for_all(grants, place)
            and all(decides_before(policy, other) for other in others)
            # one that is tried before it may change a pod that it would leave as it is
            and not any(other.defaults for other in earlier)
        ):
            return [policy]
    return [policy for policy, _ in usable]


def _policies(
    choice: ir.Choice, deciding: dict[str, ir.Policy | None], entangled: Iterable[str]
) -> Iterator[ir.Policy]:
    """The plain policies: each policy of ``choice`` that decides in a namespace, with these namespaces as its scope."""
    rest = deciding.get(_ANYWHERE)
    for policy in choice.policies:
        own = tuple(place for place, policy_there in deciding.items() if place != _ANYWHERE and policy_there is policy)
        elsewhere = (
            place for place, policy_there in deciding.items() if place != _ANYWHERE and policy_there is not policy
        )
        others = tuple(sorted((*elsewhere, *entangled)))
        if policy is rest:
            scope = Scope(except_namespaces=Names(others)) if others else EVERYWHERE
        elif own:
            scope = Scope(Names(own))
        else:
            continue
        yield replace(policy, scope=scope, mode=choice.mode, exemptions=())


def _guard(
    choice: ir.Choice, deciding: dict[str, ir.Policy | None], policies: tuple[ir.Policy, ...]
) -> ir.Choice | None:
    """The choice that decides who may create pods at all, with policies without checks; None where everyone may.

    A static pod's mirror has no service account, so a grant to all accounts is not a grant to everyone.
    """
    by_policy = _by_policy(choice)
    if all(
        policy_there is not None and _for_everyone(_granted(by_policy, policy_there, place))
        for place, policy_there in deciding.items()
    ):
        return None
    members = tuple(replace(policy, checks=(), defaults=()) for policy in policies)
    names = {policy.name for policy in members}
    grants = tuple(grant for grant in choice.grants if grant.policy in names)
    concerns = tuple(check for policy in choice.policies for check in policy.checks)
    return replace(choice, policies=members, grants=grants, concerns=concerns)
