"""Draws users and namespaces: requests around the grants, scopes and exemptions of a program."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pscc import ir
from pscc.cases.choice_suite import NOBODY, requests_of
from pscc.ir.access import EVERYONE, EVERYWHERE, SERVICE_ACCOUNTS, Names, Request, Scope, Subjects, requested_by

MOST_USERS = 12
"""How many different users there are: an engine may have to start once for each."""
_ACCOUNTS_OF = f"{SERVICE_ACCOUNTS}:"
"""The prefix of the group of a namespace's service accounts; the namespace follows."""
_LONGEST = 63
"""The length that a namespace's name may have, as a DNS label (RFC 1123)."""
_MOST_GRANTED = 8
"""How many of these have a grant or an exemption; the others have names that differ by one character."""


def hangs_on_requests(program: ir.Program) -> bool:
    """Whether a verdict of ``program`` can depend on the user or the namespace of a request."""
    return bool(program.choices) or any(p.scope != EVERYWHERE or p.exemptions for p in program.policies)


def draw_requests(program: ir.Program, seed: int, count: int, groups: tuple[str, ...] = ()) -> tuple[Request, ...]:
    """``count`` requests by users that ``program`` grants or exempts and by others, inside its scopes and outside.

    The same seed gives the same requests. Users and namespaces are mixed, so that some requests use a grant where it does not
    hold. The other users, and some namespaces, have names that differ by one character from those in ``program``. For each
    of ``groups``, whose grants may have been left out of ``program``, one of its members is among the users.
    """
    rng = random.Random(seed)
    always = [NOBODY, *(Request(user="member", groups=requested_by("member", (group,))) for group in groups)]
    users = list(dict.fromkeys((*always, *_sampled(rng, _users(program), _MOST_GRANTED))))
    almost = [request for request in dict.fromkeys(_almost_users(program)) if request not in users]
    users += _sampled(rng, almost, MOST_USERS - len(users))
    places = list(dict.fromkeys(_places(program, groups)))
    requests = []
    for number in range(count):
        who, where = users[number % len(users)], rng.choice(places)
        # every second one has the namespace of its user's grant
        place = Request(who.namespace) if number % 2 else where
        labels = next((request.namespace_labels for request in places if request.namespace == place.namespace), ())
        account = rng.choice(("default", who.service_account))
        requests.append(replace(who, namespace=place.namespace, namespace_labels=labels, service_account=account))
    return tuple(requests)


def _sampled(rng: random.Random, requests: Iterable[Request], most: int) -> list[Request]:
    different = list(dict.fromkeys(requests))
    return different if len(different) <= most else rng.sample(different, max(0, most))


def _users(program: ir.Program) -> Iterator[Request]:
    for subjects, namespaces in _subjects(program):
        for subject in _each(subjects):
            yield from requests_of(subject, namespaces)


def _almost_users(program: ir.Program) -> Iterator[Request]:
    """Requests by users whose names differ by one character from those in ``program``."""
    for subjects, namespaces in _subjects(program):
        for subject in _each(subjects):
            yield from requests_of(Subjects(users=_almost(subject.users)), namespaces)
            yield from requests_of(Subjects(groups=_almost(subject.groups)), namespaces)
            yield from requests_of(Subjects(service_accounts=_almost_accounts(subject.service_accounts)), namespaces)


def _subjects(program: ir.Program) -> Iterator[tuple[Subjects, Names]]:
    """The subjects of each grant and exemption of ``program``, with its namespaces."""
    yield from ((grant.subjects, grant.namespaces) for choice in program.choices for grant in choice.grants)
    yield from (
        (exemption.subjects, policy.scope.namespaces) for policy in program.policies for exemption in policy.exemptions
    )


def _each(who: Subjects) -> Iterator[Subjects]:
    """``who``, as one `Subjects` for each name."""
    if who.everyone:
        yield EVERYONE
    yield from (Subjects(users=name) for name in _single(who.users))
    yield from (Subjects(groups=name) for name in _single(who.groups))
    yield from (Subjects(service_accounts=name) for name in _single(who.service_accounts))


def _single(names: Names) -> list[Names]:
    return [*(Names((name,)) for name in names.exact), *(Names((), (start,)) for start in names.prefixes)]


def _almost(names: Names) -> Names:
    """Names that differ by one character from each name and each prefix in ``names``."""
    return Names((*(f"{name}x" for name in names.exact), *(start[:-1] for start in names.prefixes if len(start) > 1)))


def _almost_accounts(names: Names) -> Names:
    """The same for service accounts: ``NAMESPACE/NAME`` with another name, or with another namespace."""
    almost = (name if "/" in name else f"{name}x/default" for name in _almost(names).exact)
    return Names(tuple(almost))


def _places(program: ir.Program, groups: tuple[str, ...]) -> Iterator[Request]:
    """Namespaces around the scopes of ``program``, as requests without a user. One name has the same labels everywhere.

    They include the namespace of each group of service accounts in ``groups`` and in ``program``.
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
    groups_named = (group for subjects, _ in _subjects(program) for group in _few(subjects.groups).exact)
    names += [group.removeprefix(_ACCOUNTS_OF) for group in (*groups, *groups_named) if group.startswith(_ACCOUNTS_OF)]
    yield from (Request(name, namespace_labels=labels) for name, labels in labelled.items())
    yield from (Request(name) for name in dict.fromkeys(names) if name not in labelled)


def _labelled(scope: Scope, name: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """Namespaces with the labels of ``scope``, and with those that take one out of it."""
    inside = _some(scope.namespaces) or [name]
    namespaces = {inside[0]: scope.labels}
    prefix = f"{scope.namespaces.prefixes[0]}{name}" if scope.namespaces.prefixes else name
    namespaces |= {f"{prefix}-{number}": (*scope.labels, pair) for number, pair in enumerate(scope.except_labels)}
    return namespaces


def _around(names: Names) -> list[str]:
    """Each name, a name with each prefix, and names that differ from these by one character and are not in ``names``."""
    inside = [*names.exact, *(f"{prefix}x" for prefix in names.prefixes if prefix)]
    outside = [*(f"{name}x" for name in names.exact), *(prefix[:-1].rstrip("-") for prefix in names.prefixes if prefix)]
    return [*inside, *(name for name in outside if name and len(name) <= _LONGEST)]


def _some(names: Names) -> list[str]:
    return [*_few(names).exact, *(f"{prefix}x" for prefix in names.prefixes if prefix)]


def _few(names: Names) -> Names:
    return replace(names, exact=names.exact[:3])
