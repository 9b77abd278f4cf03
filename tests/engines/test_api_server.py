"""The whole story on a real API server: RBAC as PodSecurityPolicy had it, what is compiled for it, pods and who makes them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml

from conformance.canonical import canonical
from conformance.set_targets import words_of
from pscc import ir
from pscc.base.source import SourceFile
from pscc.cases.suite import cases_for
from pscc.driver import analyse, compile_program
from pscc.ir.access import Request, requested_by
from pscc.lowering.prepared import prepared
from pscc.lowering.rollout import Rollout
from pscc.reference import interpreter
from pscc.reference.admission import admit, decide
from support.api_server import ApiServer, Json, api_server, as_sent, until
from support.paths import ROOT
from support.pods import bare
from support.targets import resources, whole

DUMP = ROOT / "examples" / "cluster" / "dump.yaml"
RBAC = "rbac.authorization.k8s.io"
ACCOUNTS = {
    "default": ("default",),
    "kube-system": ("default", "replicaset-controller"),
    "ingress": ("default", "nginx"),
    "team-a": ("default", "builder"),
}
REQUESTERS = (
    ("jane", (), "default", "default"),
    ("jane", (), "kube-system", "default"),
    ("system:node:n1", ("system:nodes",), "kube-system", ""),
    ("system:serviceaccount:kube-system:replicaset-controller", (), "ingress", "nginx"),
    ("system:serviceaccount:kube-system:replicaset-controller", (), "team-a", "builder"),
    ("root", ("system:masters",), "team-a", "default"),
)
ASKED = [
    Request(namespace, user, requested_by(user, groups), account or "default")
    for user, groups, namespace, account in REQUESTERS
]


def objects() -> list[Json]:
    """Namespaces, accounts, the RBAC of the dump, and that everybody may make pods."""
    dumped = yaml.safe_load(DUMP.read_text(encoding="utf-8"))["items"]
    spaces = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in ACCOUNTS]
    accounts = [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}}
        for namespace, names in ACCOUNTS.items()
        for name in names
    ]
    rule = {"apiGroups": [""], "resources": ["pods"], "verbs": ["create"]}
    makes = {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": "makes-pods"}, "rules": [rule]}
    bound = binding("makes-pods", "makes-pods", {"kind": "Group", "name": "system:authenticated"})
    return [*spaces, *accounts, *(one for one in dumped if one["apiVersion"].startswith(RBAC)), makes, bound]


def binding(name: str, role: str, subject: Json, namespace: str = "") -> Json:
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
        "metadata": {"name": name, **({"namespace": namespace} if namespace else {})},
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
        "subjects": [subject if "namespace" in subject else {"apiGroup": RBAC, **subject}],
    }


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    with api_server(tmp_path_factory.mktemp("server")) as running:
        running.apply(*objects())
        yield running


def program_of_the_dump(live: bool) -> ir.Program:
    return analyse(SourceFile("dump.yaml", DUMP.read_text(encoding="utf-8")), everyone=live)[1]


def of_the_choice(choice: ir.Choice) -> list[Json]:
    """Pods around the boundaries of each policy, and what is left of them without anything that a default could set."""
    found: dict[str, Json] = {}
    for policy in choice.policies:
        for case in [case for case in cases_for(policy) if case.old_pod is None and "debug" not in case.name][::6]:
            for pod in (whole(case.pod), bare(case.pod)):
                found.setdefault(str(pod["spec"]), pod)
    return list(found.values())


def asked(request: Request, number: int, pod: Json) -> Json:
    """``pod`` as the user sends it."""
    spec = {k: v for k, v in pod["spec"].items() if k != "serviceAccountName"}
    metadata = {**pod["metadata"], "name": f"pod-{number}", "namespace": request.namespace}
    return {**pod, "metadata": metadata, "spec": {**spec, "serviceAccountName": request.service_account}}


class Applied:
    """What a compilation has put into the cluster, effective when the block begins and gone when it has ended."""

    def __init__(self, server: ApiServer, documents: list[Json]) -> None:
        self.server, self.documents = server, documents

    def __enter__(self) -> None:
        self.server.apply(*self.documents)
        until(lambda: refused(self.server, PRIVILEGED))
        until(lambda: context_of(self.server, PLAIN).get("fsGroup") == 1)

    def __exit__(self, *_: object) -> None:
        self.server.delete(*self.documents)
        until(lambda: self.server.create(PRIVILEGED, "jane", dry=True).ok)
        until(lambda: context_of(self.server, PLAIN) == {})


def refused(server: ApiServer, pod: Json) -> bool:
    """Whether a policy refuses the pod to jane; other errors are those of a policy that is not ready yet."""
    return "denied request" in server.create(pod, "jane", dry=True).body.get("message", "")


def context_of(server: ApiServer, pod: Json, user: str = "jane") -> Json:
    """The security context that the pod gets; of one that is not admitted, what says so."""
    answer = server.create(pod, user, dry=True)
    found: Json = answer.body["spec"]["securityContext"] if answer.ok else {"refused": answer.body}
    return found


def pod_of(name: str, **context: object) -> Json:
    container = {"name": "c", "image": "i", "securityContext": {"runAsUser": 1000, **context}}
    metadata = {"name": name, "namespace": "default"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [container]}}


PLAIN, PRIVILEGED = pod_of("plain"), pod_of("privileged", privileged=True)


def seen_by_policies(server: ApiServer, choice: ir.Choice, request: Request) -> list[tuple[Json, Json]]:
    """Each pod as it is sent, and as it comes to the policies; without those that the API refuses whatever they set."""
    found = []
    for number, pod in enumerate(of_the_choice(choice)):
        sent = asked(request, number, pod)
        plain = server.create(sent, dry=True)
        if plain.ok:
            came = as_sent(plain.body)
            made = [interpreter.with_defaults(policy, came) for policy in choice.policies]
            if all(server.create(asked(request, number, one), dry=True).ok for one in made):
                found.append((sent, came))
    return found


def objections(request: Request, pod: Json) -> list[str]:
    """What the parts of the cluster's choice have to say of ``pod``: plain policies, and what stays a choice."""
    found = decide(prepared(program_of_the_dump(live=False)).formed, request, pod)
    plain = ["; ".join(verdict.messages) for _, verdict in found.judged if not verdict.allowed]
    return [*plain, *(words_of(part, request, pod) for part, admission in found.chosen if not admission.allowed)]


