"""The interpreter against Kubernetes 1.24's own PodSecurityPolicy plugin: policies, verdicts, changed pods, who objects to what."""

from __future__ import annotations

import random
from collections.abc import Iterator

from conformance.canonical import canonical, for_124
from conformance.jsonl import Json, Process
from conformance.objections import comparable, of_oracle, of_psp
from conformance.policies import accepted_by_kubernetes, draw_psps
from conformance.result import Difference, Tally
from conformance.spellings import written
from pscc.cases.draw import draw_pods
from pscc.ir import Policy
from pscc.reference import interpreter

WHO = "psp"
"""The row of the plugin in the table."""


def drawn_pods(policy: Policy, seed: int, count: int) -> Iterator[Json]:
    """Pods that 1.24 knows in full: no image volumes, no ephemeral containers; half of them in an author's spelling."""
    rng = random.Random(seed)
    for number, pod in enumerate(draw_pods(policy, seed, count, ephemeral=False)):
        if not any("image" in volume for volume in pod["spec"].get("volumes") or []):  # type: ignore[attr-defined]
            yield written(rng, dict(pod)) if number % 2 else dict(pod)


def compare(process: Process, seed: int, policies: int, pods: int) -> tuple[Tally, list[Difference]]:
    """Draws ``policies`` valid PSPs (and invalid ones beside them) by ``seed``, with ``pods`` pods each, and compares."""
    tally, differences = Tally(), list[Difference]()
    for psp, policy in draw_psps(seed, policies * 4):
        (accepted,) = accepted_by_kubernetes(process, [psp])
        if accepted is not (policy is not None):
            differences.append(Difference(WHO, "policy", psp, {}, "accepted" if policy else "refused", str(accepted)))
        if not accepted or policy is None:
            tally.refused_policies += 1
            continue
        tally.policies += 1
        differences += judged(process, psp, policy, list(drawn_pods(policy, seed * 1000 + tally.policies, pods)), tally)
        if tally.policies == policies:
            break
    return tally, differences


def judged(process: Process, psp: Json, policy: Policy, pods: list[Json], tally: Tally) -> Iterator[Difference]:
    """Each difference between plugin and interpreter over ``pods``; those that the API server would refuse are left out."""
    valid = process.results({"op": "validatePod", "pods": [for_124(pod) for pod in pods]})
    pods = [pod for pod, result in zip(pods, valid, strict=True) if not (result.get("errors") or result.get("error"))]
    old = [for_124(pod) for pod in pods]
    request: Json = {"op": "admit", "policies": [psp], "pods": old, "stored": True, "explain": True}
    created = process.results(request)
    updated = process.results({"op": "admit", "policies": [psp], "pods": old, "operation": "UPDATE", "explain": True})
    verdicts = [interpreter.judge(policy, pod) for pod in pods]
    ours = process.results({"op": "normalize", "pods": [for_124(dict(v.pod)) for v in verdicts]})
    plain = process.results({"op": "normalize", "pods": old})
    for pod, verdict, theirs, update, mine, before in zip(pods, verdicts, created, updated, ours, plain, strict=True):
        difference = (
            _verdict(psp, policy, pod, verdict, theirs)
            or _changed(psp, pod, verdict, theirs, mine)
            or _update(psp, policy, pod, update, mine, before)
        )
        tally.count(policy, verdict, agreed=difference is None)
        if difference is not None:
            yield difference


def _verdict(psp: Json, policy: Policy, pod: Json, verdict: interpreter.Verdict, theirs: Json) -> Difference | None:
    if theirs.get("error"):
        return Difference(WHO, "engine", psp, pod, "", theirs["error"])
    if verdict.allowed is not theirs["allowed"]:
        return Difference(WHO, "verdict", psp, pod, str(list(verdict.messages)), theirs["message"] or "allowed")
    if comparable(policy):
        ours, objects = of_oracle(verdict), of_psp(psp, pod, theirs["policies"][0]["errors"])
        if ours != objects:
            return Difference(WHO, "objections", psp, pod, str(sorted(ours)), str(sorted(objects)))
    return None


def _changed(psp: Json, pod: Json, verdict: interpreter.Verdict, theirs: Json, mine: Json) -> Difference | None:
    if not verdict.allowed:
        return None
    ours, stored = canonical(mine["pod"]), canonical(theirs["stored"])
    return None if ours == stored else Difference(WHO, "changed pod", psp, pod, str(ours), str(stored))


def _update(psp: Json, policy: Policy, pod: Json, theirs: Json, mine: Json, before: Json) -> Difference | None:
    """An update is never changed: PSP denies, without a word, one that it would have to change (in spelling, even)."""
    passes = interpreter.check(policy, pod).allowed
    changes = canonical(mine["pod"]) != canonical(before["pod"])
    if theirs["allowed"] is (passes and not changes):
        return None
    if passes and not theirs["errors"] and theirs["policies"][0]["mutates"]:
        return None
    return Difference(WHO, "update", psp, pod, f"passes {passes}, changes {changes}", theirs["message"] or "allowed")
