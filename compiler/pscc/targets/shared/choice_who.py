"""CEL variables that say who may use which policy of a choice, for every target that runs CEL."""

from __future__ import annotations

import re

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.access import AUTHENTICATED, SERVICE_ACCOUNT_USER, SERVICE_ACCOUNTS
from pscc.printers.cel.checks import ON_UPDATE
from pscc.printers.cel.expressions import all_of, literal
from pscc.printers.cel.findings import line
from pscc.printers.cel.pod import ACCOUNT, HAS_ACCOUNT
from pscc.targets.shared.cel_who import has_labels, in_namespaces, named_in
from pscc.targets.shared.choice_table import EVERYWHERE_KEY, Table, grant_tables, has_patterns

Variables = list[tuple[str, str]]
_NAMES_ACCOUNT = f'{HAS_ACCOUNT} && {ACCOUNT} != ""'


@frozen
class Review:
    """CEL expressions with which an engine reads a request.

    - ``namespace`` is the namespace of the request.
    - ``asking`` are the variables ``askingUsers``, ``askingGroups`` and ``askingAccounts``, with those that they read.
    - ``shown`` is the list of requesters in messages, and ``aside`` the end of these messages.
    - ``updated`` is true where there is an old object.
    - ``ahead`` is true where defaults are yet to be set. Where it is always true, the pod is judged as if they were set.
    - ``of_workloads`` (no CEL): the pod is a workload's template.
    """

    namespace: str
    asking: tuple[tuple[str, str], ...]
    shown: str
    updated: str
    aside: str = ""
    ahead: str = 'request.operation == "CREATE"'
    of_workloads: bool = False


def _asking() -> Variables:
    """The variables ``askingUsers``, ``askingGroups`` and ``askingAccounts``, for the user and the pod's service account."""
    user = "has(request.userInfo) && has(request.userInfo.username)"
    groups = "has(request.userInfo) && has(request.userInfo.groups)"
    account = f'"{SERVICE_ACCOUNT_USER}" + request.namespace + ":" + {ACCOUNT}'
    own = f'["{SERVICE_ACCOUNTS}", "{SERVICE_ACCOUNTS}:" + request.namespace]'
    start = len(SERVICE_ACCOUNT_USER)
    return [
        ("askingUsers", f"({user} ? [request.userInfo.username] : []) + ({_NAMES_ACCOUNT} ? [{account}] : [])"),
        ("askingGroups", f"({groups} ? request.userInfo.groups : []) + ({_NAMES_ACCOUNT} ? {own} : [])"),
        (
            "askingAccounts",
            f'variables.askingUsers.filter(user, user.startsWith("{SERVICE_ACCOUNT_USER}"))'
            f'.map(user, user.substring({start}).replace(":", "/"))',
        ),
    ]


def _asking_later() -> Variables:
    """The same for the pods of a workload: their service account, and any authenticated user.

    The user who applies a workload does not create its pods: a controller does.
    """
    account = "variables.podsAccount"
    groups = f'["{AUTHENTICATED}", "{SERVICE_ACCOUNTS}", "{SERVICE_ACCOUNTS}:" + request.namespace]'
    return [
        ("podsAccount", f'{_NAMES_ACCOUNT} ? {ACCOUNT} : "default"'),
        ("askingUsers", f'["{SERVICE_ACCOUNT_USER}" + request.namespace + ":" + {account}]'),
        ("askingGroups", groups),
        ("askingAccounts", f'[request.namespace + "/" + {account}]'),
    ]


def _shown() -> str:
    user = 'has(request.userInfo) && has(request.userInfo.username) && request.userInfo.username != ""'
    return names_shown((user, "request.userInfo.username"), (_NAMES_ACCOUNT, "request.namespace", ACCOUNT))


def names_shown(user: tuple[str, str], account: tuple[str, str, str]) -> str:
    """CEL for the list of requesters. ``user`` and ``account`` are each a condition that there is one, and its name."""
    return (
        f'({user[0]} ? ["user " + {line(user[1])}] : []) + '
        f'({account[0]} ? ["service account " + {line(account[1])} + "/" + {line(account[2])}] : [])'
    )


