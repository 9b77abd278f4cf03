"""Who asks, and where: whom a program names, who is nearly called so, and the same of namespaces."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.ir.access import AUTHENTICATED, Names, Request, Subjects, requested_by
from pscc.lowering.rollout import Rollout

LABELS: dict[str, dict[str, str]] = {
    "ingress": {"tier": "edge", "env": "dev"},
    "edge-1": {"tier": "edge", "env": "dev"},
    "edge-owned": {"tier": "edge", "env": "dev", "owner": "platform"},
    "half-edge": {"tier": "edge"},
    "half-dev": {"env": "dev"},
    "live": {"env": "prod"},
    "kube-system": {"env": "prod"},
}
"""The labels of the namespaces that have some."""


def home_of(policy: ir.Policy) -> str:
    """A namespace where ``policy`` holds."""
    candidates = (policy.scope.example, *LABELS)
    return next(
        (
            candidate
            for candidate in candidates
            if policy.scope.holds_in(candidate, tuple(LABELS.get(candidate, {}).items()))
        ),
        "default",
    )


def requesters_of(program: ir.Program, rollout: Rollout) -> Iterator[Request]:
    """Whom the program names, and who is nearly called so; where it holds, and in places that are nearly called so."""
    home = next((home_of(policy) for policy in program.policies), "default")
    yield Request(home, "somebody", (AUTHENTICATED,))
    yield Request(home, "", (AUTHENTICATED,))
    yield Request(home, "", (AUTHENTICATED,), service_account="")
    scopes = [policy.scope for policy in program.policies]
    scopes += [scope for choice in program.choices for scope in (choice.scope, *(p.scope for p in choice.policies))]
    places = dict.fromkeys(
        place for scope in scopes for place in (*near(scope.namespaces), *near(scope.except_namespaces))
    )
    places |= dict.fromkeys(near(rollout.excluded))
    places |= dict.fromkeys(LABELS if any(scope.labels or scope.except_labels for scope in scopes) else ())
    for place in places:
        yield Request(place, "somebody", (AUTHENTICATED,))
    for policy in program.policies:
        for exemption in policy.exemptions:
            yield from named(exemption.subjects, home)
    for choice in program.choices:
        scope_of = {policy.name: policy.scope for policy in choice.policies}
        for grant in choice.grants:
            scope = scope_of[grant.policy]
            labelled = ("edge-1", "half-edge") if scope.labels or scope.except_labels else ()
            for place in (home, *near(grant.namespaces), *near(scope.except_namespaces), *labelled):
                yield from named(grant.subjects, place)
                yield Request(place, "somebody", (AUTHENTICATED,), service_account="")


def named(who: Subjects, place: str) -> Iterator[Request]:
    """Whom ``who`` means, and who is nearly called so, as they ask in the namespace ``place``."""
    if who.everyone:
        yield Request(place, "somebody", (AUTHENTICATED,))
    for user in near(who.users):
        yield Request(place, user, requested_by(user, ()))
    for group in near(who.groups):
        yield Request(place, "member", (group, AUTHENTICATED))
    for account in near(who.service_accounts):
        namespace, _, name = account.partition("/")
        user = f"system:serviceaccount:{namespace}:{name or 'builder'}"
        # it asks itself, for a pod of another; and a pod of its own that somebody else asks for
        yield Request(place, user, requested_by(user, ()))
        yield Request(namespace, "somebody", (AUTHENTICATED,), name or "builder")


def near(names: Names) -> Iterator[str]:
    """Each name, what a prefix stands for, and what is nearly so."""
    for name in names.exact:
        yield from (name, f"{name}x", name[:-1])
    for prefix in filter(None, names.prefixes):
        yield from (f"{prefix}1", prefix.rstrip("-:/*"), f"x{prefix}1" if prefix.isalpha() else prefix[:-2])
