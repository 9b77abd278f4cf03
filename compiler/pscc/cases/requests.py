"""Draws who asks, and where: requests around the grants, scopes and exemptions of a program."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pscc import ir
from pscc.cases.choice_suite import NOBODY, asked_by
from pscc.ir.access import EVERYONE, EVERYWHERE, SERVICE_ACCOUNTS, Names, Request, Scope, Subjects, requested_by

MOST_USERS = 12
"""How many different users ask: an engine may have to be started for each."""
_ACCOUNTS_OF = f"{SERVICE_ACCOUNTS}:"
"""What stands before a namespace in the name of the group of its service accounts."""
_LONGEST = 63
"""What a namespace's name may have: it is a DNS label."""
_MOST_GRANTED = 8
"""How many of these are granted or exempt something, the others being called almost as they are."""


def hangs_on_requests(program: ir.Program) -> bool:
    """Whether it matters for ``program`` who asks, or in which namespace."""
    return bool(program.choices) or any(p.scope != EVERYWHERE or p.exemptions for p in program.policies)


def draw_requests(program: ir.Program, seed: int, count: int, groups: tuple[str, ...] = ()) -> tuple[Request, ...]:
    """``count`` requests: of those whom ``program`` grants something or exempts, and of others; inside its scopes, and outside.

    The same for the same seed. Users and places are mixed, so that a grant is also asked for where it does not hold. Others
    are called almost as those who are named, a character more or less, and so are places. Of each of ``groups``, whose grants
    may have been left out of ``program``, a member asks.
    """
    rng = random.Random(seed)
    always = [NOBODY, *(Request(user="member", groups=requested_by("member", (group,))) for group in groups)]
    users = list(dict.fromkeys((*always, *_sampled(rng, _users(program), _MOST_GRANTED))))
    almost = [one for one in dict.fromkeys(_almost_users(program)) if one not in users]
    users += _sampled(rng, almost, MOST_USERS - len(users))
    places = list(dict.fromkeys(_places(program, groups)))
    found = []
    for number in range(count):
        who, where = users[number % len(users)], rng.choice(places)
        # every other one as it was meant, user and namespace together
        place = Request(who.namespace) if number % 2 else where
        labels = next((one.namespace_labels for one in places if one.namespace == place.namespace), ())
        account = rng.choice(("default", who.service_account))
        found.append(replace(who, namespace=place.namespace, namespace_labels=labels, service_account=account))
    return tuple(found)


def _sampled(rng: random.Random, requests: Iterable[Request], most: int) -> list[Request]:
    found = list(dict.fromkeys(requests))
    return found if len(found) <= most else rng.sample(found, max(0, most))


def _users(program: ir.Program) -> Iterator[Request]:
    for subjects, namespaces in _named(program):
        for one in _each(subjects):
            yield from asked_by(one, namespaces)


def _almost_users(program: ir.Program) -> Iterator[Request]:
    """Those who are called almost as the ones that are named."""
    for subjects, namespaces in _named(program):
        for one in _each(subjects):
            yield from asked_by(Subjects(users=_almost(one.users)), namespaces)
            yield from asked_by(Subjects(groups=_almost(one.groups)), namespaces)
            yield from asked_by(Subjects(service_accounts=_almost_accounts(one.service_accounts)), namespaces)


def _named(program: ir.Program) -> Iterator[tuple[Subjects, Names]]:
    """Whom ``program`` grants or exempts something, and where."""
    yield from ((grant.subjects, grant.namespaces) for choice in program.choices for grant in choice.grants)
    yield from ((one.subjects, policy.scope.namespaces) for policy in program.policies for one in policy.exemptions)


def _each(who: Subjects) -> Iterator[Subjects]:
    """``who``, name by name."""
    if who.everyone:
        yield EVERYONE
    yield from (Subjects(users=one) for one in _single(who.users))
    yield from (Subjects(groups=one) for one in _single(who.groups))
    yield from (Subjects(service_accounts=one) for one in _single(who.service_accounts))


def _single(names: Names) -> list[Names]:
    return [*(Names((name,)) for name in names.exact), *(Names((), (start,)) for start in names.prefixes)]


def _almost(names: Names) -> Names:
    """A name that only just is not the one in ``names``, or does not begin as it does; none where all do."""
    return Names((*(f"{name}x" for name in names.exact), *(start[:-1] for start in names.prefixes if len(start) > 1)))


def _almost_accounts(names: Names) -> Names:
    """The same of service accounts: the account of another name, or one in a namespace of another name."""
    almost = (name if "/" in name else f"{name}x/default" for name in _almost(names).exact)
    return Names(tuple(almost))


def _places(program: ir.Program, groups: tuple[str, ...]) -> Iterator[Request]:
    """Namespaces with their labels: one name has the same labels wherever it occurs.

    Those of the service accounts that are members of ``groups``, or of a group that ``program`` names, are among them.
    """
    scopes = [policy.scope for policy in program.policies]
    scopes += [scope for choice in program.choices for scope in (choice.scope, *(p.scope for p in choice.policies))]
    labelled: dict[str, tuple[tuple[str, str], ...]] = {}
    for number, scope in enumerate(scope for scope in scopes if scope.labels or scope.except_labels):
        labelled |= _labelled(scope, f"labelled-{number}")
    names = ["default", "elsewhere"]
    for scope in scopes:
        names += [*_around(_few(scope.namespaces)), *_around(scope.except_namespaces)]
    names += [name for choice in program.choices for grant in choice.grants for name in _some(grant.namespaces)]
    named = (group for subjects, _ in _named(program) for group in _few(subjects.groups).exact)
    names += [group.removeprefix(_ACCOUNTS_OF) for group in (*groups, *named) if group.startswith(_ACCOUNTS_OF)]
    yield from (Request(name, namespace_labels=labels) for name, labels in labelled.items())
    yield from (Request(name) for name in dict.fromkeys(names) if name not in labelled)


def _labelled(scope: Scope, name: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """Namespaces with the labels of ``scope``, and with those that take one out of it."""
    inside = _some(scope.namespaces) or [name]
    found = {inside[0]: scope.labels}
    prefix = f"{scope.namespaces.prefixes[0]}{name}" if scope.namespaces.prefixes else name
    found |= {f"{prefix}-{number}": (*scope.labels, pair) for number, pair in enumerate(scope.except_labels)}
    return found


def _around(names: Names) -> list[str]:
    """Each of the namespaces, one with each beginning, and those that only just are not among them."""
    inside = [*names.exact, *(f"{prefix}x" for prefix in names.prefixes if prefix)]
    outside = [*(f"{name}x" for name in names.exact), *(prefix[:-1].rstrip("-") for prefix in names.prefixes if prefix)]
    return [*inside, *(name for name in outside if name and len(name) <= _LONGEST)]


def _some(names: Names) -> list[str]:
    return [*_few(names).exact, *(f"{prefix}x" for prefix in names.prefixes if prefix)]


def _few(names: Names) -> Names:
    return replace(names, exact=names.exact[:3])
