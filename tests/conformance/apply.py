"""Kyverno's command line against its webhooks in process: on the same pods both say and do the same."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.engines import comparable, drawn_policies, drawn_requests
from conformance.jsonl import EngineError, Json
from conformance.result import Difference, Tally
from conformance.targets import output_of
from conformance.targets._base import Answer
from conformance.targets.kyverno import CommandLine
from conformance.targets.kyverno_cel import Apply, KyvernoCel
from pscc.ir import Program
from pscc.reference import interpreter
from support.engines import engine

WHO = "kyverno apply"
_TARGET = KyvernoCel()


def compare(seed: int, policies: int, pods: int) -> tuple[Tally, list[Difference]]:
    """Draws ``policies`` policies by ``seed``, with ``pods`` pods each that are created, and compares."""
    tally, differences = Tally(), list[Difference]()
    command = Apply(CommandLine(engine("kyverno")))
    with _TARGET.run() as webhooks:
        for number, (source, policy) in enumerate(drawn_policies(seed, policies)):
            tally.policies += 1
            requests = drawn_requests(policy, seed * 1000 + number, pods, with_updates=False)
            output = output_of(_TARGET.name, Program((policy,)))
            try:
                answers = zip(webhooks.answers(output, requests), command.answers(output, requests), strict=True)
            except EngineError as error:
                tally.wrong += 1
                differences.append(Difference(WHO, "engine", source, requests[0].pod, "", str(error)))
                continue
            for request, (ours, theirs) in zip(requests, answers, strict=True):
                different = list(_differences(source, request.pod, ours, theirs))[:1]
                tally.count(policy, interpreter.judge(policy, request.pod), agreed=not different)
                differences += different
    return tally, differences


def _differences(source: Json | str, pod: Json, ours: Answer, theirs: Answer) -> Iterator[Difference]:
    """Each way in which the webhooks (``ours``) and the command line differ over ``pod``."""
    for kind, in_process, applied in (
        ("verdict", ours.allowed, theirs.allowed),
        ("messages", ours.messages, theirs.messages),
        ("changed pod", comparable(ours.pod or {}), comparable(theirs.pod or {})),
    ):
        if in_process != applied:
            yield Difference(WHO, kind, source, pod, str(in_process), str(applied))
