"""The targets' engines against the oracle: verdict, messages, changed pod; on creations, updates and debug containers."""

from __future__ import annotations

import random
from collections.abc import Iterator

from conformance.canonical import canonical
from conformance.jsonl import EngineError, Json
from conformance.policies import draw_psps, draw_statements, statements_meaning
from conformance.result import Difference, Tally
from conformance.spellings import labelled
from conformance.targets import output_of
from conformance.targets._base import Answer, Request, Running, Target
from pscc import oracle
from pscc.announced import as_announced
from pscc.cases import draw_pods
from pscc.ir import Policy, Program

UPDATES = 0.25
"""The share of the requests that are updates."""


def drawn_policies(seed: int, count: int) -> Iterator[tuple[Json | str, Policy]]:
    """``count`` policies, two of three from PSPs, the others of the language, with what each comes from."""
    psps = ((psp, policy) for psp, policy in draw_psps(seed, count * 4) if policy is not None)
    rng = random.Random(seed)
    for number in range(count):
        if number % 3 == 2:
            text = draw_statements(rng, f"drawn-{number}")
            yield text, statements_meaning(text)
        else:
            yield next(psps)


def drawn_requests(policy: Policy, seed: int, count: int) -> list[Request]:
    """Creations and updates of pods around the boundaries of ``policy``."""
    rng = random.Random(seed)
    updates = round(count * UPDATES)
    requests = [Request(dict(pod)) for pod in draw_pods(policy, seed, count - updates, ephemeral=False)]
    pods = [dict(pod) for pod in draw_pods(policy, seed + 1, updates)]
    for pod in pods:
        kind = rng.choice(("same", "other", "debug"))
        if kind == "debug" and pod["spec"].get("ephemeralContainers"):  # type: ignore[attr-defined]
            spec = {k: v for k, v in pod["spec"].items() if k != "ephemeralContainers"}  # type: ignore[attr-defined]
            requests.append(Request(pod, {**pod, "spec": spec}, debug=True))
        elif kind == "other":
            requests.append(Request(pod, {**rng.choice(pods), "metadata": pod["metadata"]}))
        else:
            requests.append(Request(labelled(pod), pod))
    return requests


def compare(target: Target, running: Running, seed: int, policies: int, pods: int) -> tuple[Tally, list[Difference]]:
    """Draws ``policies`` policies by ``seed``, with ``pods`` requests each, and compares."""
    tally, found = Tally(), list[Difference]()
    for number, (source, policy) in enumerate(drawn_policies(seed, policies)):
        tally.policies += 1
        requests = drawn_requests(policy, seed * 1000 + number, pods)
        found += judged(target.name, running, source, policy, requests, tally)
    return tally, found


def judged(
    target: str, running: Running, source: Json | str, policy: Policy, requests: list[Request], tally: Tally
) -> Iterator[Difference]:
    """Each difference between the engine of ``target`` and the oracle over ``requests``."""
    output = output_of(target, Program((policy,)))
    announced = as_announced(policy, output.diagnostics)
    try:
        answers = running.answers(output, requests)
    except EngineError as error:
        tally.wrong += 1
        yield Difference(target, "engine", source, requests[0].pod, "", str(error))
        return
    for request, answer in zip(requests, answers, strict=True):
        source_says = _oracle(policy, request)
        said = _oracle(announced, request)
        difference = _difference(target, source, policy, request, said, answer)
        stricter = said.allowed is not source_says.allowed or canonical(dict(said.pod)) != canonical(
            dict(source_says.pod)
        )
        tally.count(policy, source_says, agreed=difference is None, stricter=stricter)
        if difference is not None:
            yield difference


def _oracle(policy: Policy, request: Request) -> oracle.Verdict:
    return oracle.judge(policy, request.pod, request.old_pod)


def _difference(
    target: str, source: Json | str, policy: Policy, request: Request, verdict: oracle.Verdict, answer: Answer
) -> Difference | None:
    def differing(kind: str, ours: object, theirs: object) -> Difference | None:
        if ours == theirs:
            return None
        return Difference(target, kind, source, request.pod, str(ours), str(theirs), request.old_pod)

    # a target may set on the pod what the oracle sets on its containers, so its words are about its own pod
    looked_at = verdict.pod if answer.pod is None else answer.pod
    words = oracle.check(policy, looked_at, request.old_pod).messages
    return (
        differing("verdict", (verdict.allowed, verdict.messages), (answer.allowed, answer.messages))
        if verdict.allowed is not answer.allowed
        else differing("changed pod", comparable(verdict.pod), comparable(looked_at))
        or differing("messages", tuple(sorted(set(words))), answer.messages)
    )


def comparable(pod: oracle.Json) -> Json:
    """``pod`` so that two are equal where they are the same, whatever an engine's harness called them."""
    found = canonical(dict(pod))
    return {**found, "metadata": {k: v for k, v in found["metadata"].items() if k != "name"}}
