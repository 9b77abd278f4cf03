"""The requests that every output is asked: fixed, drawn from what the suites and ``pscc verify`` draw from, and beside it.

Pods of the policies' own suites, created and updated; those whom the program names, and those whose names are nearly so,
in each namespace that it names, and nearly so; workloads; debug containers; and what no policy is about.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from conformance.breaks.requesters import LABELS, home_of, named, near, requesters_of
from conformance.breaks.variants import is_debugged, listing, set_otherwise, whole, with_nulls, without_contexts
from conformance.jsonl import Json
from conformance.workloads import KINDS, workload
from pscc import ir
from pscc.cases.draw import draw_pods
from pscc.cases.suite import Case, cases_for, merge
from pscc.cases.suite import accepted as accepted_by
from pscc.controls import control_of
from pscc.ir.access import AUTHENTICATED, EVERYWHERE, Names, Request
from pscc.lowering.rollout import Rollout
from pscc.meaning.narrowing import FIELDS
from pscc.pod.fields import INHERITED
from pscc.reference import interpreter
from support.golden_verdicts import pods as verdict_pods

_SUITE, _MEMBER, _CHANGED, _WORKLOADS, _CROWD = 60, 24, 16, 18, 14
"""As many pods of a policy's suite are asked; of a policy of a choice; are changed; are in workloads; one pod's containers."""
_MOST = 40
"""Requests of a batch: an engine that notices a break need not be asked the next one."""


@dataclass(frozen=True, slots=True)
class Ask:
    """An admission request. ``old`` is the object before an update."""

    object: Json
    namespace: str = "default"
    user: str = "somebody"
    groups: tuple[str, ...] = (AUTHENTICATED,)
    operation: str = "CREATE"
    old: Json | None = None
    subresource: str = ""
    is_file: bool = False
    """It has nulls, as a file can that a command line reads: the API server would have left them out."""

    @property
    def labels(self) -> dict[str, str]:
        """Those of its namespace."""
        return LABELS.get(self.namespace, {})

    @property
    def batch(self) -> tuple[object, ...]:
        """What has to be alike in one review of several objects."""
        return self.operation, self.subresource, self.namespace, self.user, self.groups


def asks_of(program: ir.Program, rollout: Rollout) -> list[Ask]:
    """The requests for ``program``, as it is rolled out, in a stable order; the likeliest to tell come first."""
    asks: list[Ask] = []
    for policy in program.policies:
        asks += _of_policy(policy)
    for choice in program.choices:
        for policy in choice.policies:
            asks += _of_member(choice, policy)
        asks += _settled(choice)
    pods = _telling(program)
    requesters = list(requesters_of(program, rollout))
    asks += [_asked(pod, who) for who in requesters for pod in pods]
    asks += _by_others(pods, requesters)
    asks += _elsewhere(pods)
    return list({json.dumps([a.object, a.old, *map(str, a.batch)], sort_keys=True): a for a in asks}.values())


# --- a policy's own suite ---------------------------------------------------------


def _of_policy(policy: ir.Policy) -> Iterator[Ask]:
    """Pods around the boundaries of ``policy``, where it holds: created, changed, and in workloads.

    Those of its suite, drawn ones, those of the golden verdicts, one that is wrong in all ways; and without what defaults set.
    """
    home = home_of(policy)
    pods = _pods_of(policy, home, _SUITE)
    verdicts = [
        whole(dict(pod), home)
        for check in policy.checks
        for _, pod in verdict_pods(replace(policy, checks=(check,)), control_of(check.control))
    ]
    created = [*pods, *verdicts[:: max(1, len(verdicts) // _SUITE)]]
    if policy.defaults:
        created += [bare for bare in map(without_contexts, pods) if bare not in pods]
        created += [*listing(policy, home), *set_otherwise(policy, home)]
    yield from (Ask(pod, home) for pod in created if not is_debugged(pod))
    yield from (Ask(pod, home, user="", is_file=True) for pod in with_nulls(policy, home, pods))
    yield from _changed(policy, home, pods)
    yield from _alone(policy, home, pods)
    yield from _of_workloads(home, [pod for pod in pods if not is_debugged(pod)])


def _of_member(choice: ir.Choice, policy: ir.Policy) -> Iterator[Ask]:
    """The same of a policy of a choice, some of it, as somebody asks who may use it."""
    grants = [grant for grant in choice.grants if grant.policy == policy.name]
    who = next((requester for grant in grants for requester in named(grant.subjects, _one_of(grant.namespaces))), None)
    if who is None:
        return
    everywhere = replace(policy, scope=EVERYWHERE)
    pods = _pods_of(everywhere, who.namespace, _MEMBER)
    if policy.defaults:
        pods += [bare for bare in map(without_contexts, pods) if bare not in pods]
    asked = [Ask(pod, who.namespace) for pod in pods if not is_debugged(pod)]
    changed = list(_changed(everywhere, who.namespace, pods))
    asked += [*changed[:_MEMBER], *changed[_MEMBER:][-2:]]
    alone = list(_alone(everywhere, who.namespace, _pods_of(everywhere, who.namespace, _SUITE)))
    yield from (replace(ask, user=who.user, groups=who.groups) for ask in (*asked, *alone))
    yield from _of_templates(alone)


def _settled(choice: ir.Choice) -> Iterator[Ask]:
    """Pods as the defaults of each policy leave them, as whoever may use one of them asks: another may still set its own.

    A profile of a pod counts for the order in which the policies are tried.
    """
    if not any(policy.defaults for policy in choice.policies):
        return
    bare = whole(
        {"metadata": {"name": "bare"}, "spec": {"containers": [{"name": "main", "image": "app:1"}]}}, "default"
    )
    profile = {"spec": {"securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}}}
    annotated = {"metadata": {"annotations": {"seccomp.security.alpha.kubernetes.io/pod": "runtime/default"}}}
    pods = [bare, *(dict(interpreter.judge(policy, bare).pod) for policy in choice.policies)]
    pods.append(dict(interpreter.judge(choice.policies[-1], pods[1]).pod))
    pods = [variant for pod in pods for variant in (pod, merge(pod, profile), merge(merge(pod, profile), annotated))]
    for grant in choice.grants:
        for who in named(grant.subjects, _one_of(grant.namespaces)):
            yield from (_asked(pod, who) for pod in pods)


def _one_of(names: Names) -> str:
    return next((name for name in near(names)), "default")


def _pods_of(policy: ir.Policy, home: str, most: int) -> list[Json]:
    pods = [whole(case.pod, home) for case in cases_for(policy, most) if case.old_pod is None]
    pods += [whole(dict(pod), home) for pod in draw_pods(policy, 1, most // 4, ephemeral=False)]
    pods += [*_nearly_exempt(policy, home), *_nearly_left_out(policy, pods), *_crowded(policy, home)]
    return list({json.dumps(pod, sort_keys=True): pod for pod in pods}.values())


def _changed(policy: ir.Policy, home: str, pods: list[Json]) -> Iterator[Ask]:
    """Pods that the policy refuses, changed in something that it does not look at, from the accepted pod, from another that
    it refuses, in the names of containers alone, and in annotations alone; and with a debug container that is new."""
    accepted = whole(dict(accepted_by(policy)), home)
    before = accepted
    refused = [pod for pod in pods if not interpreter.check(policy, pod).allowed]
    for pod in (pod for pod in pods if is_debugged(pod)):
        old = {**pod, "spec": {k: v for k, v in pod["spec"].items() if k != "ephemeralContainers"}}
        yield Ask(pod, home, operation="UPDATE", old=old, subresource="ephemeralcontainers")
    for number, pod in enumerate(refused[:: max(1, len(refused) // _CHANGED)]):
        later = {**pod, "spec": {**pod["spec"], "activeDeadlineSeconds": 5}}
        for old in (accepted, pod, before, _renamed(pod))[: 4 if number < 3 else 3]:
            yield Ask(later, home, operation="UPDATE", old={**old, "metadata": later["metadata"]})
        if "annotations" in pod["metadata"]:
            metadata = {key: value for key, value in pod["metadata"].items() if key != "annotations"}
            yield Ask(pod, home, operation="UPDATE", old={**pod, "metadata": metadata})
        before = pod
    labelled = {**accepted, "metadata": {**accepted["metadata"], "labels": {"a": "b"}}}
    yield Ask(labelled, home, operation="UPDATE", old=accepted)
    if policy.defaults:
        bare = without_contexts(accepted)
        yield Ask({**bare, "metadata": {**bare["metadata"], "labels": {"a": "b"}}}, home, operation="UPDATE", old=bare)
        yield Ask(bare, home, operation="UPDATE", old=accepted)


def _alone(policy: ir.Policy, home: str, pods: list[Json]) -> Iterator[Ask]:
    """Updates of a pod that the policy accepts to one that it refuses: for each place of a pod one that changes it alone."""
    plain = [pod for pod in pods if not is_debugged(pod)]
    judged = [(pod, interpreter.check(policy, pod).allowed) for pod in (*plain, *map(_inheriting, plain))]
    accepted = [whole(dict(accepted_by(policy)), home), *(pod for pod, allowed in judged if allowed)]
    by_place: dict[tuple[str, ...], tuple[Json, Json]] = {}
    for pod in (pod for pod, allowed in judged if not allowed):
        for old in accepted:
            places = set(_places(old["spec"], pod["spec"]))
            if len(places) == 1:
                by_place.setdefault(places.pop(), (old, pod))
    for old, pod in by_place.values():
        yield Ask(pod, home, operation="UPDATE", old={**old, "metadata": pod["metadata"]})


def _inheriting(pod: Json) -> Json:
    """``pod`` whose containers have nothing of their own where the pod's security context counts."""
    containers = [
        {
            **container,
            "securityContext": {k: v for k, v in container.get("securityContext", {}).items() if k not in INHERITED},
        }
        for container in pod["spec"]["containers"]
    ]
    return {**pod, "spec": {**pod["spec"], "containers": containers}}


