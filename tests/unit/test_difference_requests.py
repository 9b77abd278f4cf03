"""Who may ask: each class of requests that two programs tell apart is compared, in both directions."""

from __future__ import annotations

import pytest

from pscc import ir
from pscc.base.source import SourceFile
from pscc.driver import analyse
from pscc.reasoning.difference.compare import compare
from pscc.reasoning.difference.difference import Difference
from pscc.reasoning.difference.requests import Classes
from support.difference_pairs import program


def of(text: str) -> ir.Program:
    """The meaning of ``text``."""
    meaning = program(text)
    assert meaning is not None
    return meaning


def compared(old: str, new: str) -> tuple[Difference, Difference]:
    """The answer, and the answer the other way round."""
    before, after = of(old), of(new)
    return compare(before, after), compare(after, before)


MEMBERS = "policy p {{\n deny privileged\n}}\npolicy q {{\n deny hostPID\n}}\nchoose {{\n{}\n}}\n"


@pytest.mark.parametrize(
    ("old", "new", "user", "group", "account"),
    [
        (" p for groups a", " p for everyone", "", "", ""),
        (" p for groups a\n q for groups b", " p for groups a\n q for groups b, c", "", "c", ""),
        (" p for users alice", " p for users alice, bob", "bob", "", ""),
        (" p for users al", " p for users al*", "alx", "", ""),
        (" p for serviceaccounts a/b", " p for serviceaccounts a/b, a/c", "", "", "c"),
        (" p for serviceaccounts a/b", " p for serviceaccounts a/*", "", "", "default"),
        (" p for groups a in namespaces x", " p for groups a in namespaces x, y", "", "a", ""),
    ],
)
def test_who_may_use_no_policy_is_refused_everything(old: str, new: str, user: str, group: str, account: str) -> None:
    looser, stricter = compared(MEMBERS.format(old), MEMBERS.format(new))
    assert (looser.relation, stricter.relation) == ("more permissive", "less permissive")
    witness = next(one for one in looser.looser if one.control == "choose")
    assert not witness.reasons and not looser.stricter and not stricter.looser
    assert not user or any(one.user == user for one in witness.requests)
    assert not group or any(group in one.groups for one in witness.requests)
    assert not account or any(one.service_account == account for one in witness.requests)


def test_who_needs_two_groups_is_compared() -> None:
    """Each of two policies exempts another group: only a member of both is exempt from what both refuse."""
    text = 'policy p {{\n deny hostPID\n{}}}\npolicy q {{\n deny hostPID\n exempt groups b because "r"\n}}\n'
    looser, stricter = compared(text.format(""), text.format(' exempt groups a because "r"\n'))
    (witness,) = looser.looser
    assert {"a", "b"} <= set(witness.request.groups) and stricter.relation == "less permissive"


def test_a_controller_in_another_namespace_is_a_user() -> None:
    looser, _ = compared(
        MEMBERS.format(" p for serviceaccounts ci/x"), MEMBERS.format(" p for serviceaccounts ci/x, ci/y")
    )
    users = {request.user for witness in looser.looser for request in witness.requests}
    assert "system:serviceaccount:ci:y" in users


EITHER = "policy p {{\n {}\n}}\npolicy q {{\n {}\n}}\nchoose {{\n p for everyone\n q for everyone\n}}\n"


def test_two_containers_may_be_needed() -> None:
    """Each policy of the choice refuses another container, and the plain policy neither."""
    looser, stricter = compared(
        EITHER.format("require runAsUser 1", "require runAsUser 2"), "policy r {\n require runAsUser 1, 2\n}\n"
    )
    (witness,) = looser.looser
    spec = witness.pod["spec"]
    assert isinstance(spec, dict) and len(spec["containers"]) == 2
    assert not looser.stricter and stricter.relation == "less permissive"


def test_two_volumes_may_be_needed() -> None:
    looser, _ = compared(
        EITHER.format("allow volumes secret", "allow volumes configMap"),
        "policy r {\n allow volumes secret, configMap\n}\n",
    )
    assert [witness.control for witness in looser.looser] == ["volumes"]


