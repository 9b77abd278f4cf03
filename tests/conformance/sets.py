"""Sets of policies with RBAC against the plugin: which policy admits each request, and how it leaves the pod."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass

from conformance.canonical import canonical, for_124
from conformance.clusters import Cluster, Requester, draw_cluster, draw_requester
from conformance.jsonl import Json, Process
from conformance.policies import accepted_by_kubernetes, meaning
from conformance.spellings import written
from pscc import ir
from pscc.base.source import SourceFile
from pscc.cases.draw import draw_pods
from pscc.driver import analyse
from pscc.ir.access import Request
from pscc.reasoning.subsumption import never_chosen
from pscc.reference.admission import Admission, admit


@dataclass(slots=True)
class Count:
    """Requests compared, and how they ended; ``by_second`` are those that not the first usable policy admitted."""

    clusters: int = 0
    requests: int = 0
    admitted: int = 0
    by_second: int = 0
    changed: int = 0
    updates: int = 0
    nobody: int = 0

    def add(self, other: Count) -> None:
        """Everything of ``other`` too."""
        for name in ("clusters", "requests", "admitted", "by_second", "changed", "updates", "nobody"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True, slots=True)
class Asked:
    """A cluster of valid policies, its choice (None where nobody may use any), who asks, and for which pods."""

    cluster: Cluster
    choice: ir.Choice | None
    requester: Requester
    pods: tuple[Json, ...]

    @property
    def request(self) -> Request:
        """The request as the interpreter takes it."""
        who = self.requester
        return Request(who.namespace, who.user, who.groups, who.service_account)


def source(cluster: Cluster) -> SourceFile:
    """The cluster as ``kubectl get -o json`` would dump it."""
    items = [*cluster.psps, *cluster.rbac]
    return SourceFile("dump.json", json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))


def choice_of(cluster: Cluster) -> ir.Choice | None:
    """What the compiler makes of the cluster; None where nobody may use any of its policies."""
    valid = {"*", *(psp["metadata"]["name"] for psp in cluster.psps)}  # type: ignore[index]
    if not any(grant["policy"] in valid for grant in cluster.grants):
        return None
    (choice,) = analyse(source(cluster))[1].choices
    return choice


def draw(process: Process, seed: int, clusters: int, requesters: int, pods: int) -> Iterator[Asked]:
    """``clusters`` clusters by ``seed``, each asked by ``requesters`` for ``pods`` pods around its policies' boundaries."""
    rng = random.Random(seed)
    for _ in range(clusters):
        drawn = draw_cluster(rng)
        accepted = accepted_by_kubernetes(process, list(drawn.psps))
        psps = tuple(psp for psp, valid in zip(drawn.psps, accepted, strict=True) if valid)
        policies = [policy for policy in map(meaning, psps) if policy is not None]
        if not policies:
            continue
        cluster = Cluster(psps, drawn.rbac, drawn.grants)
        choice = choice_of(cluster)
        drawn_pods = _pods(rng, policies, requesters * pods)
        for number in range(requesters):
            who = draw_requester(rng)
            mine = _asked_by(rng, who, drawn_pods[number::requesters])
            yield Asked(cluster, choice, who, tuple(_valid(process, mine)))


def _pods(rng: random.Random, policies: list[ir.Policy], count: int) -> list[Json]:
    """``count`` pods around the boundaries of ``policies``, mixed."""
    each = count // len(policies) + 1
    pods: list[Json] = []
    for policy in policies:
        for pod in draw_pods(policy, rng.randrange(2**30), each, ephemeral=False):
            if not any("image" in volume for volume in pod["spec"].get("volumes") or []):  # type: ignore[attr-defined]
                pods.append(dict(pod))
    rng.shuffle(pods)
    return pods[:count]


def _asked_by(rng: random.Random, who: Requester, pods: list[Json]) -> Iterator[Json]:
    """``pods`` as ``who`` asks for them, one in three in another spelling."""
    for number, pod in enumerate(pods):
        drawn: Json = json.loads(json.dumps(pod))
        drawn["spec"]["serviceAccountName"] = who.service_account
        drawn["metadata"]["namespace"] = who.namespace
        yield written(rng, drawn) if number % 3 == 0 else drawn