def _places(before: object, after: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where two values differ, without the places in lists."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted({*before, *after}):
            yield from _places(before.get(name), after.get(name), (*path, name))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for first, second in zip(before, after, strict=True):
            yield from _places(first, second, path)
    elif before != after:
        yield path


def _renamed(pod: Json) -> Json:
    """``pod`` with its containers called otherwise."""
    containers = [{**container, "name": f"{container['name']}-before"} for container in pod["spec"]["containers"]]
    return {**pod, "spec": {**pod["spec"], "containers": containers}}


def _of_workloads(home: str, pods: list[Json]) -> Iterator[Ask]:
    """Workloads of some of ``pods``, the kinds in turn: created, changed, changed in nothing that is looked at, and owned."""
    workloads = [workload(number, pod) for number, pod in enumerate(pods[:: max(1, len(pods) // _WORKLOADS)])]
    yield from (Ask(owned, home) for owned in workloads)
    for controller in (True, False):
        owners = [{"apiVersion": "example.com/v1", "kind": "Owner", "name": "o", "uid": "1", "controller": controller}]
        yield from (
            Ask({**owned, "metadata": {**owned["metadata"], "ownerReferences": owners}}, home) for owned in workloads
        )
    kinds = len(KINDS)
    for before, after in zip(workloads, workloads[kinds:], strict=False):
        yield Ask({**after, "metadata": before["metadata"]}, home, operation="UPDATE", old=before)
        yield Ask(
            {**after, "metadata": {**after["metadata"], "labels": {"a": "b"}}}, home, operation="UPDATE", old=after
        )


def _of_templates(updates: Iterable[Ask]) -> Iterator[Ask]:
    """``updates`` of pods as updates of templates: in a Deployment, and in a CronJob."""
    for ask in updates:
        for number in (0, len(KINDS) - 1):
            after, before = (workload(number, pod) for pod in (ask.object, ask.old) if pod is not None)
            yield replace(ask, object=after, old=before)


def _nearly_left_out(policy: ir.Policy, pods: list[Json]) -> Iterator[Json]:
    """Refused pods with each value of the fields that an ``unless`` asks for."""
    left_out = [
        field
        for field in FIELDS.values()
        if any(word in c.shape for c in policy.checks for _, word in field.values.values())
    ]
    refused = [pod for pod in pods if not interpreter.check(policy, pod).allowed][:3]
    for field in left_out:
        for value, _ in field.values.values():
            fragment: object = value
            for name in reversed(field.path):
                fragment = {name: fragment}
            yield from (merge(pod, fragment) for pod in refused)  # type: ignore[misc]


def _crowded(policy: ir.Policy, home: str) -> Iterator[Json]:
    """A pod that is wrong in many ways: what each check says of it has several findings, in their order."""
    crowded: Json = whole(dict(accepted_by(policy)), home)
    first = crowded["spec"]["containers"][0]
    containers = [first]
    for check in policy.checks:
        for probe in control_of(check.control).probes(check):
            if probe.container is None:
                crowded = json.loads(json.dumps(merge(crowded, probe.pod or {})))
            elif len(containers) < _CROWD:
                containers.append(merge({**first, "name": f"c{len(containers)}"}, probe.container))
    crowded["metadata"]["name"] = "crowded"
    yield {**crowded, "spec": {**crowded["spec"], "containers": containers}}


def _nearly_exempt(policy: ir.Policy, home: str) -> Iterator[Json]:
    """Pods that the policy refuses, but for containers of the names and images that are exempt, and of some nearly so."""
    everywhere = replace(policy, scope=EVERYWHERE, exemptions=())
    refused = [c.pod for c in cases_for(everywhere, _SUITE) if not c.allowed and "ephemeral" not in str(c.pod)]
    for kind, exact, starting in (
        ("name", "exemptContainers", "exemptContainersStarting"),
        ("image", "exemptImages", "exemptImagesStarting"),
    ):
        params = [dict(check.params) for check in policy.checks]
        words = dict.fromkeys(word for given in params for name in (exact, starting) for word in given.get(name, ()))
        names = Names(
            tuple(word for word in words if not str(word).endswith("*")),
            tuple(str(word)[:-1] for word in words if str(word).endswith("*")),
        )
        for called in near(names) if words else ():
            for pod in refused:
                renamed: Json = json.loads(json.dumps(whole(pod, home)))
                renamed["spec"]["containers"][0][kind] = called
                yield renamed


# --- who asks -----------------------------------------------------------------------


def _telling(program: ir.Program) -> list[Json]:
    """For each policy a pod that it refuses, and one pod that says nothing; of a choice, pods that one policy alone accepts."""
    policies = [*program.policies, *(policy for choice in program.choices for policy in choice.policies)]
    pods = [{"metadata": {"name": "bare"}, "spec": {"containers": [{"name": "main", "image": "app:1"}]}}]
    for number, policy in enumerate(policies):
        everywhere = replace(policy, scope=EVERYWHERE, exemptions=())
        refused: list[Case] = [c for c in cases_for(everywhere, _SUITE) if not c.allowed and c.old_pod is None]
        plain = [c for c in refused if "ephemeralContainers" not in str(c.pod)]
        if plain:
            pod: Json = json.loads(json.dumps(plain[0].pod))
            pods.append({**pod, "metadata": {**pod["metadata"], "name": f"refused-{number}"}})
    for choice in program.choices:
        pods += _parting(choice)
    return pods


def _parting(choice: ir.Choice) -> Iterator[Json]:
    """For each policy of ``choice`` a pod that it accepts, and as few of the others as can be."""
    candidates = [
        case.pod
        for policy in choice.policies
        for case in cases_for(replace(policy, scope=EVERYWHERE, exemptions=()), _SUITE)
        if not case.allowed and case.old_pod is None and "ephemeralContainers" not in str(case.pod)
    ]
    accepted = [frozenset(p.name for p in choice.policies if interpreter.check(p, pod).allowed) for pod in candidates]
    for policy in choice.policies:
        mine = [number for number, names in enumerate(accepted) if policy.name in names]
        if mine:
            pod: Json = json.loads(json.dumps(candidates[min(mine, key=lambda number: len(accepted[number]))]))
            yield {**pod, "metadata": {**pod["metadata"], "name": f"for-{policy.name}"}}


def _asked(pod: Json, who: Request) -> Ask:
    asked: Json = {**pod, "spec": dict(pod["spec"])}
    if who.service_account:
        asked["spec"]["serviceAccountName"] = who.service_account
    return Ask({**whole(asked, who.namespace), "spec": asked["spec"]}, who.namespace, who.user, who.groups)


# --- what else there is ---------------------------------------------------------------


def _by_others(pods: list[Json], requesters: list[Request]) -> Iterator[Ask]:
    """Workloads of ``pods`` that some of ``requesters`` apply, of their accounts, in their namespaces."""
    refused = pods[1:] or pods
    for number, who in enumerate(requesters):
        pod = refused[number % len(refused)]
        pod_of_requester = {
            **pod,
            "spec": {**pod["spec"], **({"serviceAccountName": who.service_account} if who.service_account else {})},
        }
        yield Ask(workload(number, whole(pod_of_requester, who.namespace)), who.namespace, who.user, who.groups)


def _elsewhere(pods: list[Json]) -> Iterator[Ask]:
    """Requests that no policy is about: deletions, other subresources, other objects."""
    bare = whole(pods[0], "default")
    for pod in (whole(pod, "default") for pod in pods[1:]):
        yield Ask(pod, operation="DELETE", old=pod)
        yield Ask(pod, operation="UPDATE", old=bare, subresource="status")
        yield Ask({**pod, "kind": "PodTemplate", "template": {"spec": pod["spec"]}})
    yield Ask({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "default"}, "data": {}})
    yield Ask({
        "apiVersion": "apps/v1", "kind": "ControllerRevision", "revision": 1,
        "metadata": {"name": "r", "namespace": "default"},
    })  # fmt: skip


def batches(asked: Iterable[Ask]) -> list[list[Ask]]:
    """``asked`` in lists that one review can hold, none of them long."""
    by_batch: dict[tuple[object, ...], list[Ask]] = {}
    for ask in asked:
        by_batch.setdefault((*ask.batch, ask.object["kind"] == "Pod"), []).append(ask)
    return [mine[start : start + _MOST] for mine in by_batch.values() for start in range(0, len(mine), _MOST)]
