"""Draws what a cluster with PodSecurityPolicies is made of: a set of them, RBAC in all its forms, and who asks for pods.

Grants are drawn first and spelled as RBAC afterwards, so that the plugin is told who may use what without any code of
the compiler's.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from conformance.jsonl import Json
from conformance.policies import draw_psp

NAMESPACES = ("default", "team-a", "team-b", "kube-system")
ACCOUNTS = ("default", "deployer", "builder")
POLICY_NAMES = ("a-baseline", "b.two", "m0", "privileged", "restricted", "z-last", "10-first")
_USERS: dict[str, tuple[str, ...]] = {
    "jane": ("devs", "system:authenticated"),
    "bob": ("ops", "devs", "system:authenticated"),
    "system:node:n1": ("system:nodes", "system:authenticated"),
    "system:anonymous": ("system:unauthenticated",),
    "root": ("system:masters", "system:authenticated"),
}
_CONTROLLERS = ("replicaset-controller", "daemon-set-controller", "job-controller")
_API_GROUPS = (("policy",), ("extensions",), ("policy", "extensions"), ("*",), ("", "policy"))
_RBAC = "rbac.authorization.k8s.io"


@dataclass(frozen=True, slots=True)
class Grant:
    """``subject`` (kind, namespace, name) may use ``policies`` (none: all), in ``namespace`` (empty: everywhere)."""

    policies: tuple[str, ...]
    subject: tuple[str, str, str]
    namespace: str


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks, in which namespace, for pods of which service account."""

    user: str
    groups: tuple[str, ...]
    namespace: str
    service_account: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """PSPs, the objects that say who may use them, and the same as the plugin's engine takes it."""

    psps: tuple[Json, ...]
    rbac: tuple[Json, ...]
    grants: tuple[Json, ...]


def draw_cluster(rng: random.Random) -> Cluster:
    """2 to 6 policies, not each one valid, and grants over all forms of binding."""
    names = rng.sample(POLICY_NAMES, rng.randint(2, 6))
    psps = tuple(draw_psp(rng, name) for name in names)
    grants = [_grant(rng, names) for _ in range(rng.randint(1, 7))]
    rbac: list[Json] = []
    for number, grant in enumerate(grants):
        rbac += _spelled(rng, grant, number)
    rbac += _decoys(rng, names)
    rng.shuffle(rbac)
    return Cluster(psps, tuple(rbac), tuple(row for grant in grants for row in _for_the_plugin(grant)))


def draw_requester(rng: random.Random) -> Requester:
    """A user, a node, nobody known, a controller, or a service account that asks for pods itself."""
    namespace, account = rng.choice(NAMESPACES), rng.choice(ACCOUNTS)
    kind = rng.random()
    if kind < 0.55:
        user = rng.choice(tuple(_USERS))
        return Requester(user, _USERS[user], namespace, account)
    home, name = (
        ("kube-system", rng.choice(_CONTROLLERS)) if kind < 0.8 else (rng.choice(NAMESPACES), rng.choice(ACCOUNTS))
    )
    groups = ("system:serviceaccounts", f"system:serviceaccounts:{home}", "system:authenticated")
    return Requester(f"system:serviceaccount:{home}:{name}", groups, namespace, account)


def _grant(rng: random.Random, names: list[str]) -> Grant:
    policies = () if rng.random() < 0.1 else tuple(rng.sample(names, rng.randint(1, min(2, len(names)))))
    home = rng.choice(NAMESPACES)
    subject = rng.choice((
        ("User", "", rng.choice(tuple(_USERS))),
        ("User", "", f"system:serviceaccount:{home}:{rng.choice(ACCOUNTS)}"),
        ("Group", "", rng.choice(("devs", "ops", "system:nodes", "system:masters"))),
        ("Group", "", rng.choice(("system:authenticated", "system:unauthenticated"))),
        ("Group", "", rng.choice(("system:serviceaccounts", f"system:serviceaccounts:{home}"))),
        ("ServiceAccount", home, rng.choice(ACCOUNTS)),
        ("ServiceAccount", "kube-system", rng.choice(_CONTROLLERS)),
    ))  # fmt: skip
    return Grant(policies, subject, rng.choice(NAMESPACES) if rng.random() < 0.4 else "")


