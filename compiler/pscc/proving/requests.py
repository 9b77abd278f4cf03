"""Who asks, and where, as the source has it: scopes and exemptions as formulas over the request.

Source: `pscc.ir.access`, whose `Request` and `Subjects` are defined over a request that is known.
"""

from __future__ import annotations

from pscc import ir
from pscc.ir.access import SERVICE_ACCOUNT_USER, SERVICE_ACCOUNTS, Names, Scope, Subjects
from pscc.proving.logic.terms import (
    Place,
    Term,
    and_,
    equal,
    exists,
    fresh,
    joined,
    not_,
    or_,
    present,
    starts_with,
    string_at,
    text,
)
from pscc.proving.pod import ACCOUNT, NAMESPACE_ASKED, USER, label_place

NAMESPACE = string_at(NAMESPACE_ASKED)
GROUPS = Place("request", ("userInfo", "groups"))


def judged(policy: ir.Policy) -> Term:
    """``policy`` judges the request: it holds in the namespace, and nobody who asks is exempt."""
    exempt = or_(*(asks(exemption.subjects) for exemption in policy.exemptions))
    return and_(inside(policy.scope), not_(exempt))


def chooses(choice: ir.Choice) -> Term:
    """``choice`` judges the request: it holds in the namespace."""
    return inside(choice.scope)


def may_use(choice: ir.Choice, policy: ir.Policy) -> Term:
    """Whoever asks may use ``policy`` of ``choice``, and it holds in the namespace (`pscc.reference.admission.usable`)."""
    granted = (
        and_(named(NAMESPACE, grant.namespaces), asks(grant.subjects))
        for grant in choice.grants
        if grant.policy == policy.name
    )
    return and_(inside(policy.scope), or_(*granted))


def inside(scope: Scope) -> Term:
    """The request's namespace is in ``scope``."""
    labels = [_label(*label) for label in scope.labels]
    excepted = [not_(_label(*label)) for label in scope.except_labels]
    by_name = and_(named(NAMESPACE, scope.namespaces), not_(named(NAMESPACE, scope.except_namespaces)))
    return and_(by_name, *labels, *excepted)


def named(value: Term, names: Names) -> Term:
    """The string ``value`` is one of ``names``."""
    exact = (equal(value, text(name)) for name in names.exact)
    return or_(*exact, *(starts_with(value, text(prefix)) for prefix in names.prefixes))


def _label(key: str, value: str) -> Term:
    place = label_place(key)
    return and_(present(place), equal(string_at(place), text(value)))


def asks(subjects: Subjects) -> Term:
    """The user who asks, or the pod's service account, is one of ``subjects``."""
    user = or_(
        and_(present(USER), named(string_at(USER), subjects.users)),
        and_(present(USER), _is_account(string_at(USER), subjects.service_accounts)),
        _in_groups(subjects.groups),
    )
    account = joined((text(SERVICE_ACCOUNT_USER), NAMESPACE, text(":"), string_at(ACCOUNT)))
    own = joined((NAMESPACE, text("/"), string_at(ACCOUNT)))
    groups = (text(SERVICE_ACCOUNTS), joined((text(f"{SERVICE_ACCOUNTS}:"), NAMESPACE)))
    by_account = or_(
        named(account, subjects.users),
        named(own, subjects.service_accounts),
        *(named(group, subjects.groups) for group in groups),
    )
    someone = or_(present(USER), exists(fresh(), GROUPS, _anything()), present(ACCOUNT))
    everyone = someone if subjects.everyone else not_(_anything())
    return or_(everyone, user, and_(present(ACCOUNT), by_account))


def _anything() -> Term:
    return and_()


def _is_account(user: Term, names: Names) -> Term:
    """``user`` is the user of a service account that is one of ``names``, each ``NAMESPACE/NAME``, or the beginning of one."""
    spelled = Names(
        tuple(SERVICE_ACCOUNT_USER + name.replace("/", ":", 1) for name in names.exact if "/" in name),
        tuple(SERVICE_ACCOUNT_USER + prefix.replace("/", ":", 1) for prefix in names.prefixes),
    )
    return named(user, spelled)


def _in_groups(names: Names) -> Term:
    element = fresh()
    return exists(element, GROUPS, named(string_at(Place(element)), names))
