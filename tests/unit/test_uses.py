"""What people overlook in RBAC: who is left without a policy, and that controllers make the pods of workloads."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pscc.base.source import SourceFile
from pscc.diagnostics import Diagnostic
from pscc.driver import analyse

RBAC = "rbac.authorization.k8s.io"
ANY = {"rule": "RunAsAny"}
Json = dict[str, Any]


def psp(name: str, **spec: object) -> Json:
    rules = {field: ANY for field in ("seLinux", "runAsUser", "supplementalGroups", "fsGroup")}
    return {
        "apiVersion": "policy/v1beta1",
        "kind": "PodSecurityPolicy",
        "metadata": {"name": name},
        "spec": rules | spec,
    }


def bound(policy: str, *subjects: Json, namespace: str = "") -> tuple[Json, Json]:
    """A role to use ``policy``, and a binding of it to ``subjects``: in ``namespace``, or everywhere."""
    rule = {"apiGroups": ["policy"], "resources": ["podsecuritypolicies"], "verbs": ["use"], "resourceNames": [policy]}
    name = f"{policy}-{namespace or 'all'}-{len(json.dumps(subjects))}"
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    reference = {"apiGroup": RBAC, "kind": "ClusterRole", "name": name}
    kind = "RoleBinding" if namespace else "ClusterRoleBinding"
    return (
        {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": [rule]},
        {"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": metadata, "roleRef": reference, "subjects": [*subjects]},
    )


def group(name: str) -> Json:
    return {"kind": "Group", "apiGroup": RBAC, "name": name}


def user(name: str) -> Json:
    return {"kind": "User", "apiGroup": RBAC, "name": name}


def account(namespace: str, name: str) -> Json:
    return {"kind": "ServiceAccount", "namespace": namespace, "name": name}


def warnings(code: str, *objects: Json, everyone: bool = False) -> list[Diagnostic]:
    source = SourceFile("c.json", json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    return [d for d in analyse(source, everyone=everyone)[2] if d.code == code]


WIDE, TIGHT = psp("wide", privileged=True, hostPID=True), psp("tight", volumes=["secret"])
EVERYBODY = bound("tight", group("system:authenticated"))


# --- who may run pods at all --------------------------------------------------------


@pytest.mark.parametrize(
    ("uses", "who"),
    [
        (bound("wide", account("lb", "speaker")), "service account lb/speaker"),
        ((*bound("wide", user("ann")), *bound("tight", group("g"), namespace="a")), "group g in a, user ann"),
        (bound("tight", group("system:authenticated"), namespace="a"), "group system:authenticated in a"),
        (bound("wide", *(user(f"u{n}") for n in range(6))), "user u0, user u1, user u2, user u3 and 2 more"),
        (bound("wide", group("system:nodes")), "group system:nodes"),
    ],
)
def test_who_may_run_pods_is_said_where_others_may_not(uses: tuple[Json, ...], who: str) -> None:
    (warning,) = warnings("SET024", WIDE, TIGHT, *uses)
    assert warning.severity == "warning"
    assert warning.message == f"only these may run pods: {who}. Every other pod will be refused"
    assert "kubectl get psp,clusterroles" in warning.help and "--assume-everyone-may-use" in warning.help
    assert warnings("SET024", WIDE, TIGHT, *uses, everyone=True) == []


@pytest.mark.parametrize("everybody", ["system:authenticated", "system:serviceaccounts"])
def test_nothing_is_said_where_every_pod_has_a_policy(everybody: str) -> None:
    assert warnings("SET024", WIDE, TIGHT, *bound("wide", account("lb", "s")), *bound("tight", group(everybody))) == []
    assert warnings("SET024", TIGHT) == []


# --- who makes the pods of workloads ------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "kinds"),
    [
        (group("system:serviceaccounts:kube-system"), "workload"),
        (user("system:kube-controller-manager"), "workload"),
        (account("kube-system", "daemon-set-controller"), "DaemonSet"),
        (user("system:serviceaccount:kube-system:job-controller"), "Job and every CronJob"),
    ],
)
def test_a_privileged_policy_of_controllers_is_warned_of(subject: Json, kinds: str) -> None:
    (warning,) = warnings("SET025", WIDE, TIGHT, *EVERYBODY, *bound("wide", subject))
    assert warning.message.startswith(f"every {kinds} may be privileged: ")
    assert [span and span.line for span, _ in warning.notes] == [1]


@pytest.mark.parametrize(
    "uses",
    [
        bound("wide", group("system:serviceaccounts:kube-system"), namespace="kube-system"),
        bound("wide", group("system:masters")),
        bound("wide", account("kube-system", "coredns")),
        bound("wide", account("team", "daemon-set-controller")),
        # whoever may use it as well is no surprise
        bound("wide", group("system:serviceaccounts:kube-system"), group("system:serviceaccounts")),
        bound("tight", group("system:serviceaccounts:kube-system")),
    ],
)
def test_other_uses_are_not(uses: tuple[Json, ...]) -> None:
    assert warnings("SET025", WIDE, TIGHT, *EVERYBODY, *uses) == []
