"""Draws requests around a program's boundaries: who asks, where, what for, and what is done with it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from conformance.jsonl import Json
from conformance.policies import statements_meaning
from conformance.workloads import KINDS, made_by, workload
from pscc import ir
from pscc.cases.draw import draw_pods
from pscc.cases.fragments import APP_ARMOR
from pscc.ir.access import Request
from pscc.pod.fields import CONTAINER_LISTS

Change = Literal[
    "image", "labels", "annotations", "tolerations", "deadline", "debug", "resize", "several", "template", "nothing"
]
CHANGES: tuple[Change, ...] = (
    "image", "labels", "annotations", "tolerations", "deadline", "debug", "resize", "several", "nothing",
)  # fmt: skip
"""What an update of a pod changes: no more than the API server allows. Source: ``ValidatePodUpdate``,
``ValidatePodEphemeralContainersUpdate`` and ``ValidatePodResize`` in Kubernetes ``pkg/apis/core/validation/validation.go``."""
SUBRESOURCES: dict[str, str] = {"debug": "ephemeralcontainers", "resize": "resize"}
"""The subresource by which a change is asked for, where it is one."""
NAMESPACES: dict[str, tuple[tuple[str, str], ...]] = {
    "team-a": (("tier", "edge"),),
    "team-b": (("tier", "core"), ("example.com/env", "prod")),
    "team-ab": (),
    "prod": (("tier", "edge"), ("example.com/env", "prod")),
    "kube-system": (("tier", "other"),),
    "default": (),
    "elsewhere": (),
}
"""The namespaces of the cluster that asks, with their labels."""
_IMAGES = (
    "app:1", "app:10", "app", "registry.example/mesh/proxy:2", "registry.example/mesh/", "registry.example/mesh",
    "registry.example/meshy/x", "localhost/x", "localhost/xy", "localhost", "other:1",
)  # fmt: skip
_CONTAINERS = ("main", "mai", "main2", "init", "istio-proxy", "istio", "istio-", "side")
_USERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("alice", ("system:authenticated",)),
    ("alic", ("ops", "system:authenticated")),
    ("team:carl", ("dev", "system:authenticated")),
    ("team:", ("op", "system:authenticated")),
    ("system:serviceaccount:team-a:robot", ("system:serviceaccounts", "system:serviceaccounts:team-a", "system:authenticated")),
    ("system:serviceaccount:kube-system:agent", ("system:serviceaccounts", "system:serviceaccounts:kube-system")),
    ("system:node:n1", ("system:nodes", "system:authenticated")),
    ("root", ("system:masters", "system:authenticated")),
    ('odd "user" {{ x }}', ("opsy", "system:authenticated")),
    ("bob", ()),
)  # fmt: skip
_ACCOUNTS = ("default", "robot", "robot2", "agent")


@dataclass(frozen=True, slots=True)
class Asked:
    """An admission request: ``object`` is a pod, or a workload that would make ``pod``.

    ``operation`` is the API's; an update has an ``old`` object. ``change`` says what it changes.
    """

    who: Request
    object: Json
    pod: Json
    operation: Literal["CREATE", "UPDATE", "DELETE"] = "CREATE"
    old: Json | None = None
    change: Change | None = None
    kind: str = "Pod"

    @property
    def is_of_a_pod(self) -> bool:
        """Whether a pod is created, or changed otherwise than in its resources."""
        return self.kind == "Pod" and self.operation != "DELETE" and self.change != "resize"

    @property
    def subresource(self) -> str:
        """The pod's subresource that is asked for, empty for the pod itself."""
        return SUBRESOURCES.get(self.change or "", "")


def draw(rng: random.Random, program: ir.Program, count: int, users: int | None = None) -> Iterator[Asked]:
    """``count`` requests, by as many ``users``: pods around the boundaries of every policy, those of choices too."""
    asking = rng.sample(_USERS, users or len(_USERS))
    policies = [*program.policies, *(policy for choice in program.choices for policy in choice.policies)]
    policies = policies or [statements_meaning("policy nothing-to-choose-from { deny hostPID }")]
    each = count // len(policies) + 1
    pods: list[Json] = []
    for policy in policies:
        pods += (dict(pod) for pod in draw_pods(policy, rng.randrange(2**30), each, ephemeral=False))
    rng.shuffle(pods)
    for number, pod in enumerate(pods[:count]):
        who = _who(rng, asking)
        drawn = _dressed(rng, pod, who)
        roll = rng.random()
        if roll < 0.62:
            yield Asked(who, drawn, drawn)
        elif roll < 0.82:
            yield _update(rng, who, drawn, _dressed(rng, rng.choice(pods), who))
        elif roll < 0.86:
            yield Asked(who, drawn, drawn, "DELETE", drawn)
        else:
            yield _workload(rng, who, drawn, number, _dressed(rng, rng.choice(pods), who))


