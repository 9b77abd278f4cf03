"""Finds the statements and exemptions of a source that no case exercises.

A case exercises a check if the check objects to a pod of the case. If a default adds to the list that the check reads, the
check may never object: then a case exercises it if the check would object without the default. A case exercises a default if
the default changes its pod, and an exemption if the exemption lets off its requester or a container.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

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
    reviews = [_review(case.request, *of_case) for case in cases for of_case in case.pods]
    for policy, choice in _policies(program):
        usable_here = [review for review in reviews if choice is None or policy in usable(choice, review.request)]
        for part, exercised in _parts(policy, usable_here):
            if part.span.file in named:
                done[part] = done.get(part, False) or exercised
    return Coverage(
        tuple(part for part, exercised in done.items() if exercised),
        tuple(part for part, exercised in done.items() if not exercised),
    )


def by_source(coverages: Iterable[Coverage]) -> dict[str, Coverage]:
    """``coverages`` together, by the file of their parts: a part is exercised if it is in one of them."""
    exercised: dict[Part, bool] = {}
    for covered in coverages:
        exercised |= dict.fromkeys(covered.exercised, True)
        exercised = dict.fromkeys(covered.missed, False) | exercised
    files = sorted({part.span.file for part in exercised})
    return {
        file: Coverage(
            tuple(part for part in _in_order(exercised, file) if exercised[part]),
            tuple(part for part in _in_order(exercised, file) if not exercised[part]),
        )
        for file in files
    }


def _in_order(parts: Iterable[Part], file: str) -> list[Part]:
    inside = (part for part in parts if part.span.file == file)
    return sorted(inside, key=lambda part: (part.span.line, part.span.column, part.policy))


class _Review(NamedTuple):
    """Who asks for a pod, the pod as the API server stores it, and the pod before an update."""

    request: Request
    pod: Json
    old_pod: Json | None


def _review(requested: Request, manifest: Manifest, old_pod: Json | None) -> _Review:
    pod = normalise(manifest.pod)
    old = normalise(old_pod) if old_pod is not None else None
    return _Review(request_of(requested, manifest, pod), pod, old)


def _parts(policy: ir.Policy, asked: Sequence[_Review]) -> Iterator[tuple[Part, bool]]:
    exempt = replace(policy, exemptions=())
    inside = [review for review in asked if judges(exempt, review.request)]
    judged = [review for review in inside if judges(policy, review.request)]
    pods = [review.pod for review in judged if review.old_pod is None]
    updates = [(review.pod, review.old_pod) for review in judged if review.old_pod is not None]
    defaulted = [interpreter.with_defaults(policy, pod) for pod in pods]
    adding = {default.control for default in policy.defaults if default.add}
    objecting = {reason.span for pod in defaulted for reason in interpreter.check(policy, pod).reasons}
    objecting |= {r.span for pod in pods for r in interpreter.check(policy, pod).reasons if r.control in adding}
    objecting |= {reason.span for update in updates for reason in interpreter.check(policy, *update).reasons}
    for check in policy.checks:
        yield Part(policy.name, check.statement, check.span), check.span in objecting
        for of_containers in check.exemptions:
            used = any(_has_exempt(review.pod, of_containers) for review in judged)
            yield Part(policy.name, f'exemption because "{of_containers.reason}"', of_containers.span), used
    for default in policy.defaults:
        alone = replace(policy, defaults=(default,))
        changes = any(interpreter.with_defaults(alone, pod) != pod for pod in pods)
        yield Part(policy.name, default.statement, default.span), changes
    for of_requests in policy.exemptions:
        used = any(_lets_off(of_requests, review.request) for review in inside)
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