def test_a_choice_sees_the_defaults_of_the_policies_beside_it() -> None:
    text = "policy d {{\n deny hostIPC\n{}}}\npolicy p {{\n require runAsUser 5\n}}\nchoose {{\n p for everyone\n}}\n"
    looser, stricter = compared(text.format(""), text.format(" default runAsUser 5\n"))
    assert [witness.control for witness in looser.looser] == ["runAsUser"]
    assert stricter.relation == "less permissive"


def test_a_policy_beside_a_choice_sees_the_defaults_of_the_policy_that_is_chosen() -> None:
    text = "policy d {{\n require runAsUser 5\n}}\npolicy p {{\n deny hostPID\n{}}}\nchoose {{\n p for everyone\n}}\n"
    looser, stricter = compared(text.format(""), text.format(" default runAsUser 5\n"))
    assert [witness.control for witness in looser.looser] == ["runAsUser"]
    assert stricter.relation == "less permissive"


def test_an_update_of_a_pod_that_is_older_than_the_policies_is_compared() -> None:
    text = "policy p {{\n {} fsGroup 1\n default fsGroup 1\n}}\n"
    looser, stricter = compared(text.format("require"), text.format("allow"))
    (witness,) = looser.looser
    assert witness.old_pod is not None and witness.control == "fsGroup"
    assert stricter.relation == "less permissive"


def test_the_same_change_in_many_namespaces_is_one() -> None:
    old = "policy p {\n deny hostPID\n in namespaces a, b, c, d\n}\n"
    (witness,) = compare(of(old), of(old.replace("hostPID", "hostIPC"))).looser
    assert {request.namespace for request in witness.requests} == {"a", "b", "c", "d"}


def test_programs_that_mean_the_same_are_not_searched() -> None:
    one = "policy p {\n deny hostPID, hostIPC\n}\n"
    two = "policy q {\n deny hostIPC\n}\npolicy r {\n deny hostPID\n}\n"
    assert not Classes(of(one), of(two)).classes


RBAC = """apiVersion: policy/v1beta1
kind: PodSecurityPolicy
metadata: {{name: wide}}
spec: {{privileged: true, runAsUser: {{rule: RunAsAny}}, seLinux: {{rule: RunAsAny}}, fsGroup: {{rule: RunAsAny}},
  supplementalGroups: {{rule: RunAsAny}}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {{name: wide}}
rules: [{{apiGroups: [policy], resources: [podsecuritypolicies], verbs: [use], resourceNames: [wide]}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {kind}
metadata: {{name: wide{namespace}}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: wide}}
subjects: [{{kind: Group, apiGroup: rbac.authorization.k8s.io, name: "{group}"}}]
"""


def test_a_binding_for_everybody_beside_one_in_a_namespace_is_looser() -> None:
    inside = RBAC.format(kind="RoleBinding", namespace=", namespace: ops", group="system:serviceaccounts:ops")
    everybody = RBAC.format(kind="ClusterRoleBinding", namespace="", group="system:authenticated").split("---\n")[2]
    narrow, wide = (analyse(SourceFile("psp.yaml", text))[1] for text in (inside, f"{inside}---\n{everybody}"))
    assert compare(narrow, wide).relation == "more permissive"
    assert compare(wide, narrow).relation == "less permissive"


def test_a_namespace_is_one_thing_by_its_name_and_by_the_label_with_it() -> None:
    text = "policy p {{\n in namespaces {}\n deny hostPID\n}}\n"
    by_name, by_label = (text.format(f"{key}shop") for key in ("", "kubernetes.io/metadata.name="))
    equal, _ = compared(by_name, by_label)
    assert equal.relation == "equivalent"
    looser, stricter = compared(by_label, text.format("kubernetes.io/metadata.name=web"))
    assert (looser.relation, stricter.relation) == ("incomparable", "incomparable")
    assert {w.request.namespace for w in (*looser.looser, *looser.stricter)} == {"shop", "web"}