@pytest.mark.parametrize("live", [False, True], ids=["compiled", "live"])
def test_pods_fare_as_they_did_under_pod_security_policy(server: ApiServer, live: bool) -> None:
    (choice,) = program_of_the_dump(live=False).choices
    output = compile_program(program_of_the_dump(live), ("vap",), Rollout(live=live)).outputs["vap"]
    pods = {request: seen_by_policies(server, choice, request) for request in ASKED}
    admitted = changed = compared = 0
    with Applied(server, resources(output)):
        for request, each in pods.items():
            for sent, came in each:
                answer = server.create(sent, request.user, tuple(g for g in request.groups if "authenticated" not in g))
                expected = admit(choice, request, came)
                compared += 1
                assert answer.ok is expected.allowed, (request, sent, answer.body, expected.message)
                if not answer.ok:
                    message = answer.body["message"]
                    assert live or any(words in message for words in objections(request, came)), message
                    continue
                admitted += 1
                stored = as_sent(answer.body)
                again = admit(choice, request, dict(expected.pod))
                assert canonical(stored) == canonical(dict(again.pod)), (request, sent)
                changed += canonical(stored) != canonical(came)
                server.delete(answer.body)
    assert min(admitted, changed, compared - admitted) > 5


def test_live_grants_follow_the_clusters_bindings(server: ApiServer) -> None:
    output = compile_program(program_of_the_dump(live=True), ("vap",), Rollout(live=True)).outputs["vap"]
    pod = {**PRIVILEGED, "metadata": {"name": "privileged", "namespace": "team-a"}}
    builders = {**pod, "spec": {**pod["spec"], "serviceAccountName": "builder"}}
    jane = binding("jane", "psp:privileged", {"kind": "User", "name": "jane"}, "team-a")
    account = {"kind": "ServiceAccount", "name": "builder", "namespace": "team-a"}
    builder = binding("builder", "psp:privileged", account, "team-a")

    def may(user: str, one: Json) -> bool:
        return server.create(one, user, dry=True).ok

    with Applied(server, resources(output)):
        assert not may("jane", pod)
        server.apply(jane)
        until(lambda: may("jane", pod))
        assert not may("bob", pod)
        assert not may("jane", PRIVILEGED), "the binding is of another namespace"
        server.delete(jane)
        until(lambda: not may("jane", pod))
        server.apply(builder)
        until(lambda: may("bob", builders))
        assert not may("bob", pod)
        server.delete(builder)
        until(lambda: not may("bob", builders))


LABELLED = """policy p {
    in namespaces pscc=yes
    exempt users bob because "his"
    deny privileged
    default fsGroup 7
}
"""


def test_a_namespace_goes_by_its_labels(server: ApiServer) -> None:
    documents = resources(compile_program(analyse(SourceFile("p.psp", LABELLED))[1], ("vap",)).outputs["vap"])
    labelled = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "labelled", "labels": {"pscc": "yes"}}}
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": "labelled"}}
    server.apply(labelled, account, *documents)

    def inside(pod: Json) -> Json:
        return {**pod, "metadata": {**pod["metadata"], "namespace": "labelled"}}

    until(lambda: refused(server, inside(PRIVILEGED)))
    until(lambda: context_of(server, inside(PLAIN)) == {"fsGroup": 7})
    assert context_of(server, inside(PRIVILEGED), "bob") == {}
    assert server.create(PRIVILEGED, "jane", dry=True).ok
    server.delete(*documents)