def asking(choice: ir.Choice, review: Review) -> Variables:
    """The variables about the requester that something reads: a grant of ``choice``, a message, or another of them."""
    texts = [review.namespace, review.shown, review.aside, *(text for _, text in grants(choice, review.namespace))]
    variables: Variables = []
    for name, text in reversed(review.asking):
        if any(re.search(rf"\bvariables\.{name}\b", reader) for reader in texts):
            variables.insert(0, (name, text))
            texts.append(text)
    return variables


def grants(choice: ir.Choice, namespace: str = "request.namespace") -> Variables:
    """The variable ``grants``: which policies the requester may use in which namespaces. None where there is no policy."""
    if not choice.policies:
        return []
    users, groups, accounts, everyone = grant_tables(choice)
    variables: Variables = []
    parts: list[str] = [_map(everyone)] if everyone else []
    for name, table in (("User", users), ("Group", groups), ("Account", accounts)):
        if table:
            variables.append((f"by{name}", _table(table)))
            who_asks, by = f"variables.asking{name}s", f"variables.by{name}"
            parts.append(f"{who_asks}.filter(one, one in {by}).map(one, {by}[one])")
    lists = [f"[{part}]" if part.startswith("{") else part for part in parts]
    for grant in choice.grants:
        if has_patterns(grant):
            who = grant.subjects
            kinds = ("Users", who.users), ("Groups", who.groups), ("Accounts", who.service_accounts)
            asks = [f"variables.asking{kind}.exists(one, {named_in('one', names)})" for kind, names in kinds if names]
            is_subject = "true" if who.everyone else " || ".join(asks) or "false"
            inside = named_in(namespace, grant.namespaces)
            lists.append(f"(({inside}) && ({is_subject}) ? [{_map({EVERYWHERE_KEY: [grant.policy]})}] : [])")
    return [*variables, ("grants", " + ".join(lists) or "[]")]


def may_use(policy: ir.Policy, namespace: str = "request.namespace") -> str:
    """Whether one of ``grants`` is of ``policy``, which goes by no labels of the namespace that are not seen."""
    name = literal(policy.name)
    here = f'("{EVERYWHERE_KEY}" in grant && {name} in grant["{EVERYWHERE_KEY}"])'
    there = f"({namespace} in grant && {name} in grant[{namespace}])"
    return all_of(f"variables.grants.exists(grant, {here} || {there})", in_namespaces(policy.scope, namespace))


def may_use_live(policy: ir.Policy, account: bool) -> str:
    """Whether the cluster lets the requesting user, or the pod's service account, ``use`` the PSP of that name.

    In the groups that PSP's admission asked for. Source: ``authorizedForPolicy`` in Kubernetes 1.24
    ``plugin/pkg/admission/security/podsecuritypolicy/admission.go``.
    """
    who = "authorizer.serviceAccount(request.namespace, object.spec.serviceAccountName)" if account else "authorizer"
    checks = [
        f'{who}.group("{group}").resource("podsecuritypolicies").name({literal(policy.name)})'
        '.namespace(request.namespace).check("use").allowed()'
        for group in ("policy", "extensions")
    ]
    return all_of("has(object.spec.serviceAccountName)" if account else "true", " || ".join(checks))


def holds_here(policy: ir.Policy) -> str:
    """Whether ``policy`` may be used in the namespace by its labels; ``true`` if it goes by none, ``false`` if it holds nowhere."""
    return has_labels(policy.scope) if policy.scope.namespaces else "false"


def _map(table: dict[str, list[str]]) -> str:
    return "{" + ", ".join(f"{literal(key)}: {literal(tuple(names))}" for key, names in table.items()) + "}"


def _table(table: Table) -> str:
    return "{" + ", ".join(f"{literal(name)}: {_map(places)}" for name, places in table.items()) + "}"


ADMISSION = Review("request.namespace", tuple(_asking()), _shown(), ON_UPDATE)
"""The requests of the API server and of Kyverno."""
TEMPLATES = Review(
    "request.namespace",
    tuple(_asking_later()),
    f'["service account " + {line("request.namespace")} + "/" + {line("variables.podsAccount")}]',
    ON_UPDATE,
    aside='" (no user in this review: judged by " + variables.asking[0] + " alone)"',
    ahead="true",
    of_workloads=True,
)
"""The same for a workload, whose template is judged as a pod."""
