"""A review takes time that grows with the pod, not with its square: a webhook that times out lets the pod in."""

from __future__ import annotations

import resource
from collections.abc import Iterator

import pytest

from conformance.jsonl import Json, Process
from conformance.targets._base import Request, documents
from conformance.targets.opa import Evaluator
from pscc.controls import CONTROLS
from pscc.driver import packaged
from pscc.ir import Program
from pscc.ir.passes import reads_of_all
from pscc.output.contents import Output
from pscc.output.options import Options
from pscc.targets.registry import target_named
from support.engines import engine
from support.golden_verdicts import statements
from support.targets import program_of_text
from support.worst_pods import worst_pods

ENGINES = {
    "gatekeeper": ("gatekeeper", "gatekeeper-review", Options()),
    "gatekeeper --engine cel": ("gatekeeper", "gatekeeper-review", Options(engine="cel")),
    "gatekeeper --layout per-policy": ("gatekeeper", "gatekeeper-review", Options(layout="per-policy")),
    "vap": ("vap", "vap-review", Options()),
    "kyverno-cel": ("kyverno-cel", "kyverno-review", Options()),
}
MOST = 0.3
"""Seconds of the processor. Gatekeeper's webhook is waited for 3 seconds."""
TRIES = 15
SMALL: Json = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "p", "namespace": "default"},
    "spec": {"containers": [{"name": "c", "image": "i"}]},
}


def every_check() -> Iterator[tuple[str, Program]]:
    """A program for each shape of check of each control, by its statement."""
    seen: set[str] = set()
    for control in CONTROLS:
        for statement in statements(control):
            program = program_of_text(f"policy p {{\n    {statement}\n}}\n")
            shapes = {check.shape for policy in program.policies for check in policy.checks} - seen
            seen |= shapes
            if shapes:
                yield statement, program


def fields_of(program: Program) -> set[str]:
    """The fields that the checks of ``program`` read, ``containers`` where they walk over these."""
    reads = reads_of_all(check for policy in program.policies for check in policy.checks)
    paths = (*reads.pod, *reads.container)
    return {name for path in paths for name in path} | ({"containers"} if reads.containers else set())


def test_each_pod_is_asked_about() -> None:
    read = {field for _, program in every_check() for field in fields_of(program)}
    assert set(worst_pods()) <= read


def seconds(process: Process, pod: Json) -> float:
    """The processor time of a review: the least of `TRIES`, since other programs run beside it and slow it down."""
    taken = []
    for _ in range(TRIES):
        before = process.seconds
        process.results({"op": "review", "pods": [pod]})
        taken.append(process.seconds - before)
        if taken[-1] < MOST / 2:
            break
    return min(taken)


@pytest.mark.parametrize("name", ENGINES)
def test_no_check_takes_long(name: str) -> None:
    target, engine, options = ENGINES[name]
    slow, pods = [], worst_pods()
    with Process(engine) as process:
        for statement, program in every_check():
            process.ask({"op": "load", "documents": documents(packaged(target_named(target), program, options))})
            process.results({"op": "review", "pods": [SMALL]})
            fields = fields_of(program)
            for what, pod in pods.items():
                if what not in fields:
                    continue
                taken = seconds(process, pod)
                if taken > MOST:
                    slow.append((statement, what, taken))
    assert not slow


AT_ONCE = 4
"""Checks that OPA is asked at once: each evaluation is a process. The bound is for all of them."""


def seconds_of_opa(output: Output, pod: Json) -> float:
    """The processor time of an evaluation, the start included: the least of `TRIES`."""
    taken = []
    for _ in range(TRIES):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        Evaluator(engine("opa")).answers(output, [Request(pod)])
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        if taken[-1] < MOST:
            break
    return min(taken)


@pytest.mark.parametrize("what", worst_pods())
def test_no_check_takes_long_on_opa(what: str) -> None:
    asked = [statement for statement, program in every_check() if what in fields_of(program)]
    assert asked
    slow = []
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        text = "".join(f"policy p{number} {{\n    {statement}\n}}\n" for number, statement in enumerate(some))
        output = packaged(target_named("opa"), program_of_text(text), Options())
        taken = seconds_of_opa(output, worst_pods()[what])
        if taken > MOST:
            slow.append((some, taken))
    assert not slow
