"""Finds the statements and exemptions of a source that no case exercises.

A case exercises a check if the check objects to a pod of the case. If a default adds to the list that the check reads, the
check may never object: then a case exercises it if the check would object without the default. A case exercises a default if
the default changes its pod, and an exemption if the exemption lets off its requester or a container.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pscc import ir
from pscc.base.frozen import frozen
from pscc.base.source import Span
from pscc.ir.access import ContainerExemption, Exemption, Request
from pscc.pod.fields import CONTAINER_LISTS
from pscc.pod.manifests import Manifest
from pscc.pod.normalising import normalise
from pscc.reference import interpreter
from pscc.reference.admission import judges, usable
from pscc.reference.evaluate import request_of
from pscc.reference.interpreter import Json
from pscc.testing.cases import TestCase


@frozen
class Part:
    """A statement or an exemption of a policy, as its source has it."""

    policy: str
    text: str
    span: Span


@frozen
class Coverage:
    """The parts of a source that some case exercises, and those that none does."""

    exercised: tuple[Part, ...]
    missed: tuple[Part, ...]


def coverage(program: ir.Program, cases: Sequence[TestCase], files: Iterable[str]) -> Coverage:
    """The statements and exemptions of ``program`` that stand in ``files``, and whether ``cases`` exercise them."""
    named = frozenset(files)
    done: dict[Part, bool] = {}
    asked = [_asked(case, manifest) for case in cases for manifest in case.manifests]
    for policy, choice in _policies(program):
        usable_here = [asked_of for asked_of in asked if choice is None or policy in usable(choice, asked_of[0])]
        for part, exercised in _parts(policy, usable_here):
            if part.span.file in named:
                done[part] = done.get(part, False) or exercised
    return Coverage(
        tuple(part for part, exercised in done.items() if exercised),
        tuple(part for part, exercised in done.items() if not exercised),
    )


def _asked(case: TestCase, manifest: Manifest) -> tuple[Request, Json]:
    """Who asks for the pod of ``manifest``, and the pod as the API server stores it."""
    pod = normalise(manifest.pod)
    return request_of(case.request, manifest, pod), pod


def _parts(policy: ir.Policy, asked: Sequence[tuple[Request, Json]]) -> Iterator[tuple[Part, bool]]:
    exempt = replace(policy, exemptions=())
    inside = [(request, pod) for request, pod in asked if judges(exempt, request)]
    pods = [pod for request, pod in inside if judges(policy, request)]
    defaulted = [interpreter.with_defaults(policy, pod) for pod in pods]
    adding = {default.control for default in policy.defaults if default.add}
    objecting = {reason.span for pod in defaulted for reason in interpreter.check(policy, pod).reasons}
    objecting |= {r.span for pod in pods for r in interpreter.check(policy, pod).reasons if r.control in adding}
    for check in policy.checks:
        yield Part(policy.name, check.statement, check.span), check.span in objecting
        for of_containers in check.exemptions:
            used = any(_has_exempt(pod, of_containers) for pod in pods)
            yield Part(policy.name, f'exemption because "{of_containers.reason}"', of_containers.span), used
    for default in policy.defaults:
        alone = replace(policy, defaults=(default,))
        changes = any(interpreter.with_defaults(alone, pod) != pod for pod in pods)
        yield Part(policy.name, default.statement, default.span), changes
    for of_requests in policy.exemptions:
        used = any(_lets_off(of_requests, request) for request, _ in inside)
        yield Part(policy.name, f'exemption because "{of_requests.reason}"', of_requests.span), used


def _lets_off(exemption: Exemption, request: Request) -> bool:
    return any(exemption.subjects.include(identity) for identity in request.identities)


def _has_exempt(pod: Json, exemption: ContainerExemption) -> bool:
    spec = pod.get("spec")
    lists = [spec.get(name) for name in CONTAINER_LISTS] if isinstance(spec, dict) else []
    containers = [c for listed in lists if isinstance(listed, list) for c in listed if isinstance(c, dict)]
    return any(
        str(container.get("name")) in exemption.containers or str(container.get("image")) in exemption.images
        for container in containers
    )


def _policies(program: ir.Program) -> Iterator[tuple[ir.Policy, ir.Choice | None]]:
    """Each policy, with its choice if it is in one."""
    yield from ((policy, None) for policy in program.policies)
    yield from ((policy, choice) for choice in program.choices for policy in choice.policies)
