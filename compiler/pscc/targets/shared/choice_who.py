"""Who may use which policy of a choice, as variables in CEL; for every target that runs CEL."""

from __future__ import annotations

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.access import AUTHENTICATED, SERVICE_ACCOUNT_USER, Grant
from pscc.ir.refusals import SERVICE_ACCOUNT, USER, WITHOUT_USER, Slot
from pscc.printers.cel.checks import ON_UPDATE
from pscc.printers.cel.fragments import cel
from pscc.printers.cel.literals import literal
from pscc.printers.cel.logic import all_of, any_of
from pscc.printers.cel.matching import title
from pscc.printers.cel.messages import line, words_of
from pscc.printers.cel.pod import ACCOUNT, HAS_ACCOUNT
from pscc.printers.cel.reads import reads_variable
from pscc.printers.cel.tree import (
    EMPTY,
    FALSE,
    TRUE,
    Call,
    Conditional,
    Expression,
    Grouped,
    Infix,
    Listing,
    Mapping,
    Name,
    Number,
    Text,
    infix,
    variable,
)
from pscc.printers.cel.variables import Variable
from pscc.printers.cel.walks import or_empty
from pscc.targets.shared.cel_who import has_labels, in_namespaces, named_in, own_groups
from pscc.targets.shared.choice_table import EVERYWHERE_KEY, Table, parts_of

Variables = list[Variable]
_NAMESPACE = cel("request.namespace")


@frozen
class Review:
    """What an engine knows of a request, in CEL.

    - ``namespace`` is the namespace of the request.
    - ``asking`` are the variables ``askingUsers``, ``askingGroups`` and ``askingAccounts``, with the variables that they
      read.
    - ``shown`` is the list of requesters in a message, and ``aside`` is a text at the end of the message.
    - ``updated`` is the condition that there is an old object.
    - ``ahead`` is the condition that defaults are not set yet. If it is always true, the pod is judged as if they were set.
    - ``of_workloads``: the pod is a workload's template.
    """

    namespace: Expression
    asking: tuple[Variable, ...]
    shown: Expression
    updated: Expression
    aside: Expression = EMPTY
    ahead: Expression = cel('request.operation == "CREATE"')
    of_workloads: bool = False


def _asking() -> Variables:
    """``askingUsers``, ``askingGroups``, ``askingAccounts``: of the user and of the pod's service account."""
    user = cel("has(request.userInfo) && has(request.userInfo.username)")
    groups = cel("has(request.userInfo) && has(request.userInfo.groups)")
    own = or_empty(HAS_ACCOUNT, own_groups(_NAMESPACE))
    account = or_empty(HAS_ACCOUNT, Listing((_account_user(ACCOUNT),)))
    return [
        ("askingUsers", infix("+", or_empty(user, cel("[request.userInfo.username]")), account)),
        ("askingGroups", infix("+", or_empty(groups, cel("request.userInfo.groups")), own)),
        ("askingAccounts", cel(
            "variables.askingUsers.filter(user, user.startsWith($account))"
            '.map(user, user.substring($length).replace(":", "/"))',
            account=Text(SERVICE_ACCOUNT_USER), length=Number(len(SERVICE_ACCOUNT_USER)),
        )),
    ]  # fmt: skip


def _account_user(account: Expression) -> Expression:
    """The user that the service account ``account`` of the request's namespace is."""
    return cel('$start + request.namespace + ":" + $account', start=Text(SERVICE_ACCOUNT_USER), account=account)


def _asking_later() -> Variables:
    """The same variables for a workload: its pods' service account, or somebody authenticated, will ask for the pods.

    The user who applies a workload does not ask for its pods: a controller does.
    """
    account = variable("podsAccount")
    return [
        ("podsAccount", Conditional(HAS_ACCOUNT, ACCOUNT, Text("default"))),
        ("askingUsers", Listing((_account_user(account),))),
        ("askingGroups", Listing((Text(AUTHENTICATED), *own_groups(_NAMESPACE).items))),
        ("askingAccounts", cel('[request.namespace + "/" + $account]', account=account)),
    ]


def _shown() -> Expression:
    user = cel('has(request.userInfo) && has(request.userInfo.username) && request.userInfo.username != ""')
    return names_shown((user, cel("request.userInfo.username")), (HAS_ACCOUNT, _NAMESPACE, ACCOUNT))


def names_shown(user: tuple[Expression, Expression], account: tuple[Expression, Expression, Expression]) -> Expression:
    """The list of who asks: the ``user``, then the service account as ``NAMESPACE/NAME``, each if there is one."""
    (is_user, name), (is_account, namespace, account_name) = user, account
    shown = Listing((words_of(USER, {Slot.USER: line(name)}),))
    return infix("+", or_empty(is_user, shown), or_empty(is_account, account_shown(namespace, account_name)))


