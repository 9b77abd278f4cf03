"""Deployments, CronJobs and the like under a choice: judged by who will ask for their pods."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from conformance import set_engines
from conformance.clusters import Cluster, Requester
from conformance.jsonl import Process
from conformance.set_targets import Held
from conformance.sets import Asked, draw
from conformance.workloads import (
    EVERY_KIND,
    of_workloads,
    words_with_defaults,
    words_without,
    workload,
)
from pscc.driver import packaged
from pscc.lowering.rollout import asking_the_cluster
from pscc.output.options import Options, Workloads
from pscc.targets.registry import target_named
from pscc.targets.vap.package import TARGET as VAP
from support.targets import Json, program_of_text, whole
from support.vap import ask_api_server


def test_the_workloads_of_a_set_are_judged_by_who_will_ask_for_their_pods() -> None:
    counts = {name: Held() for name in ("vap", "rego", "cel", "opa")}
    wrong: list[str] = []
    with Process("psp-admission") as plugin, Process("vap-review") as api, Process("gatekeeper-review") as reviews:
        stored, gatekeeper = set_engines.stored_by(api), set_engines.gatekeeper(reviews)
        for drawn in draw(plugin, 80, clusters=6, requesters=2, pods=18):
            asked = replace(drawn, pods=tuple(stored(list(drawn.pods))))
            wrong += of_workloads("vap", set_engines.plugins(api), asked, counts["vap"], words_with_defaults)
            enforced = Options(workloads="enforce")
            wrong += of_workloads("opa", set_engines.opa, asked, counts["opa"], words_without, enforced)
            for engine in ("rego", "cel"):
                options = Options(engine=engine)  # type: ignore[arg-type]
                wrong += of_workloads("gatekeeper", gatekeeper, asked, counts[engine], words_without, options)
    assert wrong == []
    assert min(count.admitted for count in counts.values()) > 5
    assert counts["vap"].admitted < counts["vap"].requests - 20


SET = """
policy open { allow hostPorts 80
    require fsGroup 1-5
    default fsGroup 1
}
policy tight { deny hostPorts
    deny hostPID
}
choose pod-security-policies {
    open for serviceaccounts team-a/deployer
    tight for users jane
    tight for serviceaccounts team-b/*
}
"""
ALONE = "(no user in this review: judged by service account {} alone)"


def of_the_set(namespace: str, account: str, **fields: object) -> Json:
    """A pod that jane's workload would make."""
    spec: Json = {"containers": [{"name": "c", "image": "i"}], **fields}
    spec |= {"serviceAccountName": account} if account else {}
    return whole({"metadata": {"name": "p", "namespace": namespace}, "spec": spec})


SET_CASES: tuple[tuple[Json, str, str], ...] = (
    (of_the_set("team-a", "deployer", securityContext={"fsGroup": 2}), "", ""),
    (of_the_set("team-a", "deployer"), "", f"open: pod: fsGroup is not set, allowed: 1-5 {ALONE}"),
    (
        of_the_set("team-a", ""),
        *[f"no policy may be used in namespace team-a by service account team-a/default {ALONE}"] * 2,
    ),
    (of_the_set("team-b", ""), "", ""),
    (of_the_set("team-b", "", hostPID=True), *[f"tight: pod: hostPID must not be true {ALONE}"] * 2),
)
"""Pods, and what is said of their workloads where the target sets defaults, and where it does not."""


@pytest.mark.parametrize("target", ["vap", "kyverno-cel", "gatekeeper", "gatekeeper --engine cel", "opa", "kyverno"])
def test_whoever_applies_a_workload_does_not_ask_for_its_pods(target: str) -> None:
    name, _, engine = target.partition(" --engine ")
    options = Options(engine="cel" if engine else "rego", workloads="enforce" if name == "opa" else "warn")
    output = packaged(target_named(name), program_of_text(SET), options)
    with Process("vap-review") as api, Process("gatekeeper-review") as reviews:
        ask = {
            "vap": set_engines.plugins(api), "gatekeeper": set_engines.gatekeeper(reviews), "opa": set_engines.opa,
        }.get(name, set_engines.kyverno)  # fmt: skip
        for number, (pod, with_defaults, without) in enumerate(SET_CASES):
            namespace = pod["metadata"]["namespace"]
            for kind in (number, 5):
                jane = Requester("jane", ("system:masters", "system:authenticated"), namespace, "unused")
                asked = Asked(Cluster((), (), ()), None, jane, (workload(kind, pod),))
                (said,) = ask(output, asked)
                expected = with_defaults if name in ("vap", "kyverno-cel") else without
                account = f"{namespace}/{pod['spec'].get('serviceAccountName', 'default')}"
                assert said.messages == ((expected.format(account),) if expected else ()), (kind, pod)


@pytest.mark.parametrize(("workloads", "action"), [("warn", "Warn"), ("enforce", "Deny"), ("off", "")])
def test_what_is_done_about_the_workloads_of_a_set(workloads: Workloads, action: str) -> None:
    options = Options(workloads=workloads)
    pod = of_the_set("team-b", "", hostPID=True)
    (results,) = ask_api_server(
        packaged(VAP, program_of_text(SET), options),
        {"pods": [workload(n, pod, EVERY_KIND) for n in range(len(EVERY_KIND))]},
    )
    for result in results:
        assert [found["actions"] for found in result["findings"]] == ([[action]] if action else [])
        assert result["allowed"] is (workloads != "enforce")
    for target in ("kyverno-cel", "kyverno"):
        made = {file.path: file.text for file in packaged(target_named(target), program_of_text(SET), options).files}
        for suffix in ("workloads", "cronjobs"):
            text = made.get(f"policies/pod-security-policies-{suffix}.yaml", "")
            classic = {"Warn": "emitWarning: true", "Deny": "failureAction: Enforce"}.get(action, "")
            assert (
                (classic if target == "kyverno" else f"validationActions: [{action}]") in text if action else not text
            )


def test_an_update_of_a_sets_workload_that_changes_nothing_is_not_told_again() -> None:
    asked = workload(0, of_the_set("team-b", "", hostPID=True))
    scaled = {**asked, "spec": {**asked["spec"], "replicas": 3}}
    relabelled = json.loads(json.dumps(asked))
    relabelled["spec"]["template"]["spec"]["hostIPC"] = True
    worse = json.loads(json.dumps(asked))
    worse["spec"]["template"]["spec"]["containers"][0]["ports"] = [{"containerPort": 1, "hostPort": 1}]
    review: Json = {"operation": "UPDATE", "pods": [scaled, relabelled, worse], "oldPods": [asked] * 3}
    (results,) = ask_api_server(packaged(VAP, program_of_text(SET)), review)
    assert [len(result["findings"]) for result in results] == [0, 0, 1]


def test_where_the_cluster_is_asked_nothing_is_said_of_workloads() -> None:
    live = asking_the_cluster(program_of_text(SET))
    output = packaged(VAP, live)
    assert [d.code for d in output.diagnostics] == ["TGT012"]
    assert not [path for path in output.resources if "workloads" in path or "cronjobs" in path]
    assert not packaged(VAP, live, Options(workloads="off")).diagnostics