def _who(rng: random.Random, users: list[tuple[str, tuple[str, ...]]]) -> Request:
    user, groups = rng.choice(users)
    namespace = rng.choice(list(NAMESPACES))
    account = rng.choice(("", *_ACCOUNTS, *_ACCOUNTS))
    return Request(namespace, user, groups, account, NAMESPACES[namespace])


def _dressed(rng: random.Random, pod: Json, who: Request) -> Json:
    """``pod`` in the namespace and of the account of ``who``, its containers with other images and, some, other names."""
    drawn: Json = json.loads(json.dumps(pod))
    drawn["metadata"]["namespace"] = who.namespace
    drawn["spec"].pop("serviceAccountName", None)
    if who.service_account:
        drawn["spec"]["serviceAccountName"] = who.service_account
    taken = {c["name"] for kind in CONTAINER_LISTS for c in drawn["spec"].get(kind) or []}
    annotations = drawn["metadata"].get("annotations") or {}
    for kind in CONTAINER_LISTS:
        for container in drawn["spec"].get(kind) or []:
            if rng.random() < 0.7:
                container["image"] = rng.choice(_IMAGES)
            name = rng.choice(_CONTAINERS)
            if rng.random() < 0.4 and name not in taken and name != "istio-":
                if (key := f"{APP_ARMOR}{container['name']}") in annotations:
                    annotations[f"{APP_ARMOR}{name}"] = annotations.pop(key)
                container["name"] = name
                taken.add(name)
    return drawn


def _update(rng: random.Random, who: Request, drawn: Json, other: Json) -> Asked:
    """An update to ``drawn``, or to it with a debug container like one of ``other``."""
    change = rng.choice(CHANGES)
    old: Json = json.loads(json.dumps(drawn))
    pod: Json = json.loads(json.dumps(drawn))
    metadata, spec = pod["metadata"], pod["spec"]
    match change:
        case "image":
            rng.choice(spec["containers"])["image"] = rng.choice(_IMAGES)
        case "labels":
            metadata["labels"] = {**(metadata.get("labels") or {}), "a": "b"}
        case "annotations":
            metadata["annotations"] = {**(metadata.get("annotations") or {}), "note": rng.choice(("a", "b"))}
        case "tolerations":
            spec["tolerations"] = [*(spec.get("tolerations") or []), {"operator": "Exists"}]
        case "deadline":
            spec["activeDeadlineSeconds"] = 60
        case "debug":
            (first, *_) = other["spec"]["containers"]
            spec["ephemeralContainers"] = [{**_without(first, "ports", "resources"), "name": "debugger"}]
        case "resize":
            for before, amount in ((old, "1"), (pod, "2")):
                before["spec"]["containers"][0]["resources"] = {"requests": {"cpu": amount}}
        case "several":
            for container in (*spec["containers"], *(spec.get("initContainers") or [])):
                container["image"] = rng.choice(_IMAGES)
            metadata["labels"] = {"a": "b"}
            spec["activeDeadlineSeconds"] = 60
    return Asked(who, pod, pod, "UPDATE", old, change)


def _without(fields: Json, *names: str) -> Json:
    return {key: value for key, value in fields.items() if key not in names}


def _workload(rng: random.Random, who: Request, pod: Json, number: int, other: Json) -> Asked:
    """A workload that makes ``pod``: created, or updated by a label alone, or so that it made ``other`` before."""
    name = f"w{number}"
    kind = rng.randrange(len(KINDS))
    owner = workload(kind, _named(pod, name))
    request = replace(who, service_account=who.service_account or "default")
    asked = Asked(request, owner, made_by(owner), kind=owner["kind"])
    roll = rng.random()
    if roll < 0.2:
        old: Json = json.loads(json.dumps(owner))
        owner["metadata"]["labels"] = {"a": "b"}
        return replace(asked, operation="UPDATE", old=old, change="labels")
    if roll < 0.5 and owner["kind"] != "Job":
        return replace(asked, operation="UPDATE", old=workload(kind, _named(other, name)), change="template")
    return asked


def _named(pod: Json, name: str) -> Json:
    return {**pod, "metadata": {**pod["metadata"], "name": name}}
