"""The engines that judge sets of policies: each is asked about the pods of a set, with an output applied."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from conformance.jsonl import Json, Process
from conformance.sets import Asked
from conformance.targets._base import documents
from pscc.output.contents import Output
from support.engines import run


@dataclass(frozen=True, slots=True)
class Answer:
    """An engine's answer to a request: its messages (sorted), none where it admits, and the pod as it leaves it."""

    messages: tuple[str, ...]
    pod: Json


Ask = Callable[[Output, Asked], list[Answer]]


def plugins(process: Process, grants: Sequence[Json] = (), old: Sequence[Json] = ()) -> Ask:
    """The API server's own plugins: MutatingAdmissionPolicies first. Their authorizer knows ``grants``.

    With ``old`` the pods are updates of those.
    """

    def ask(output: Output, asked: Asked) -> list[Answer]:
        process.ask({"op": "load", "documents": documents(output)})
        who = asked.requester
        pods = [{"apiVersion": "v1", "kind": "Pod", **pod} for pod in asked.pods]
        review: Json = {"op": "review", "mutate": True, "pods": pods, "namespace": who.namespace}
        review |= {"grants": list(grants), **({"operation": "UPDATE", "oldPods": list(old)} if old else {})}
        review["user"] = {"name": who.user, "groups": list(who.groups)}
        return [
            Answer((f"error: {result['error']}",), pod)
            if result.get("error")
            else Answer(tuple(sorted({f["message"] for f in result["findings"]})), result.get("pod", pod))
            for pod, result in zip(pods, process.results(review), strict=True)
        ]

    return ask


def stored_by(process: Process) -> Callable[[list[Json]], list[Json]]:
    """Pods as the API server decodes and defaults them."""

    def stored(pods: list[Json]) -> list[Json]:
        whole = [{"apiVersion": "v1", "kind": "Pod", **pod} for pod in pods]
        return [result["pod"] for result in process.results({"op": "normalize", "pods": whole})]

    return stored


def gatekeeper(process: Process, old: Sequence[Json] = ()) -> Ask:
    """Gatekeeper's webhooks: mutators first. With ``old`` the pods are updates of those."""

    def ask(output: Output, asked: Asked) -> list[Answer]:
        return [
            Answer(tuple(sorted(v["message"] for v in result["violations"])), result["pod"])
            for result in _reviewed(process, output, asked, old)
        ]

    return ask


def kyverno_webhooks(process: Process, old: Sequence[Json] = ()) -> Ask:
    """Kyverno's webhooks: MutatingPolicies first. With ``old`` the pods are updates of those."""

    def ask(output: Output, asked: Asked) -> list[Answer]:
        return [
            Answer(tuple(sorted(f["message"] for f in result["findings"])), result["pod"])
            for result in _reviewed(process, output, asked, old)
        ]

    return ask


def _reviewed(process: Process, output: Output, asked: Asked, old: Sequence[Json]) -> list[Json]:
    """What the webhooks in ``process`` answer when just ``output`` is applied."""
    process.ask({"op": "load", "documents": documents(output)})
    who = asked.requester
    review: Json = {
        "op": "review",
        "mutate": True,
        "pods": [{"apiVersion": "v1", "kind": "Pod", **pod} for pod in asked.pods],
        "namespace": {"name": who.namespace},
        "user": {"name": who.user, "groups": list(who.groups)},
    }
    if old:
        review |= {"operation": "UPDATE", "oldPods": [{"apiVersion": "v1", "kind": "Pod", **pod} for pod in old]}
    return process.results(review)


_QUERY = "answers := [messages | some request in input.requests; messages := data.main.deny with input as request]"


def opa(output: Output, asked: Asked) -> list[Answer]:
    """OPA's command line, all requests in one evaluation."""
    who = asked.requester
    reviews = [
        {
            "kind": "AdmissionReview",
            "request": {
                "operation": "CREATE",
                "namespace": who.namespace,
                "userInfo": {"username": who.user, "groups": list(who.groups)},
                "object": {"apiVersion": "v1", "kind": "Pod", **pod},
            },
        }
        for pod in asked.pods
    ]
    with TemporaryDirectory() as folder:
        for file in output.files:
            path = Path(folder) / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.text, encoding="utf-8")
        arguments = ("eval", "--format", "json", "--stdin-input", "--data", folder, _QUERY)
        done = run("opa", *arguments, stdin=json.dumps({"requests": reviews}), check=True)
    answers = json.loads(done.stdout)["result"][0]["bindings"]["answers"]
    return [Answer(tuple(sorted(messages)), pod) for messages, pod in zip(answers, asked.pods, strict=True)]


def without_nulls(value: Any) -> Any:
    """``value`` without the fields that are null, as the API server sends it on."""
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [without_nulls(inner) for inner in value] if isinstance(value, list) else value


def kyverno(output: Output, asked: Asked) -> list[Answer]:
    """Kyverno's command line, which takes the user of all pods at once. An error is a denial."""
    who = asked.requester
    info = {"username": who.user, "groups": list(who.groups)}
    user = {"apiVersion": "cli.kyverno.io/v1alpha1", "kind": "UserInfo", "metadata": {"name": "user"}, "userInfo": info}
    pods = [
        without_nulls(
            {"apiVersion": "v1", "kind": "Pod", **pod, "metadata": {**pod["metadata"], "name": f"pod-{number}"}}
        )
        for number, pod in enumerate(asked.pods)
    ]
    texts = {file.path: file.text for file in output.files}
    with TemporaryDirectory() as folder:
        policies, resources, users = (Path(folder) / name for name in ("policies.yaml", "pods.yaml", "user.yaml"))
        policies.write_text("---\n".join(texts[path] for path in output.resources), encoding="utf-8")
        resources.write_text("---\n".join(json.dumps(pod) + "\n" for pod in pods), encoding="utf-8")
        users.write_text(json.dumps(user), encoding="utf-8")
        out = Path(folder) / "out"
        arguments = ("-r", resources, "-u", users, "-p", "--output-format", "json", "-o", out)
        done = run("kyverno", "apply", policies, *arguments)
        changed = [p for path in out.glob("*") for p in yaml.safe_load_all(path.read_text(encoding="utf-8")) if p]
    left = {pod["metadata"]["name"]: pod for pod in (*pods, *changed)}
    results = json.loads(done.stdout[done.stdout.index("{") :])["results"]
    messages: dict[str, list[str]] = {pod["metadata"]["name"]: [] for pod in pods}
    judged = set()
    for result in results:
        (name,) = [resource["name"] for resource in result["resources"]]
        judged.add(name)
        if result["result"] in ("fail", "error") and result["source"] != "KyvernoMutatingPolicy":
            messages[name].append(result["message"])
    assert judged == set(messages), "Kyverno has left pods out"
    return [Answer(tuple(sorted(messages[name])), left[name]) for name in (pod["metadata"]["name"] for pod in pods)]