def _valid(process: Process, drawn: Iterator[Json]) -> list[Json]:
    pods = list(drawn)
    valid = process.results({"op": "validatePod", "pods": [for_124(pod) for pod in pods]})
    return [pod for pod, result in zip(pods, valid, strict=True) if not (result.get("errors") or result.get("error"))]


def compare(process: Process, seed: int, clusters: int, requesters: int = 4, pods: int = 15) -> tuple[Count, list[str]]:
    """Counts over drawn requests, and each disagreement in words."""
    count, wrong = Count(clusters=clusters), list[str]()
    for asked in draw(process, seed, clusters, requesters, pods):
        wrong += judged(process, asked, count)
    return count, wrong


def judged(process: Process, asked: Asked, count: Count) -> Iterator[str]:
    """Each disagreement between plugin and interpreter over the pods of ``asked``, created and updated."""
    old = [for_124(pod) for pod in asked.pods]
    who = asked.requester
    request: Json = {
        "op": "admit",
        "policies": list(asked.cluster.psps),
        "pods": old,
        "namespace": who.namespace,
        "user": {"name": who.user, "groups": list(who.groups)},
        "grants": list(asked.cluster.grants),
    }
    created = process.results({**request, "stored": True})
    updated = process.results({**request, "operation": "UPDATE", "explain": True})
    for pod, theirs, update in zip(asked.pods, created, updated, strict=True):
        count.requests += 1
        if asked.choice is None:
            count.nobody += 1
            if theirs["allowed"] or update["allowed"]:
                yield _words(asked, pod, "nobody may use any policy", theirs)
            continue
        admission = admit(asked.choice, asked.request, pod)
        difference = _creation(process, asked, pod, admission, theirs, count)
        yield from difference
        if not difference:
            yield from _update(asked, pod, update, count)


def _creation(process: Process, asked: Asked, pod: Json, admission: Admission, theirs: Json, count: Count) -> list[str]:
    if theirs.get("error"):
        return [_words(asked, pod, theirs["error"], {})]
    if (admission.allowed, admission.policy) != (theirs["allowed"], theirs["policy"]):
        ours = admission.policy or [(opinion.policy, opinion.verdict.messages) for opinion in admission.opinions]
        return [_words(asked, pod, str(ours), theirs)]
    if not admission.allowed:
        return []
    count.admitted += 1
    assert asked.choice is not None
    if admission.policy in {later.name for later, _ in never_chosen(asked.choice)}:
        return [_words(asked, pod, f"{admission.policy} was said never to be chosen", theirs)]
    count.by_second += admission.policy != admission.opinions[0].policy
    (mine,) = process.results({"op": "normalize", "pods": [for_124(dict(admission.pod))]})
    ours_pod, stored = canonical(mine["pod"]), canonical(theirs["stored"])
    count.changed += admission.pod != pod
    return [] if ours_pod == stored else [_words(asked, pod, str(ours_pod), {"message": str(stored)})]


def _update(asked: Asked, pod: Json, theirs: Json, count: Count) -> Iterator[str]:
    """An update is never changed: PSP skips, without a word, each policy that would have to change the pod.

    The compiler's meaning asks whether a policy accepts the pod as it is, so it admits some that only such a policy
    accepts; that and nothing else may differ.
    """
    assert asked.choice is not None
    count.updates += 1
    other = {**pod, "spec": {"containers": []}}
    admission = admit(asked.choice, asked.request, pod, other)
    if theirs["allowed"] and not admission.allowed:
        yield _words(asked, pod, f"update: {admission.message}", theirs)
    if admission.allowed and not theirs["allowed"]:
        mutating = {policy["policy"] for policy in theirs["policies"] if policy["mutates"]}
        accepting = {opinion.policy for opinion in admission.opinions if opinion.verdict.allowed}
        if admission.policy and not accepting <= mutating:
            yield _words(asked, pod, f"update: {admission.policy} of {accepting}", theirs)


def _words(asked: Asked, pod: Json, ours: str, theirs: Json) -> str:
    theirs_says = theirs.get("policy") or theirs.get("message")
    cluster = json.dumps({"psps": asked.cluster.psps, "grants": asked.cluster.grants})
    return f"ours: {ours}\ntheirs: {theirs_says}\n{asked.requester}\n{cluster}\n{json.dumps(pod)}"
