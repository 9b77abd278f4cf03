"""The generated suite of a policy: pods that it must admit and pods that it must refuse. The interpreter decides which.

Every pod already has the policy's defaults, as after a target's own mutation.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace

from pscc import ir
from pscc.base.frozen import frozen
from pscc.cases.updates import of_debugging, of_image
from pscc.controls._base import Probe
from pscc.ir.access import AUTHENTICATED, Request
from pscc.pod.fields import CONTAINER_LISTS
from pscc.reference import interpreter
from pscc.reference.admission import judges

Json = dict[str, object]
MOST_CASES = 60
_MOST_JUDGED = 1200
"""Pods that are judged for the suite of one policy; twice as many as a policy with every control has."""
_MOST_OF_ALL = 3000
"""The most cases of all policies of a program together."""
_FEWEST = 8
_SETTLING_ROUNDS = 4
_LONGEST = 55
"""The longest name of a case. With a number behind it, or a kind of workload, it still is a DNS label."""
BESIDE = (
    ("initContainers", "init", "-in-init-container"),
    ("ephemeralContainers", "debug", "-in-ephemeral-container"),
)
"""The containers beside the main one on which probes are tried: the list, a name, and the end of the names of the cases."""


@frozen
class Case:
    """One pod of a suite, as a webhook sees it after the target's own mutation.

    ``name`` is a DNS label and the pod's name. ``message`` has the findings in words, ``shapes`` the names of the failing
    checks, and ``messages`` the findings of each of these; all are empty when ``allowed``. ``old_pod`` is the pod before an
    update; None for a creation. ``request`` is the request that a choice needs; None for a policy.
    """

    name: str
    pod: Json
    allowed: bool
    message: str = ""
    shapes: tuple[str, ...] = ()
    old_pod: Json | None = None
    request: Request | None = None
    messages: tuple[str, ...] = ()

    @property
    def resource(self) -> str:
        """``NAMESPACE/NAME`` of the pod, its name alone where it has no namespace."""
        namespace = _object(self.pod.get("metadata")).get("namespace")
        return f"{namespace}/{self.name}" if namespace else self.name


@frozen
class OwnPod:
    """A pod of a team's own cases: the case's name in words, who asks for the pod and where, the pod, and the pod before.

    ``old_pod`` is the pod before the update; None if the pod is created.
    """

    name: str
    request: Request
    pod: Json
    old_pod: Json | None = None

    @property
    def label(self) -> str:
        """The name as a DNS label."""
        return re.sub(r"[^a-z0-9]+", "-", f"own-{self.name}".lower()).strip("-")


def own_cases(policy: ir.Policy, pods: Iterable[OwnPod]) -> Iterator[Case]:
    """The cases of ``pods`` that ``policy`` judges, in a namespace of its scope. Each has a name of its own."""
    named: dict[str, Case] = {}
    for own in pods:
        if judges(policy, own.request):
            name = unique(own.label, named)
            pod = _placed(own.pod, policy.scope.example)
            if own.old_pod is None:
                named[name] = _case(policy, name, interpreter.with_defaults(policy, pod))
            else:
                named[name] = _case(policy, name, pod, _placed(own.old_pod, policy.scope.example))
    yield from named.values()


def _placed(pod: Json, namespace: str) -> Json:
    return {**pod, "metadata": {**_object(pod.get("metadata")), "namespace": namespace}}


def most_cases(policies: int) -> int:
    """How many cases each policy has in a program of ``policies`` policies: fewer where there are hundreds."""
    return min(MOST_CASES, max(_FEWEST, _MOST_OF_ALL // max(1, policies)))


def cases_for(policy: ir.Policy, most: int = MOST_CASES) -> tuple[Case, ...]:
    """Pods around the boundaries of every check of ``policy``, at most ``most``, in a stable order.

    The first is a pod that the policy accepts, if there is one. All are in a namespace in which the policy holds. The result
    is empty where the policy judges no pod of an ordinary user.
    """
    request = Request(policy.scope.example, groups=(AUTHENTICATED,))
    if not judges(policy, replace(request, namespace_labels=policy.scope.labels)):
        return ()
    base = accepted(policy)
    cases: dict[str, Case] = {}
    variants = list(_variants(policy, base))
    if most < MOST_CASES:
        variants = variants[:: max(1, len(variants) // (2 * most))]
    # each is judged by all values, so that thousands of values would be judged by thousands
    variants = variants[:: max(1, -(-len(variants) // _MOST_JUDGED))]
    for name, pod in variants:
        called = unique(name, cases)
        cases[called] = _case(policy, called, pod)
    created = tuple(cases.values())
    updates = tuple(_updates(policy, created))
    return (*_chosen(created, most - len(updates)), *updates)


def merge(target: object, fragment: object) -> object:
    """``fragment`` laid over ``target``: objects field by field, anything else replaced, None removes."""
    if not isinstance(fragment, Mapping):
        return fragment
    merged = dict(target) if isinstance(target, Mapping) else {}
    for key, value in fragment.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged


def probed(pod: Mapping[str, object], probe: Probe, container: str = "main") -> Json:
    """``pod`` merged with ``probe``; the probe's container fragment is merged with the container called ``container``."""
    changed = _object(merge(pod, probe.pod or {}))
    if probe.container is None:
        return changed
    spec = _object(changed.get("spec"))
    for kind in CONTAINER_LISTS:
        listed = spec.get(kind)
        if isinstance(listed, list):
            spec[kind] = [merge(c, probe.container) if _name(c) == container else c for c in listed]
    return {**changed, "spec": spec}


