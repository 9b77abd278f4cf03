"""Draws who asks, and where: requests around the grants, scopes and exemptions of a program. Must not import a target."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from pscc import ir
from pscc.access import EVERYONE, EVERYWHERE, Names, Request, Scope, Subjects
from pscc.choice_suite import NOBODY, asked_by

MOST_USERS = 8
"""How many different users ask: an engine may have to be started for each."""


def hangs_on_requests(program: ir.Program) -> bool:
    """Whether it matters for ``program`` who asks, or in which namespace."""
    return bool(program.choices) or any(p.scope != EVERYWHERE or p.exemptions for p in program.policies)


def draw_requests(program: ir.Program, seed: int, count: int) -> tuple[Request, ...]:
    """``count`` requests: of those whom ``program`` grants something or exempts, and of others; inside its scopes, and outside.

    The same for the same seed. Users and places are mixed, so that a grant is also asked for where it does not hold.
    """
    rng = random.Random(seed)
    users = list(dict.fromkeys((NOBODY, *_users(program))))
    if len(users) > MOST_USERS:
        users = [users[0], *rng.sample(users[1:], MOST_USERS - 1)]
    places = list(dict.fromkeys(_places(program)))
    found = []
    for number in range(count):
        who, where = users[number % len(users)], rng.choice(places)
        # every other one as it was meant, user and namespace together
        place = Request(who.namespace) if number % 2 else where
        labels = next((one.namespace_labels for one in places if one.namespace == place.namespace), ())
        account = rng.choice(("default", who.service_account))
        found.append(replace(who, namespace=place.namespace, namespace_labels=labels, service_account=account))
    return tuple(found)


def _users(program: ir.Program) -> Iterator[Request]:
    for choice in program.choices:
        for grant in choice.grants:
            for one in _each(grant.subjects):
                yield from asked_by(one, grant.namespaces)
    for policy in program.policies:
        for exemption in policy.exemptions:
            for one in _each(exemption.subjects):
                yield from asked_by(one, policy.scope.namespaces)


def _each(who: Subjects) -> Iterator[Subjects]:
    """``who``, name by name."""
    if who.everyone:
        yield EVERYONE
    yield from (Subjects(users=one) for one in _single(who.users))
    yield from (Subjects(groups=one) for one in _single(who.groups))
    yield from (Subjects(service_accounts=one) for one in _single(who.service_accounts))


def _single(names: Names) -> list[Names]:
    return [*(Names((name,)) for name in names.exact), *(Names((), (start,)) for start in names.prefixes)]


def _places(program: ir.Program) -> Iterator[Request]:
    """Namespaces with their labels: one name has the same labels wherever it occurs."""
    scopes = [policy.scope for policy in program.policies]
    scopes += [scope for choice in program.choices for scope in (choice.scope, *(p.scope for p in choice.policies))]
    labelled: dict[str, tuple[tuple[str, str], ...]] = {}
    for number, scope in enumerate(scope for scope in scopes if scope.labels or scope.except_labels):
        labelled |= _labelled(scope, f"labelled-{number}")
    names = ["default", "elsewhere"]
    for scope in scopes:
        names += [*_some(scope.namespaces), *_some(scope.except_namespaces)]
    names += [name for choice in program.choices for grant in choice.grants for name in _some(grant.namespaces)]
    yield from (Request(name, namespace_labels=labels) for name, labels in labelled.items())
    yield from (Request(name) for name in dict.fromkeys(names) if name not in labelled)


def _labelled(scope: Scope, name: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """Namespaces with the labels of ``scope``, and with those that take one out of it."""
    inside = _some(scope.namespaces) or [name]
    found = {inside[0]: scope.labels}
    prefix = f"{scope.namespaces.prefixes[0]}{name}" if scope.namespaces.prefixes else name
    found |= {f"{prefix}-{number}": (*scope.labels, pair) for number, pair in enumerate(scope.except_labels)}
    return found


def _some(names: Names) -> list[str]:
    return [*names.exact[:3], *(f"{prefix}x" for prefix in names.prefixes if prefix)]
