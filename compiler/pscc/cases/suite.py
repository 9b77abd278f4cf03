"""The generated suite of a policy: pods that it must admit and pods that it must refuse.

The interpreter decides which, by its functions of Python (`pscc.reference.compiled`), which answer as it does.
Every pod already has the policy's defaults, as after a target's own mutation.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pscc import ir
from pscc.base.frozen import frozen
from pscc.cases.updates import of_debugging, of_image
from pscc.controls._base import Probe
from pscc.ir.access import AUTHENTICATED, Request
from pscc.pod.fields import CONTAINER_LISTS
from pscc.reference.admission import judges
from pscc.reference.compiled import CompiledPolicy
from pscc.reference.interpreter import Verdict

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
    compiled = CompiledPolicy(policy)
    for own in pods:
        if judges(policy, own.request):
            name = unique(own.label, named)
            pod = _placed(own.pod, policy.scope.example)
            if own.old_pod is None:
                named[name] = _case(compiled, name, compiled.with_defaults(pod))
            else:
                named[name] = _case(compiled, name, pod, _placed(own.old_pod, policy.scope.example))
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
    compiled = CompiledPolicy(policy)
    base = _accepted(compiled)
    variants = _variants(compiled, base)
    if most < MOST_CASES:
        variants = variants[:: max(1, len(variants) // (2 * most))]
    # each is judged by all values, so that thousands of values would be judged by thousands
    variants = variants[:: max(1, -(-len(variants) // _MOST_JUDGED))]
    tried: dict[str, _Tried] = {}
    for variant in variants:
        name = unique(variant.label, tried)
        pod = _named(variant.pod(base), name)
        shapes = dict.fromkeys(check.shape for check in compiled.objecting(pod))
        tried[name] = _Tried(name, pod, tuple(shapes))
    updates = tuple(_updates(compiled, [pod.pod for pod in tried.values() if pod.shapes]))
    created = (_case(compiled, pod.name, pod.pod) for pod in _chosen(tuple(tried.values()), most - len(updates)))
    return (*created, *updates)


@frozen
class _Tried:
    """A pod that may become a case of this ``name``, and the ``shapes`` of the checks that refuse it."""

    name: str
    pod: Json
    shapes: tuple[str, ...]


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
    return _accepted(CompiledPolicy(policy))


def _accepted(compiled: CompiledPolicy) -> Json:
    policy = compiled.policy
    pod = _object(compiled.with_defaults(minimal("accepted", policy.scope.example)))
    for _ in range(_SETTLING_ROUNDS):
        before, failing = pod, {check.shape for check in compiled.objecting(pod)}
        if not failing:
            break
        for check in policy.checks:
            if check.shape in failing:
                pod = _mended(compiled, check, pod)
        if pod == before:
            break
    return pod


def _mended(compiled: CompiledPolicy, check: ir.Check, pod: Json) -> Json:
    def failures(candidate: Json) -> int:
        return len(compiled.objecting(candidate))

    best = pod
    for probe in _probes(check):
        candidate = probed(pod, probe)
        if failures(candidate) < failures(best):
            best = candidate
    return best


@frozen
class _Variant:
    """A pod to try, made when it is asked for: the base, and ``probe`` on its main container or on one at another ``place``."""

    label: str
    probe: Probe | None = None
    place: tuple[str, str] = ("", "")

    def pod(self, base: Json) -> Json:
        """The pod, made from ``base``."""
        if self.probe is None:
            return base
        kind, name = self.place
        return probed(beside(base, kind, name), self.probe, name) if kind else probed(base, self.probe)


def _variants(compiled: CompiledPolicy, base: Json) -> list[_Variant]:
    by_label: dict[str, list[Probe]] = {}
    probes: list[Probe] = []
    for check in compiled.policy.checks:
        new = [probe for probe in _probes(check) if probe not in by_label.get(probe.label, ())]
        for probe in new:
            by_label.setdefault(probe.label, []).append(probe)
        probes += new
    return [
        _Variant("plain" if compiled.objecting(base) else "accepted"),
        *(_Variant(probe.label, probe) for probe in probes),
        *(
            _Variant(f"{probe.label[: _LONGEST - len(suffix)]}{suffix}", probe, (kind, name))
            for probe in probes
            if probe.container is not None
            for kind, name, suffix in BESIDE
        ),
    ]


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


def _case(compiled: CompiledPolicy, name: str, pod: Json, old_pod: Json | None = None) -> Case:
    named = _named(pod, name)
    old = _named(old_pod, name) if old_pod is not None else None
    return judged(name, named, compiled.check(named, old), old)


def judged(name: str, pod: Json, verdict: Verdict, old_pod: Json | None = None) -> Case:
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


def _updates(compiled: CompiledPolicy, refused: Sequence[Json]) -> Iterator[Case]:
    if not refused:
        return
    old = refused[0]
    metadata = {**_object(old.get("metadata")), "labels": {"changed": "yes"}}
    yield _case(compiled, "update-of-nothing-looked-at", {**old, "metadata": metadata}, old)
    bad = next((pod for pod in refused if of_debugging(pod)), old)
    yield _case(compiled, "update-to-refused", bad, of_debugging(bad) or of_image(bad))


def _chosen(pods: tuple[_Tried, ...], most: int) -> tuple[_Tried, ...]:
    """At most ``most`` of ``pods``: the first ones of each set of failing checks, so that every check keeps some."""
    if len(pods) <= most:
        return pods
    by_outcome: dict[tuple[str, ...], list[int]] = {}
    for index, pod in enumerate(pods):
        by_outcome.setdefault(pod.shapes, []).append(index)
    kept: list[int] = []
    rank = 0
    while len(kept) < most:
        for indexes in by_outcome.values():
            if rank < len(indexes) and len(kept) < most:
                kept.append(indexes[rank])
        rank += 1
    return tuple(pods[index] for index in sorted(kept))
