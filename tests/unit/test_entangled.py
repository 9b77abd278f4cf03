"""A choice in parts: plain policies where one policy decides, and a choice of the namespaces in which several may."""

from __future__ import annotations

import random

import pytest

from pscc import ir
from pscc.base.source import SourceFile
from pscc.driver import analyse
from pscc.ir.access import Names, Request, requested_by
from pscc.lowering.choice_forms import lowered
from pscc.lowering.prepared import prepared
from pscc.lowering.rollout import Rollout
from pscc.reference.admission import Decision, decide

POLICIES = {
    "low": "deny privileged, hostNetwork\nrequire allowPrivilegeEscalation false\ndefault allowPrivilegeEscalation false",
    "net": "deny privileged\nallow hostPorts 443",
    "open": "deny hostPID",
    "tight": "deny privileged, hostNetwork, hostPID\nrequire runAsUser 1000-2000\ndefault runAsUser 1000",
}
SUBJECTS = ("everyone", "groups ops", "users jane", "serviceaccounts a/robot, b/robot", "groups system:serviceaccounts")
PLACES = ("", " in namespaces a", " in namespaces b", " in namespaces a, c")
REQUESTS = [
    Request(namespace, user, requested_by(user, groups), account)
    for namespace in ("a", "b", "c", "elsewhere")
    for user, groups in (("jane", ()), ("bob", ("ops",)), ("system:serviceaccount:a:robot", ()))
    for account in ("default", "robot")
]
CONTEXTS: tuple[dict[str, object], ...] = (
    {},
    {"privileged": True},
    {"allowPrivilegeEscalation": True},
    {"allowPrivilegeEscalation": False, "runAsUser": 1500},
    {"runAsUser": 5},
)
SPECS: tuple[dict[str, object], ...] = ({}, {"hostNetwork": True}, {"hostPID": True})


def pods() -> list[dict[str, object]]:
    return [
        {
            "metadata": {"name": "p"},
            "spec": {**spec, "containers": [{"name": "m", "image": "i", "securityContext": own}]},
        }
        for spec in SPECS
        for own in CONTEXTS
    ]


def program(*grants: str) -> ir.Program:
    """The policies that ``grants`` name, in a choice called ``who``."""
    named = [name for name in POLICIES if any(grant.startswith(f"{name} ") for grant in grants)]
    policies = [f"policy {name} {{\n{POLICIES[name]}\n}}" for name in named]
    return analyse(SourceFile("p.psp", "\n".join([*policies, "choose who {", *grants, "}\n"])))[1]


def drawn(rng: random.Random) -> ir.Program:
    names = rng.sample(tuple(POLICIES), rng.randint(2, 4))
    return program(
        *(
            f"{name} for {rng.choice(SUBJECTS)}{rng.choice(PLACES)}"
            for name in names
            for _ in range(rng.choice((1, 1, 2)))
        )
    )


@pytest.mark.parametrize("seed", range(4))
def test_the_parts_together_are_the_choice(seed: int) -> None:
    """Verdict and changed pod of every request are those of the choice as it is written."""
    rng = random.Random(seed)
    mixed = 0
    for _ in range(25):
        whole = drawn(rng)
        parts, _ = lowered(whole)
        mixed += any(choice.policies and choice.policies[0].checks for choice in parts.choices) and bool(parts.policies)
        for request in REQUESTS:
            for pod in pods():
                expected, found = decide(whole, request, pod), decide(parts, request, pod)
                assert allowed(expected) is allowed(found), (request, pod, whole.choices[0].grants)
                if allowed(expected):
                    assert changed(expected) == changed(found), (request, pod, whole.choices[0].grants)
    assert mixed > 3


def allowed(decision: Decision) -> bool:
    return all(verdict.allowed for _, verdict in decision.judged) and all(one.allowed for _, one in decision.chosen)


def changed(decision: Decision) -> object:
    """The pod with all defaults: those of plain policies, and those of the one choice that judges it."""
    assert len(decision.chosen) <= 1
    return decision.chosen[0][1].pod if decision.chosen else decision.pod


SYSTEM = ("low for everyone", "open for groups system:serviceaccounts:kube-system in namespaces kube-system")


def test_one_binding_in_one_namespace_entangles_that_namespace_alone() -> None:
    parts, _ = lowered(program(*SYSTEM))
    (rest,) = [choice for choice in parts.choices if choice.name == "who"]
    assert rest.scope.namespaces == Names(("kube-system",))
    plain = next(policy for policy in parts.policies if policy.note)
    assert plain.name == "low" and plain.defaults
    assert plain.scope.except_namespaces == Names(("kube-system",))


def test_excluded_namespaces_entangle_nothing() -> None:
    formed = prepared(program(*SYSTEM), Rollout(excluded=Names(("kube-system",)))).formed
    assert not [choice for choice in formed.choices if any(policy.checks for policy in choice.policies)]
    assert any(policy.name == "low" and policy.defaults for policy in formed.policies)


def test_the_object_that_says_who_may_ask_has_a_name_that_is_free() -> None:
    grants = ("low for groups ops", "open for groups system:serviceaccounts:kube-system in namespaces kube-system")
    parts, _ = lowered(program(*grants))
    assert sorted(choice.name for choice in parts.choices) == ["who", "who-grants"]
    policies = program(*grants).policies
    beside = analyse(SourceFile("q.psp", "policy who-grants {\n    deny hostIPC\n}\n"))[1].policies
    named = ir.Program((*policies, *beside), program(*grants).choices)
    assert sorted(choice.name for choice in lowered(named)[0].choices) == ["who", "who-grants-too"]