def _spelled(rng: random.Random, grant: Grant, number: int) -> list[Json]:
    """A role and a binding that mean ``grant``, perhaps an aggregated role between them."""
    rule: Json = {
        "apiGroups": list(rng.choice(_API_GROUPS)),
        "resources": rng.choice(
            (["podsecuritypolicies"], ["podsecuritypolicies"], ["*"], ["pods", "podsecuritypolicies"])
        ),
        "verbs": rng.choice((["use"], ["use"], ["*"], ["get", "use"])),
    }
    if grant.policies:
        rule["resourceNames"] = list(grant.policies)
    noise: Json = {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["*"]}
    rules = rng.choice(([rule], [noise, rule]))
    kind = "Role" if grant.namespace and rng.random() < 0.4 else "ClusterRole"
    role = _object(kind, f"role-{number}", grant.namespace if kind == "Role" else "", rules=rules)
    objects, bound = [role], f"role-{number}"
    if kind == "ClusterRole" and rng.random() < 0.25:
        bound = f"aggregate-{number}"
        role["metadata"]["labels"] = {"to": bound, "other": "x"}
        selector: Json = rng.choice((
            {"matchLabels": {"to": bound}},
            {"matchExpressions": [{"key": "to", "operator": "In", "values": [bound, "no"]}]},
        ))  # fmt: skip
        filled = rules if rng.random() < 0.5 else []
        rule_of_all = {"clusterRoleSelectors": [{"matchLabels": {"to": "nobody"}}, selector]}
        objects.append(_object("ClusterRole", bound, "", rules=filled, aggregationRule=rule_of_all))
    subject_kind, home, name = grant.subject
    subject: Json = {"kind": subject_kind, "name": name}
    subject |= {"namespace": home} if subject_kind == "ServiceAccount" else {"apiGroup": _RBAC}
    extra: list[Json] = [{"kind": "User", "apiGroup": _RBAC, "name": "nobody"}] if rng.random() < 0.3 else []
    objects.append(
        _object(
            "RoleBinding" if grant.namespace else "ClusterRoleBinding",
            f"binding-{number}",
            grant.namespace,
            roleRef={"apiGroup": _RBAC, "kind": kind, "name": bound},
            subjects=[*extra, subject],
        )
    )
    return objects


def _decoys(rng: random.Random, names: list[str]) -> list[Json]:
    """Roles and bindings that grant nothing: another verb, another resource, another group, a role that is not there."""
    rules: tuple[Json, ...] = (
        {"apiGroups": ["policy"], "resources": ["podsecuritypolicies"], "verbs": ["get", "list"]},
        {"apiGroups": ["policy"], "resources": ["poddisruptionbudgets"], "verbs": ["*"]},
        {"apiGroups": ["apps"], "resources": ["*"], "verbs": ["use"]},
        {"apiGroups": ["policy"], "resources": ["podsecuritypolicies"], "verbs": ["use"], "resourceNames": ["gone"]},
        {"apiGroups": ["policy"], "resources": ["podsecuritypolicies/status"], "verbs": ["use"]},
        {"nonResourceURLs": ["*"], "verbs": ["*"]},
    )
    decoys = []
    for number, rule in enumerate(rules):
        if rng.random() < 0.3:
            decoys.append(_object("ClusterRole", f"decoy-{number}", "", rules=[rule]))
            decoys.append(
                _object(
                    "ClusterRoleBinding",
                    f"decoy-{number}",
                    "",
                    roleRef={"apiGroup": _RBAC, "kind": "ClusterRole", "name": f"decoy-{number}"},
                    subjects=[{"kind": "Group", "apiGroup": _RBAC, "name": "system:authenticated"}],
                )
            )
    if rng.random() < 0.3:
        role = _object("Role", "unbound", "team-a", rules=[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}])
        reference = {"apiGroup": _RBAC, "kind": "Role", "name": "unbound"}
        subjects = [{"kind": "Group", "apiGroup": _RBAC, "name": "system:authenticated"}]
        # the role of that name is another namespace's
        decoys += [role, _object("RoleBinding", "dangling", "team-b", roleRef=reference, subjects=subjects)]
    return decoys


def _object(kind: str, name: str, namespace: str, **fields: object) -> Json:
    metadata: Json = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": f"{_RBAC}/v1", "kind": kind, "metadata": metadata, **fields}


def _for_the_plugin(grant: Grant) -> list[Json]:
    kind, home, name = grant.subject
    who = {"group": name} if kind == "Group" else {"user": f"system:serviceaccount:{home}:{name}" if home else name}
    return [{"policy": policy, **who, "namespace": grant.namespace} for policy in grant.policies or ("*",)]