def account_shown(namespace: Expression, name: Expression) -> Expression:
    """A list of the service account ``name``, as messages say it."""
    slots = {Slot.NAMESPACE: line(namespace), Slot.ACCOUNT: line(name)}
    return Listing((words_of(SERVICE_ACCOUNT, slots),))


def asking(choice: ir.Choice, review: Review) -> Variables:
    """The variables about the requester that are read: by a grant of ``choice``, by messages, or by another such variable."""
    readers = [review.namespace, review.shown, review.aside, *(text for _, text in grants(choice, review.namespace))]
    read: Variables = []
    for name, value in reversed(review.asking):
        if any(reads_variable(reader, name) for reader in readers):
            read.insert(0, (name, value))
            readers.append(value)
    return read


def grants(choice: ir.Choice, namespace: Expression = _NAMESPACE) -> Variables:
    """``grants``: the policies that somebody who asks may use, by namespace. Nothing if the choice has no policy."""
    if not choice.policies:
        return []
    parts = parts_of(choice)
    tables: Variables = []
    lists: list[Expression] = [Listing((_map(parts.everyone),))] if parts.everyone else []
    for kind, table in parts.tables:
        name = title(kind).removesuffix("s")
        tables.append((f"by{name}", _table(table)))
        granted = "$asking.filter($who, $who in $by).map($who, $by[$who])"
        who = Name(name.lower())
        lists.append(cel(granted, asking=variable(f"asking{name}s"), who=who, by=variable(f"by{name}")))
    lists += [_pattern(grant, namespace) for grant in parts.patterns]
    return [*tables, ("grants", infix("+", *lists) if lists else Listing())]


def _pattern(grant: Grant, namespace: Expression) -> Expression:
    """The list with the policy of ``grant`` if somebody who asks has the grant, else an empty list. For grants with prefixes."""
    who = grant.subjects
    named = ("User", who.users), ("Group", who.groups), ("Account", who.service_accounts)
    asks = [
        Call("exists", (asked := Name(kind.lower()), named_in(asked, names)), variable(f"asking{kind}s"))
        for kind, names in named
        if names
    ]
    is_asked = TRUE if who.everyone else infix("||", *asks) if asks else FALSE
    inside = named_in(namespace, grant.namespaces)
    given = Listing((_map({EVERYWHERE_KEY: [grant.policy]}),))
    return or_empty(Infix("&&", (Grouped(inside), Grouped(is_asked))), given)


def may_use(policy: ir.Policy, namespace: Expression = _NAMESPACE) -> Expression:
    """Whether one of ``grants`` is of ``policy``."""
    return cel(
        "variables.grants.exists(grant, "
        "($everywhere in grant && $name in grant[$everywhere]) || ($namespace in grant && $name in grant[$namespace]))",
        everywhere=Text(EVERYWHERE_KEY),
        name=literal(policy.name),
        namespace=namespace,
    )


def may_use_live(policy: ir.Policy, account: bool) -> Expression:
    """Whether the cluster lets the requesting user, or the pod's service account, ``use`` the PSP of that name.

    In the groups that PSP's admission asked for. Source: ``authorizedForPolicy`` in Kubernetes 1.24
    ``plugin/pkg/admission/security/podsecuritypolicy/admission.go``.
    """
    of_account = "authorizer.serviceAccount(request.namespace, object.spec.serviceAccountName)"
    who = cel(of_account if account else "authorizer")
    checks = [
        cel(
            '$who.group($group).resource("podsecuritypolicies").name($name)'
            '.namespace(request.namespace).check("use").allowed()',
            who=who,
            group=Text(group),
            name=literal(policy.name),
        )
        for group in ("policy", "extensions")
    ]
    return all_of(cel("has(object.spec.serviceAccountName)") if account else TRUE, any_of(*checks))


def holds_here(policy: ir.Policy, namespace: Expression = _NAMESPACE) -> Expression:
    """Whether ``policy`` may be used in the namespace, by its name and labels: false if it holds nowhere."""
    scope = policy.scope
    return all_of(has_labels(scope), in_namespaces(scope, namespace)) if scope.namespaces else FALSE


def _map(table: dict[str, list[str]]) -> Expression:
    return Mapping(tuple((literal(key), literal(tuple(names))) for key, names in table.items()))


def _table(table: Table) -> Expression:
    return Mapping(tuple((literal(name), _map(places)) for name, places in table.items()))


WITHOUT_USER_SHOWN = words_of(WITHOUT_USER, {Slot.SERVICE_ACCOUNT: cel("variables.asking[0]")})
"""What a message says at its end where it names the pod's service account alone."""
ADMISSION = Review(_NAMESPACE, tuple(_asking()), _shown(), ON_UPDATE)
"""What the API server and Kyverno know."""
TEMPLATES = Review(
    _NAMESPACE,
    tuple(_asking_later()),
    account_shown(_NAMESPACE, variable("podsAccount")),
    ON_UPDATE,
    aside=WITHOUT_USER_SHOWN,
    ahead=TRUE,
    of_workloads=True,
)
"""What they know of a workload, whose template stands for the pod."""
