"""Conditions in CEL on who asks and in which namespace, over ``request`` and the pod. For every target that runs CEL.

A condition on the pod's service account holds for the template of a workload, too. If a template names no account, its pods
get ``default``.
"""

from __future__ import annotations

from typing import Literal

from pscc.ir.access import ALL, AUTHENTICATED, SERVICE_ACCOUNT_USER, SERVICE_ACCOUNTS, Names, Scope, Subjects
from pscc.printers.cel.fragments import cel
from pscc.printers.cel.literals import literal
from pscc.printers.cel.logic import all_of, among, any_of, equal, negated
from pscc.printers.cel.matching import starts_with
from pscc.printers.cel.pod import ACCOUNT, HAS_ACCOUNT
from pscc.printers.cel.tree import FALSE, TRUE, Call, Expression, Grouped, Listing, Name, Not, Text, infix

About = Literal["pods", "templates", "both"]
"""What a condition is evaluated on: pods, the templates of workloads, or (by Kyverno's autogen) either."""


_GROUP, _NAMESPACE = Name("group"), cel("request.namespace")


def named_in(value: Expression, names: Names) -> Expression:
    """CEL for: the string ``value`` is among ``names``."""
    conditions = []
    if len(names.exact) == 1:
        conditions.append(equal(value, literal(names.exact[0])))
    elif names.exact:
        conditions.append(among(value, literal(names.exact)))
    conditions += [starts_with(value, literal(prefix)) if prefix else TRUE for prefix in names.prefixes]
    return infix("||", *conditions) if conditions else FALSE


def is_one_of(who: Subjects, about: About = "pods") -> Expression:
    """CEL for: the requesting user, or the pod's service account, is one of ``who``. A review may have no user.

    The user who applies a workload will not ask for its pods. So for templates only the account counts, and that somebody
    authenticated will ask.
    """
    if who.everyone:
        return TRUE
    users = Names(
        (*who.users.exact, *map(_user, who.service_accounts.exact)),
        (*who.users.prefixes, *map(_user, who.service_accounts.prefixes)),
    )
    parts = [_asks_itself(users, who.groups, about)]
    accounts, groups = _accounts(users), _starting(who.groups, SERVICE_ACCOUNTS)
    if accounts or groups:
        parts.append(_account_is(accounts, groups, about))
    if AUTHENTICATED in who.groups:
        parts.append({"pods": FALSE, "templates": TRUE, "both": cel('object.kind != "Pod"')}[about])
    return any_of(*parts)


def _asks_itself(users: Names, groups: Names, about: About) -> Expression:
    """CEL for: the requesting user is one of ``users``, or in one of ``groups``, and asks for a pod."""
    parts = []
    if users:
        has_user = cel("has(request.userInfo) && has(request.userInfo.username)")
        parts.append(all_of(has_user, named_in(cel("request.userInfo.username"), users)))
    if groups:
        has_groups = cel("has(request.userInfo) && has(request.userInfo.groups)")
        is_in = Call("exists", (_GROUP, named_in(_GROUP, groups)), cel("request.userInfo.groups"))
        parts.append(all_of(has_groups, is_in))
    for_a_pod = {"pods": TRUE, "templates": FALSE, "both": cel('object.kind == "Pod"')}[about]
    return all_of(for_a_pod, any_of(*parts))


def _account_is(accounts: Names, groups: Names, about: About) -> Expression:
    """CEL for: the service account of the pod (``default`` where a template names none) is one of these."""
    match about:
        case "pods":
            return all_of(HAS_ACCOUNT, _is(accounts, groups, ACCOUNT))
        case "templates":
            return _is(accounts, groups, cel('($named ? $name : "default")', named=HAS_ACCOUNT, name=ACCOUNT))
        case "both":
            account = Name("account")
            named = '[$named ? $name : object.kind == "Pod" ? "" : "default"].exists(account, $is_it)'
            is_it = all_of(cel('account != ""'), _is(accounts, groups, account))
            return cel(named, named=HAS_ACCOUNT, name=ACCOUNT, is_it=is_it)


def _is(accounts: Names, groups: Names, account: Expression) -> Expression:
    parts = []
    if accounts:
        whole = Grouped(cel('request.namespace + "/" + $account', account=account))
        parts.append(named_in(whole, accounts))
    if groups:
        parts.append(Call("exists", (_GROUP, named_in(_GROUP, groups)), own_groups(_NAMESPACE)))
    return infix("||", *parts)


def own_groups(namespace: Expression) -> Listing:
    """The groups of every service account of ``namespace``, but that of all who are authenticated."""
    return Listing((Text(SERVICE_ACCOUNTS), infix("+", Text(f"{SERVICE_ACCOUNTS}:"), namespace)))


def _user(account: str) -> str:
    """The user that the account ``NAMESPACE/NAME``, or the beginning of that, is."""
    return SERVICE_ACCOUNT_USER + account.replace("/", ":", 1)


def _accounts(users: Names) -> Names:
    """Those of ``users`` that are service accounts, as ``NAMESPACE/NAME``."""
    accounts = _starting(users, SERVICE_ACCOUNT_USER)

    def account(name: str) -> str:
        return name[len(SERVICE_ACCOUNT_USER) :].replace(":", "/", 1)

    return Names(tuple(map(account, accounts.exact)), tuple(map(account, accounts.prefixes)))


def _starting(names: Names, start: str) -> Names:
    """Those of ``names`` that can be among the names that begin with ``start``."""
    return Names(
        tuple(name for name in names.exact if name.startswith(start)),
        tuple(prefix for prefix in names.prefixes if prefix.startswith(start) or start.startswith(prefix)),
    )


def in_namespaces(scope: Scope, namespace: Expression = _NAMESPACE) -> Expression:
    """CEL for: ``namespace`` is inside ``scope`` by its name; true where all are."""
    inside = TRUE if scope.namespaces == ALL else named_in(namespace, scope.namespaces)
    outside = named_in(namespace, scope.except_namespaces)
    return all_of(inside, negated(outside))


def has_labels(scope: Scope) -> Expression:
    """CEL for: the labels of the request's namespace are as ``scope`` says; true where it says nothing of them."""

    def has(key: str, value: str) -> Expression:
        return cel(
            "has($labels) && $key in $labels && $labels[$key] == $value",
            labels=cel("namespaceObject.metadata.labels"),
            key=literal(key),
            value=literal(value),
        )

    excepted = (Not(has(*label)) for label in scope.except_labels)
    return all_of(*(has(*label) for label in scope.labels), *excepted)
