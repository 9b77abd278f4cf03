"""Workloads that were there before the policy, on Gatekeeper: what changes nothing of their pods is let through."""

from __future__ import annotations

import copy
from functools import cache

import pytest

from conformance.workloads import EVERY_KIND, workload
from pscc.driver import packaged
from pscc.lowering.capabilities import Workloads
from pscc.output.contents import Output
from pscc.output.options import Engine, Options
from pscc.pod.templates import WORKLOADS
from pscc.targets.gatekeeper.package import TARGET
from support.targets import Json, ask_gatekeeper, program_of_text, resources, whole

DENY = "policy plain { deny privileged }"
DEFAULTED = """policy plain {
    require readOnlyRootFilesystem true
    default readOnlyRootFilesystem true
    deny privileged
}"""
CHOSEN = """policy tight { deny privileged }
policy tighter { deny privileged, hostPID }
choose {
    tight for everyone
    tighter for everyone
}"""
POLICY_TEXTS = {"one": DENY, "defaults": DEFAULTED, "choice": CHOSEN}
ENGINES: tuple[Engine, ...] = ("rego", "cel")
OWNER = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d", "uid": "1", "controller": True}


@cache
def output(text: str, engine: Engine, workloads: Workloads) -> Output:
    return packaged(TARGET, program_of_text(text), Options(engine=engine, workloads=workloads))


def said(made: Output, new: list[Json], old: list[Json] | None = None, operation: str = "") -> list[set[str]]:
    """The actions of the violations of each request: an update where there is something ``old``."""
    review: Json = {
        "op": "review",
        "pods": new,
        "operation": operation or ("UPDATE" if old else "CREATE"),
        "mutate": True,
    }
    if old is not None:
        review["oldPods"] = old
    loaded, answer = ask_gatekeeper({"op": "load", "documents": resources(made)}, review)
    assert loaded.get("ok") and not loaded["ignored"], loaded
    assert not [result["error"] for result in answer["results"] if result.get("error")]
    return [{violation["enforcementAction"] for violation in result["violations"]} for result in answer["results"]]


def legacy(number: int, privileged: bool = True) -> Json:
    containers = [{"name": "c", "image": "app:1", "securityContext": {"privileged": privileged}}]
    return workload(number, whole({"metadata": {"name": "p"}, "spec": {"containers": containers}}), EVERY_KIND)


def template(of: Json) -> Json:
    spec: Json = of["spec"]["jobTemplate"]["spec"]["template"] if of["kind"] == "CronJob" else of["spec"]["template"]
    return spec


def changed(of: Json, what: str) -> Json:
    """``of`` after an update that leaves its pods as they were."""
    new = copy.deepcopy(of)
    match what:
        case "label":
            new["metadata"]["labels"] = {"team": "a"}
        case "scale":
            new["spec"]["replicas"] = 0
        case "pause":
            new["spec"]["paused"] = True
        case "status":
            new["status"] = {"replicas": 1}
        case "foreground deletion":
            new["metadata"]["deletionTimestamp"] = "2026-11-30T00:00:00Z"
            new["metadata"]["finalizers"] = ["foregroundDeletion"]
        case "last step of the deletion":
            new["metadata"]["deletionTimestamp"] = "2026-11-30T00:00:00Z"
            new["metadata"]["finalizers"] = []
        case "label of the template":
            template(new)["metadata"]["labels"] = {"restarted": "yes"}
    return new


CHANGES = (
    "label", "scale", "pause", "status", "foreground deletion", "last step of the deletion", "label of the template",
)  # fmt: skip
everywhere = pytest.mark.parametrize("engine", ENGINES)
each_text = pytest.mark.parametrize("text", POLICY_TEXTS.values(), ids=POLICY_TEXTS)


@everywhere
@each_text
@pytest.mark.parametrize(("workloads", "action"), [("warn", "warn"), ("enforce", "deny")])
def test_an_update_that_leaves_the_pods_as_they_were_passes_in_silence(
    text: str, engine: Engine, workloads: Workloads, action: str
) -> None:
    made = output(text, engine, workloads)
    old = [legacy(number) for number in range(len(EVERY_KIND)) for _ in CHANGES]
    new = [changed(one, CHANGES[number % len(CHANGES)]) for number, one in enumerate(old)]
    assert said(made, old) == [{action}] * len(old)
    for before, what in zip(new, said(made, new, old), strict=True):
        assert what == set(), before


@everywhere
@each_text
def test_a_template_is_judged_where_it_changes(text: str, engine: Engine) -> None:
    made = output(text, engine, "enforce")
    good, bad, worse = (
        [legacy(number, privileged) for number in range(len(EVERY_KIND))] for privileged in (False, True, True)
    )
    for one in worse:
        template(one)["spec"]["containers"][0]["image"] = "app:2"
    passes, denied = ([found] * len(EVERY_KIND) for found in (set[str](), {"deny"}))
    assert said(made, good) == passes
    assert said(made, good, bad) == passes
    assert said(made, bad, good) == denied
    assert said(made, worse, bad) == denied


@everywhere
@each_text
def test_what_controllers_write_is_left_out_and_what_users_write_is_not(text: str, engine: Engine) -> None:
    made = output(text, engine, "enforce")
    bare = [legacy(number) for number in range(len(EVERY_KIND))]
    owned, held = copy.deepcopy(bare), copy.deepcopy(bare)
    for one in owned:
        one["metadata"]["ownerReferences"] = [OWNER]
    for one in held:
        one["metadata"]["ownerReferences"] = [{**OWNER, "controller": False}]
        one["metadata"]["ownerReferences"] += [{key: OWNER[key] for key in OWNER if key != "controller"}]
    left_out = [set[str]() if one["kind"] in ("ReplicaSet", "Job") else {"deny"} for one in bare]
    assert said(made, owned) == left_out
    assert said(made, held) == said(made, bare) == [{"deny"}] * len(bare)


@everywhere
def test_a_pod_with_an_owner_is_judged(engine: Engine) -> None:
    containers = [{"name": "c", "image": "app:1", "securityContext": {"privileged": True}}]
    pods = [
        whole(
            {
                "metadata": {"name": "p", "ownerReferences": [{**OWNER, "kind": kind}]},
                "spec": {"containers": containers},
            }
        )
        for kind in ("Job", "ReplicaSet", "Deployment")
    ]
    assert said(output(DENY, engine, "enforce"), pods) == [{"deny"}] * 3


@everywhere
@each_text
def test_a_deletion_passes(text: str, engine: Engine) -> None:
    asked = [legacy(number) for number in range(len(EVERY_KIND))]
    assert said(output(text, engine, "enforce"), asked, asked, "DELETE") == [set()] * len(asked)


@everywhere
def test_a_workload_is_judged_with_the_defaults_of_its_pods(engine: Engine) -> None:
    bare = legacy(0, privileged=False)
    template(bare)["spec"]["containers"][0].pop("securityContext")
    refusing = copy.deepcopy(bare)
    template(refusing)["spec"]["containers"][0]["securityContext"] = {"readOnlyRootFilesystem": False}
    assert said(output(DEFAULTED, engine, "enforce"), [bare, refusing]) == [set(), {"deny"}]


def test_the_kinds_are_those_that_a_template_knows() -> None:
    (file,) = (file for file in output(DENY, "rego", "warn").files if file.path == "templates/psccdenyprivileged.yaml")
    kinds = [kind for of_group in WORKLOADS.values() for kind in of_group]
    assert all(f'"{kind}"' in file.text for kind in kinds)
    assert sorted(kinds) == sorted(kind for _, kind in EVERY_KIND)
