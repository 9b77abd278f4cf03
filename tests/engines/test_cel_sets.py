"""Sets of policies in CEL on the engines: which policy admits a request, how it leaves the pod, and what the engine says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance import set_engines, set_targets
from conformance.jsonl import Json, Process
from conformance.sets import draw
from pscc import ir
from pscc.base.source import SourceFile
from pscc.diagnostics import SourceError
from pscc.driver import analyse, compile_program, packaged
from pscc.ir.access import AUTHENTICATED
from pscc.lowering.rollout import Rollout, asking_the_cluster
from pscc.lowering.shortfalls import UpdatesMustHave
from pscc.output.contents import Output
from pscc.output.options import Options
from pscc.targets.registry import target_named
from pscc.targets.shared.choice_cel import ASKING_RBAC
from support.pods import large_pod
from support.targets import resources
from support.vap import OLDEST, spent_on_what_is_large


def compiled(text: str, target: str = "vap", live: bool = False) -> Output:
    _, program, _ = analyse(SourceFile("p.psp", text))
    return compile_program(program, (target,), Rollout(live=live)).outputs[target]


# --- drawn sets -----------------------------------------------------------------


def test_the_api_server_decides_and_defaults_as_the_choice() -> None:
    count, updates = set_targets.Held(), set_targets.Held()
    wrong: list[str] = []
    with Process("psp-admission") as plugin, Process("vap-review") as process:
        ask, stored = set_engines.plugins(process), set_engines.stored_by(process)
        for asked in draw(plugin, 21, clusters=8, requesters=2, pods=30):
            wrong += set_targets.exactly("vap", ask, asked, count, stored)
            seen = replace(asked, pods=tuple(stored(list(asked.pods))))
            wrong += set_targets.updated("vap", lambda old: set_engines.plugins(process, old=old), seen, updates)
    assert wrong == []
    assert count.requests > 300
    assert 100 < updates.admitted < updates.requests - 100
    assert min(count.admitted, count.changed) > 10


def test_gatekeeper_decides_in_cel_as_the_choice() -> None:
    creations, audits, updates = set_targets.Held(), set_targets.Held(), set_targets.Held()
    wrong: list[str] = []
    options = Options(engine="cel")
    with Process("psp-admission") as plugin, Process("gatekeeper-review") as process:
        ask = set_engines.gatekeeper(process)
        for asked in draw(plugin, 31, clusters=6, requesters=2, pods=15):
            wrong += set_targets.held("gatekeeper", ask, asked, creations, options)
            audit = replace(asked, requester=replace(asked.requester, user="", groups=(AUTHENTICATED,)))
            wrong += set_targets.held("gatekeeper", ask, audit, audits, options)
            wrong += set_targets.updated(
                "gatekeeper", lambda old: set_engines.gatekeeper(process, old), asked, updates, options
            )
    assert wrong == []
    assert updates.requests > 100 and 30 < updates.admitted < updates.requests - 30
    assert min(creations.admitted, audits.admitted, creations.announced) > 5


def test_the_cluster_is_asked_as_psp_asked_it() -> None:
    count = set_targets.Held()
    wrong: list[str] = []
    with Process("psp-admission") as plugin, Process("vap-review") as process:
        for asked in draw(plugin, 22, clusters=7, requesters=2, pods=20):
            wrong += set_targets.live(process, asked, count)
    assert wrong == []
    assert count.requests > 150
    assert min(count.admitted, count.changed) > 10


def test_plain_policies_of_a_parted_set_decide_and_default_as_the_choice() -> None:
    count = set_targets.Held()
    wrong: list[str] = []
    with Process("psp-admission") as plugin, Process("vap-review") as process:
        ask, stored = set_engines.plugins(process), set_engines.stored_by(process)
        for asked in draw(plugin, 5, clusters=30, requesters=2, pods=12):
            seen = replace(asked, pods=tuple(stored(list(asked.pods))))
            wrong += set_targets.parted("vap", ask, seen, count)
    assert wrong == []
    assert count.announced == 0
    assert count.requests > 100


def test_kyverno_decides_and_defaults_as_the_choice() -> None:
    count = set_targets.Held()
    wrong: list[str] = []

    def as_they_come(pods: list[Json]) -> list[Json]:
        return [{**pod, "metadata": {**pod["metadata"], "name": "renamed"}} for pod in pods]

    with Process("psp-admission") as plugin, Process("vap-review") as process:
        stored = set_engines.stored_by(process)
        for asked in draw(plugin, 3, clusters=4, requesters=1, pods=20):
            seen = replace(asked, pods=tuple(stored(list(asked.pods))))
            wrong += set_targets.exactly("kyverno-cel", set_engines.kyverno, seen, count, as_they_come)
    assert wrong == []
    assert min(count.admitted, count.changed) > 5


# --- the API server's limits ------------------------------------------------------


def policies(count: int) -> str:
    """That many policies, all of which accept a plain pod, and a choice among them for different users."""
    bodies = "".join(
        f"policy p{n} {{\n    allow runAsUser 0-{n}\n    default fsGroup {n + 1}\n}}\n" for n in range(count)
    )
    grants = "".join(f"    p{n} for users u{n}\n" for n in range(count))
    return f"{bodies}choose {{\n{grants}}}\n"


def reviewed(output: Output, pods: list[Json], user: str, grants: list[Json] | None = None) -> list[Json]:
    with Process("vap-review") as process:
        process.ask({"op": "load", "documents": resources(output), "kubernetes": OLDEST})
        review: Json = {"op": "review", "mutate": True, "pods": pods, "grants": grants or []}
        return process.results(review | {"user": {"name": user, "groups": ["system:authenticated"]}})


PLAIN: Json = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "plain"},
    "spec": {"serviceAccountName": "default", "containers": [{"name": "c", "image": "i"}]},
}


def test_as_many_live_policies_as_the_budget_holds() -> None:
    output = compiled(policies(ASKING_RBAC.most), live=True)
    assert not [d for d in output.diagnostics if d.severity == "error"]
    last: Json = {
        "verb": "use",
        "apiGroup": "extensions",
        "resource": "podsecuritypolicies",
        "name": f"p{ASKING_RBAC.most - 1}",
    }
    (nobody,) = reviewed(output, [PLAIN], "jane")
    assert nobody["findings"][0]["message"] == (
        "no policy that may be used in namespace default by user jane or service account default/default accepts the pod"
    )
    (found,) = reviewed(output, [PLAIN], "jane", [last | {"user": "jane"}])
    assert found["allowed"] and found["pod"]["spec"]["securityContext"]["fsGroup"] == ASKING_RBAC.most
    with pytest.raises(SourceError) as error:
        compiled(policies(ASKING_RBAC.most + 1), live=True)
    assert [d.code for d in error.value.diagnostics] == ["TGT010"]


def test_what_is_large_and_a_set_are_within_the_budget() -> None:
    text = policies(40).replace("allow runAsUser", "deny privileged, hostPorts\n    require runAsUser")
    output = compiled(
        "".join(text.split("choose")[0]) + "choose {\n" + "".join(f"    p{n} for everyone\n" for n in range(40)) + "}\n"
    )
    costs = spent_on_what_is_large(output)
    assert len(costs) == 3
    for policy, spent in costs.items():
        assert spent and not [one for one in spent if one.get("error")], policy
        assert sum(one["cost"] for one in spent) < 10_000_000, policy
    (result,) = reviewed(output, [large_pod()], "jane")
    (message,) = [finding["message"] for finding in result["findings"]]
    assert message.startswith("p0: container ")
    assert message.endswith(" … (the nearest of the 40 policies that may be used here)")
    assert len(message.encode()) < 5 * 1024


def test_the_type_checker_warns_of_nothing() -> None:
    for live in (False, True):
        with Process("vap-review") as process:
            documents = resources(compiled(policies(3), live=live))
            answer = process.ask({"op": "load", "documents": documents, "kubernetes": OLDEST, "check": True})
        assert answer.get("warnings") == [], answer


@pytest.mark.parametrize("target", ["vap", "kyverno-cel"])
def test_a_set_too_large_for_a_cluster_is_an_error(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pscc.output.sizes.LARGEST", 1000)
    assert "TGT006" in [d.code for d in compiled(policies(2), target).diagnostics if d.severity == "error"]


# --- what decides who may use what ---------------------------------------------------


def test_labels_of_the_namespace_are_seen() -> None:
    text = (
        "policy edge {\n    in namespaces tier=edge\n    allow hostPorts 80\n}\n\npolicy tight {\n    deny hostPorts\n}\n\n"
        "choose {\n    edge for users jane\n    tight for everyone\n}\n"
    )
    output = compiled(text)
    assert not [d for d in output.diagnostics if d.code == "TGT004"]
    space: Json = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "edge", "labels": {"tier": "edge"}}}
    pod = {
        **PLAIN,
        "spec": {"containers": [{"name": "c", "image": "i", "ports": [{"containerPort": 80, "hostPort": 80}]}]},
    }
    with Process("vap-review") as process:
        process.ask({"op": "load", "documents": [*resources(output), space]})
        for namespace, user, allowed in (("edge", "jane", True), ("edge", "bob", False), ("default", "jane", False)):
            review: Json = {"op": "review", "pods": [pod], "namespace": namespace, "user": {"name": user, "groups": []}}
            (result,) = process.results(review)
            assert result["allowed"] is allowed, (namespace, user, result)


def test_an_older_cluster_demands_what_it_cannot_set() -> None:
    _, program, _ = analyse(
        SourceFile("p.psp", policies(2).replace("allow runAsUser", "in namespaces tier=edge\n    allow runAsUser"))
    )
    output = compile_program(program, ("vap",), options=Options(kubernetes=(1, 30))).outputs["vap"]
    assert [d.code for d in output.diagnostics if d.severity == "warning"] == ["TGT001", "TGT001"]
    assert "Mutating" not in "".join(file.text for file in output.files)
    assert "fsGroup must be set, the default of this policy is 2" in "".join(file.text for file in output.files)


def test_two_policies_whose_names_are_alike_stay_two() -> None:
    text = (
        "policy a-b {\n    deny hostPID\n}\n\npolicy a.b {\n    deny hostIPC\n}\n\npolicy 1x {\n    deny hostNetwork\n}\n\n"
        "choose {\n    a-b for users jane\n    a.b for users bob\n    1x for users eve\n}\n"
    )
    pods = [{**PLAIN, "spec": {**PLAIN["spec"], field: True}} for field in ("hostPID", "hostIPC", "hostNetwork")]
    for user, refused in (("jane", "hostPID"), ("bob", "hostIPC"), ("eve", "hostNetwork")):
        results = reviewed(compiled(text), pods, user)
        assert [pod["spec"].get(refused, False) for pod in pods] == [not result["allowed"] for result in results]


def test_a_live_choice_needs_a_choice_and_the_api_server() -> None:
    from click.testing import CliRunner

    from pscc.cli import main
    from pscc.diagnostics import SourceError

    with pytest.raises(SourceError) as raised:
        asking_the_cluster(ir.Program())
    assert [d.code for d in raised.value.diagnostics] == ["SET022"]
    for arguments, words in (
        (("-t", "gatekeeper"), "--rbac live is for the target vap alone: gatekeeper cannot"),
        (("-t", "vap", "-t", "kyverno-cel"), "kyverno-cel cannot ask the cluster's RBAC"),
        (("-t", "vap", "--ignore-group", "system:masters"), "with --rbac live there are none"),
    ):
        done = CliRunner().invoke(main, ["compile", "examples/cluster", "-o", "-", "--rbac", "live", *arguments])
        assert done.exit_code == 2
        assert words in done.stderr


def test_backend_takes_what_the_others_take() -> None:
    _, program, _ = analyse(SourceFile("p.psp", policies(2)))
    for target in ("vap", "kyverno-cel"):
        shortfalls = packaged(target_named(target), program).shortfalls
        assert {type(shortfall) for shortfall in shortfalls} == {UpdatesMustHave}
