"""The targets' engines against the interpreter: verdict, messages, changed pod; on creations, updates and debug containers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from conformance.canonical import canonical
from conformance.jsonl import EngineError, Json
from conformance.policies import draw_psps, draw_statements, statements_meaning
from conformance.result import Difference, Tally
from conformance.spellings import labelled
from conformance.targets import output_of
from conformance.targets._base import Answer, Request, Running, Target
from pscc.cases.draw import draw_pods
from pscc.cases.updates import of_image
from pscc.ir import Policy, Program
from pscc.lowering.shortfalls import DefaultNotSet
from pscc.output.contents import Output
from pscc.reference import interpreter
from support.messages import joined

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


def drawn_requests(policy: Policy, seed: int, count: int, with_updates: bool = True) -> list[Request]:
    """Creations and, if asked for, updates that the API server takes, of pods around the boundaries of ``policy``."""
    rng = random.Random(seed)
    updates = round(count * UPDATES) if with_updates else 0
    requests = [Request(dict(pod)) for pod in draw_pods(policy, seed, count - updates, ephemeral=False)]
    pods = [dict(pod) for pod in draw_pods(policy, seed + 1, updates)]
    for pod in pods:
        kind = rng.choice(("same", "image", "debug"))
        if kind == "debug" and pod["spec"].get("ephemeralContainers"):  # type: ignore[attr-defined]
            spec = {k: v for k, v in pod["spec"].items() if k != "ephemeralContainers"}  # type: ignore[attr-defined]
            requests.append(Request(pod, {**pod, "spec": spec}, debug=True))
        elif kind == "image":
            requests.append(Request(pod, of_image(pod)))
        else:
            requests.append(Request(labelled(pod), pod))
    return requests


def compare(target: Target, running: Running, seed: int, policies: int, pods: int) -> tuple[Tally, list[Difference]]:
    """Draws ``policies`` policies by ``seed``, with ``pods`` requests each, and compares."""
    tally, differences = Tally(), list[Difference]()
    for number, (source, policy) in enumerate(drawn_policies(seed, policies)):
        tally.policies += 1
        requests = drawn_requests(policy, seed * 1000 + number, pods, target.updates)
        differences += judged(target.name, running, source, policy, requests, tally)
    return tally, differences


def judged(
    target: str, running: Running, source: Json | str, policy: Policy, requests: list[Request], tally: Tally
) -> Iterator[Difference]:
    """Each difference between the engine of ``target`` and the interpreter over ``requests``."""
    output = output_of(target, Program((policy,)))
    announced = output.program.policies[0]
    try:
        answers = running.answers(output, requests)
    except EngineError as error:
        tally.wrong += 1
        yield Difference(target, "engine", source, requests[0].pod, "", str(error))
        return
    isolated = _isolated(policy, output)
    for request, answer in zip(requests, answers, strict=True):
        source_says = interpreter.judge(policy, request.pod, request.old_pod)
        announced_verdict = interpreter.judge(announced, request.pod, request.old_pod)
        compared = (
            *_let_in(source_says, isolated, request, answer),
            *_otherwise(announced_verdict, announced, request, answer),
        )
        difference = next((pair for pair in compared if pair[1] != pair[2]), None)
        stricter = announced_verdict.allowed is not source_says.allowed or canonical(
            dict(announced_verdict.pod)
        ) != canonical(dict(source_says.pod))
        tally.count(policy, source_says, agreed=difference is None, stricter=stricter)
        if difference is not None:
            kind, ours, theirs = difference
            yield Difference(target, kind, source, request.pod, str(ours), str(theirs), request.old_pod)


Compared = tuple[str, object, object]
"""What is compared: its kind, the interpreter's, the engine's."""


def _isolated(policy: Policy, output: Output) -> Policy:
    """``policy`` with the defaults that an admitted pod has had: all but those which grant and are not set."""
    (legal,) = output.program.policies
    unset = (shortfall.default for shortfall in output.shortfalls if isinstance(shortfall, DefaultNotSet))
    return replace(policy, defaults=(*legal.defaults, *(default for default in unset if not default.grants)))


def _let_in(source_says: interpreter.Verdict, isolated: Policy, request: Request, answer: Answer) -> Iterator[Compared]:
    """Nothing that the source refuses is admitted, whatever was announced, nor without what the source isolates it by."""
    if answer.allowed:
        yield "let in", (source_says.allowed, source_says.messages), (True, ())
    if answer.allowed and request.old_pod is None:
        pod = request.pod if answer.pod is None else answer.pod
        yield "without isolation", comparable(interpreter.with_defaults(isolated, request.pod)), comparable(pod)


def _otherwise(
    announced_verdict: interpreter.Verdict, announced: Policy, request: Request, answer: Answer
) -> Iterator[Compared]:
    """Verdict, changed pod and messages are as announced."""
    # a target may set on the pod what the interpreter sets on its containers, so its words are about its own pod; an update
    # is only looked at, and an engine that prints an empty field as unset has not changed it
    looked_at = announced_verdict.pod if answer.pod is None else answer.pod
    words = (
        announced_verdict.messages if request.old_pod is not None else interpreter.check(announced, looked_at).messages
    )
    if announced_verdict.allowed is not answer.allowed:
        yield "verdict", (announced_verdict.allowed, announced_verdict.messages), (answer.allowed, answer.messages)
    yield "changed pod", comparable(announced_verdict.pod), comparable(looked_at)
    yield "messages", joined(words) if answer.joined else tuple(sorted(set(words))), answer.messages


def comparable(pod: interpreter.Json) -> Json:
    """``pod`` so that two are equal where they are the same, whatever an engine's harness called them."""
    spelled = canonical(dict(pod))
    return {**spelled, "metadata": {k: v for k, v in spelled["metadata"].items() if k != "name"}}
