"""Conditions in CEL on the requester and the namespace, over ``request`` and the pod; for every target that runs CEL.

Conditions on the pod's service account also hold for a workload's template. Its pods get ``default`` where it names none.
"""

from __future__ import annotations

from typing import Literal

from pscc.ir.access import ALL, AUTHENTICATED, SERVICE_ACCOUNT_USER, SERVICE_ACCOUNTS, Names, Scope, Subjects
from pscc.printers.cel.expressions import all_of, any_of, literal, negated
from pscc.printers.cel.pod import ACCOUNT, HAS_ACCOUNT

About = Literal["pods", "templates", "both"]
"""The objects of a condition: pods, templates of workloads, or both (Kyverno's autogen)."""


def named_in(value: str, names: Names) -> str:
    """CEL for: the string ``value`` is among ``names``."""
    conditions = []
    if names.exact:
        single = len(names.exact) == 1
        conditions = [f"{value} == {literal(names.exact[0])}" if single else f"{value} in {literal(names.exact)}"]
    conditions += [f"{value}.startsWith({literal(prefix)})" if prefix else "true" for prefix in names.prefixes]
    return " || ".join(conditions) or "false"


def is_one_of(who: Subjects, about: About = "pods") -> str:
    """CEL for: the requesting user, or the pod's service account, is one of ``who``. A review may have no user.

    The user who applies a workload does not create its pods. So a condition on a template reads the pods' service account
    alone, and any authenticated user counts as the requester.
    """
    if who.everyone:
        return "true"
    users = Names(
        (*who.users.exact, *map(_user, who.service_accounts.exact)),
        (*who.users.prefixes, *map(_user, who.service_accounts.prefixes)),
    )
    parts = [_asks_itself(users, who.groups, about)]
    accounts, groups = _accounts(users), _starting(who.groups, SERVICE_ACCOUNTS)
    if accounts or groups:
        parts.append(_account_is(accounts, groups, about))
    if AUTHENTICATED in who.groups:
        parts.append({"pods": "false", "templates": "true", "both": 'object.kind != "Pod"'}[about])
    return any_of(*parts)


def _asks_itself(users: Names, groups: Names, about: About) -> str:
    """CEL for: the requesting user is one of ``users``, or in one of ``groups``, and asks for a pod."""
    parts = []
    if users:
        has_user = "has(request.userInfo) && has(request.userInfo.username)"
        parts.append(all_of(has_user, named_in("request.userInfo.username", users)))
    if groups:
        has_groups = "has(request.userInfo) && has(request.userInfo.groups)"
        parts.append(all_of(has_groups, f"request.userInfo.groups.exists(group, {named_in('group', groups)})"))
    for_a_pod = {"pods": "true", "templates": "false", "both": 'object.kind == "Pod"'}[about]
    return all_of(for_a_pod, any_of(*parts))


def _account_is(accounts: Names, groups: Names, about: About) -> str:
    """CEL for: the service account of the pod (``default`` where a template names none) is one of these."""
    match about:
        case "pods":
            return all_of(HAS_ACCOUNT, _is(accounts, groups, ACCOUNT))
        case "templates":
            return _is(accounts, groups, f'({HAS_ACCOUNT} ? {ACCOUNT} : "default")')
        case "both":
            named = f'{HAS_ACCOUNT} ? {ACCOUNT} : object.kind == "Pod" ? "" : "default"'
            is_it = all_of('account != ""', _is(accounts, groups, "account"))
            return f"[{named}].exists(account, {is_it})"


def _is(accounts: Names, groups: Names, account: str) -> str:
    parts = []
    if accounts:
        parts.append(named_in(f'(request.namespace + "/" + {account})', accounts))
    if groups:
        own = f'["{SERVICE_ACCOUNTS}", "{SERVICE_ACCOUNTS}:" + request.namespace]'
        parts.append(f"{own}.exists(group, {named_in('group', groups)})")
    return " || ".join(parts)


def _user(account: str) -> str:
    """The user that the account ``NAMESPACE/NAME``, or the beginning of that, is."""
    return SERVICE_ACCOUNT_USER + account.replace("/", ":", 1)


def _accounts(users: Names) -> Names:
    """The service accounts among ``users``, as ``NAMESPACE/NAME``."""
    accounts = _starting(users, SERVICE_ACCOUNT_USER)

    def account(name: str) -> str:
        return name[len(SERVICE_ACCOUNT_USER) :].replace(":", "/", 1)

    return Names(tuple(map(account, accounts.exact)), tuple(map(account, accounts.prefixes)))


def _starting(names: Names, start: str) -> Names:
    """The part of ``names`` that a name beginning with ``start`` can match."""
    return Names(
        tuple(name for name in names.exact if name.startswith(start)),
        tuple(prefix for prefix in names.prefixes if prefix.startswith(start) or start.startswith(prefix)),
    )


def in_namespaces(scope: Scope, namespace: str = "request.namespace") -> str:
    """CEL for: ``namespace`` is inside ``scope`` by its name; ``true`` where all are."""
    inside = "true" if scope.namespaces == ALL else named_in(namespace, scope.namespaces)
    outside = named_in(namespace, scope.except_namespaces)
    return all_of(inside, "true" if outside == "false" else negated(outside))


def has_labels(scope: Scope) -> str:
    """CEL for: the labels of the request's namespace are in ``scope``; ``true`` where that has no labels."""
    labels = "namespaceObject.metadata.labels"

    def has(key: str, value: str) -> str:
        return all_of(f"has({labels})", f"{literal(key)} in {labels}", f"{labels}[{literal(key)}] == {literal(value)}")

    return all_of(*(has(*pair) for pair in scope.labels), *(f"!({has(*pair)})" for pair in scope.except_labels))
