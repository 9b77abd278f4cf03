"""Where a policy in CEL holds and who is exempt from it, on the engines; the reference interpreter beside them."""

from __future__ import annotations

import pytest

from conformance import access
from conformance.jsonl import Json, Process
from pscc.base.source import SourceFile
from pscc.driver import analyse, packaged
from pscc.ir.access import Names, Request, Scope, Subjects
from pscc.targets.registry import target_named
from support.targets import resources


def test_the_api_server_judges_whom_the_interpreter_judges() -> None:
    with Process("vap-review") as process:
        count, wrong = access.compare(access.plugins(process), "vap", seed=5, policies=25, requests=12)
    assert wrong == []
    assert count.requests == 600
    assert 100 < count.left_alone < 500


def test_kyverno_judges_whom_the_interpreter_judges() -> None:
    count, wrong = access.compare(access.kyverno, "kyverno-cel", seed=3, policies=8, requests=2, labels=False)
    assert wrong == []
    assert 2 < count.left_alone < count.requests - 2


WORKLOADS = """policy p {
    in namespaces team-*
    exempt serviceaccounts team-a/builder, team-b/default because "they build"
    exempt users jane because "her pods, not what she deploys"
    deny privileged
}
"""


@pytest.mark.parametrize(
    ("namespace", "account", "warned"),
    [
        ("team-a", "builder", False),
        ("team-a", "", True),
        ("team-b", "", False),
        ("team-b", "builder", True),
        ("other", "", False),
    ],
)
def test_a_workload_is_exempt_by_the_account_of_its_pods(namespace: str, account: str, warned: bool) -> None:
    _, program, _ = analyse(SourceFile("p.psp", WORKLOADS))
    (pod, _) = access.pods_of(account)
    template: Json = {"metadata": {"labels": {"a": "b"}}, "spec": pod["spec"]}
    workloads: list[Json] = [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "w"},
         "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template}},
        {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "w"},
         "spec": {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": template}}}},
    ]  # fmt: skip
    with Process("vap-review") as process:
        process.ask({"op": "load", "documents": resources(packaged(target_named("vap"), program))})
        review: Json = {
            "op": "review",
            "pods": workloads,
            "namespace": namespace,
            "user": {"name": "jane", "groups": []},
        }
        assert [len(result["findings"]) for result in process.results(review)] == [int(warned)] * 2


def test_two_values_of_one_label_hold_nowhere() -> None:
    from pscc.targets.shared.cel_where import where

    selector = where(Scope(labels=(("a", "b"), ("a", "c")))).selector
    assert selector.count("operator: In") == 2


def test_who_is_no_service_account_is_not_exempt_as_one() -> None:
    every_account = Subjects(service_accounts=Names(prefixes=("",)))
    assert [every_account.include(one) for one in Request("n", "jane", (), "default").identities] == [True, False]