def _object(value: object) -> Json:
    return dict(value) if isinstance(value, Mapping) else {}


def _name(container: object) -> object:
    return _object(container).get("name")


def minimal(name: str, namespace: str) -> Json:
    """A pod with one container that sets nothing."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"containers": [{"name": "main", "image": "app:1"}]},
    }


def _probes(check: ir.Check) -> Iterator[Probe]:
    from pscc.controls import control_of
    from pscc.meaning import narrowing

    yield from narrowing.probes(check, control_of(check.control).probes(check))


def accepted(policy: ir.Policy) -> Json:
    """A pod that ``policy`` accepts, or one with few failing checks: probes of failing checks are tried while they help."""
    pod = _object(interpreter.with_defaults(policy, minimal("accepted", policy.scope.example)))
    for _ in range(_SETTLING_ROUNDS):
        verdict = interpreter.check(policy, pod)
        if verdict.allowed:
            break
        before = pod
        failing = {reason.shape for reason in verdict.reasons}
        for check in policy.checks:
            if check.shape in failing:
                pod = _mended(policy, check, pod)
        if pod == before:
            break
    return pod


def _mended(policy: ir.Policy, check: ir.Check, pod: Json) -> Json:
    def failures(candidate: Json) -> int:
        return len(interpreter.check(policy, candidate).messages)

    best = pod
    for probe in _probes(check):
        candidate = probed(pod, probe)
        if failures(candidate) < failures(best):
            best = candidate
    return best


def _variants(policy: ir.Policy, base: Json) -> Iterator[tuple[str, Json]]:
    yield "accepted" if interpreter.check(policy, base).allowed else "plain", base
    probes: list[Probe] = []
    for check in policy.checks:
        probes += [probe for probe in _probes(check) if probe not in probes]
    for probe in probes:
        yield probe.label, probed(base, probe)
    for probe in probes:
        if probe.container is not None:
            for kind, name, suffix in BESIDE:
                yield f"{probe.label[: _LONGEST - len(suffix)]}{suffix}", probed(beside(base, kind, name), probe, name)


def beside(base: Json, kind: str, name: str) -> Json:
    """``base`` with a copy of its container under another name, its annotations copied too."""
    spec = _object(base.get("spec"))
    listed = spec.get("containers")
    main = _object(listed[0]) if isinstance(listed, list) and listed else {}
    metadata = _object(base.get("metadata"))
    annotations = _object(metadata.get("annotations"))
    copies = {f"{k.removesuffix('/main')}/{name}": v for k, v in annotations.items() if k.endswith("/main")}
    if copies:
        metadata["annotations"] = {**annotations, **copies}
    return {**base, "metadata": metadata, "spec": {**spec, kind: [{**main, "name": name}]}}


def _case(policy: ir.Policy, name: str, pod: Json, old_pod: Json | None = None) -> Case:
    named = _named(pod, name)
    old = _named(old_pod, name) if old_pod is not None else None
    return judged(name, named, interpreter.check(policy, named, old), old)


def judged(name: str, pod: Json, verdict: interpreter.Verdict, old_pod: Json | None = None) -> Case:
    """The case of ``pod``, called ``name``, with the findings of ``verdict``; ``old_pod``: what it was before an update."""
    shapes = tuple(dict.fromkeys(reason.shape for reason in verdict.reasons))
    return Case(name, pod, verdict.allowed, "; ".join(verdict.messages), shapes, old_pod, None, verdict.messages)


def _named(pod: Json, name: str) -> Json:
    return {**pod, "metadata": {**_object(pod.get("metadata")), "name": name}}


def unique(label: str, taken: Container[str]) -> str:
    """``label``, no longer than a name may be, with a number where it is ``taken``."""
    label = label[:_LONGEST].strip("-")
    number, name = 2, label
    while name in taken:
        name, number = f"{label}-{number}", number + 1
    return name


def _updates(policy: ir.Policy, created: tuple[Case, ...]) -> Iterator[Case]:
    refused = [case for case in created if not case.allowed]
    if not refused:
        return
    old = refused[0].pod
    metadata = {**_object(old.get("metadata")), "labels": {"changed": "yes"}}
    yield _case(policy, "update-of-nothing-looked-at", {**old, "metadata": metadata}, old)
    bad = next((case.pod for case in refused if of_debugging(case.pod)), refused[0].pod)
    yield _case(policy, "update-to-refused", bad, of_debugging(bad) or of_image(bad))


def _chosen(cases: tuple[Case, ...], most: int) -> tuple[Case, ...]:
    """At most ``most`` of ``cases``: the first ones of each set of failing checks, so that every check keeps some."""
    if len(cases) <= most:
        return cases
    by_outcome: dict[tuple[str, ...], list[int]] = {}
    for index, case in enumerate(cases):
        by_outcome.setdefault(case.shapes, []).append(index)
    kept: list[int] = []
    rank = 0
    while len(kept) < most:
        for indexes in by_outcome.values():
            if rank < len(indexes) and len(kept) < most:
                kept.append(indexes[rank])
        rank += 1
    return tuple(cases[index] for index in sorted(kept))
