"""The real engines, asked about requests of every kind: who asks, in which namespace with which labels, for what operation."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from conformance.jsonl import EngineError, Json, Process
from conformance.space.meaning import ACTIONS, Compiled, Says, Word
from conformance.space.requests import Asked
from conformance.targets._base import resources
from conformance.targets.kyverno import as_integers
from pscc.ir import Program
from pscc.ir.access import EVERYONE
from pscc.verify.engines._base import EngineError as CommandError
from pscc.verify.engines._base import Review
from pscc.verify.engines.kyverno import Kyverno
from support.engines import engine, run

Ask = Callable[[Compiled, Sequence[Asked]], list[Word]]
"""What an engine says of each request when just that output is applied. Raises `EngineError` where it cannot load it."""


def _loaded(process: Process, compilation: Compiled, requests: Sequence[Asked]) -> None:
    documents = [d for _, text in resources(compilation.output) for d in yaml.load_all(text, Loader=yaml.CSafeLoader)]
    spaces = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": dict(labels)}}
        for name, labels in {request.who.namespace: request.who.namespace_labels for request in requests}.items()
    ]
    process.ask({"op": "load", "documents": [*documents, *spaces]})


def _review(asked: Asked, namespace: object) -> Json:
    review: Json = {
        "op": "review", "mutate": asked.operation != "DELETE", "operation": asked.operation, "pods": [asked.object],
        "user": {"name": asked.who.user, "groups": list(asked.who.groups)}, "namespace": namespace,
    }  # fmt: skip
    if asked.operation == "UPDATE":
        review["oldPods"] = [asked.old]
    if asked.subresource:
        review["subresource"] = asked.subresource
    return review


def _answer(asked: Asked, result: Json, field: str, actions: Callable[[Json], Sequence[str]]) -> Word:
    if result.get("error"):
        return Word((("deny", f"error: {result['error']}"),), None)
    says: set[Says] = {
        (ACTIONS.get(action, action), finding["message"]) for finding in result[field] for action in actions(finding)
    }
    if not result["allowed"] and not any(action == "deny" for action, _ in says):
        says.add(("deny", f"error: {result.get('message')}"))
    return Word(tuple(sorted(says)), _pod(asked, result))


def _pod(asked: Asked, result: Json) -> Json | None:
    return result.get("pod") if asked.kind == "Pod" and asked.operation == "CREATE" else None


def webhooks(process: Process, field: str, actions: Callable[[Json], Sequence[str]]) -> Ask:
    """Gatekeeper's or Kyverno's webhooks in ``process``; their answers have what they say under ``field``."""

    def ask(compilation: Compiled, requests: Sequence[Asked]) -> list[Word]:
        _loaded(process, compilation, requests)
        answers = []
        for asked in requests:
            space = {"name": asked.who.namespace, "labels": dict(asked.who.namespace_labels)}
            (result,) = process.results(_review(asked, space))
            answers.append(_answer(asked, result, field, actions))
        return answers

    return ask


def gatekeeper(process: Process) -> Ask:
    """Gatekeeper's mutating and validating webhooks."""
    return webhooks(
        process, "violations", lambda violation: violation.get("actions") or [violation["enforcementAction"]]
    )


def kyverno(process: Process) -> Ask:
    """The webhooks of Kyverno's admission controller. A finding that is an error denies."""
    return webhooks(
        process, "findings", lambda finding: finding["actions"] if finding["status"] == "fail" else ["deny"]
    )


def plugins(process: Process) -> Ask:
    """The API server's plugins; a live choice asks an authorizer that knows its grants."""

    def ask(compilation: Compiled, requests: Sequence[Asked]) -> list[Word]:
        _loaded(process, compilation, requests)
        grants = rbac(compilation.source)
        answers = []
        for asked in requests:
            (result,) = process.results({**_review(asked, asked.who.namespace), "grants": grants})
            answers.append(_answer(asked, result, "findings", lambda finding: finding["actions"]))
        return answers

    return ask


def rbac(program: Program) -> list[Json]:
    """The grants of live choices as the cluster's RBAC has them."""
    bindings: list[Json] = []
    for number, grant in enumerate(g for choice in program.choices if choice.live for g in choice.grants):
        who = grant.subjects
        users = [{"user": name} for name in who.users.exact]
        users += [
            {"user": f"system:serviceaccount:{account.replace('/', ':')}"} for account in who.service_accounts.exact
        ]
        named = [{}] if who.everyone or who == EVERYONE else [*users, *({"group": name} for name in who.groups.exact)]
        places = (
            [{}] if grant.namespaces.prefixes else [{"namespace": namespace} for namespace in grant.namespaces.exact]
        )
        what = {
            "verb": "use", "resource": "podsecuritypolicies", "name": grant.policy,
            "apiGroup": ("policy", "extensions")[number % 2],
        }  # fmt: skip
        bindings += [{**what, **subject, **place} for subject in named for place in places]
    return bindings


_QUERY = (
    "answers := [answer | some request in input.requests; "
    'answer := {"deny": {msg | some msg in data.main.deny}, "warn": {msg | some msg in data.main.warn}} with input as request]'
)


def opa(compilation: Compiled, requests: Sequence[Asked]) -> list[Word]:
    """OPA's command line, all requests in one evaluation."""
    with TemporaryDirectory() as folder:
        for file in compilation.output.files:
            path = Path(folder) / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.text, encoding="utf-8")
        given = json.dumps({"requests": [_admission(asked) for asked in requests]})
        done = run("opa", "eval", "--format", "json", "--stdin-input", "--data", folder, _QUERY, stdin=given)
    if done.returncode != 0:
        raise EngineError(f"opa: {done.stdout}{done.stderr}")
    answers = json.loads(done.stdout)["result"][0]["bindings"]["answers"]
    assert len(answers) == len(requests)
    return [
        Word(tuple(sorted((action, text) for action, texts in answer.items() for text in texts)), None)
        for answer in answers
    ]


def _admission(asked: Asked) -> Json:
    who = {"username": asked.who.user, "groups": list(asked.who.groups)}
    request: Json = {"operation": asked.operation, "namespace": asked.who.namespace, "userInfo": who}
    if asked.operation != "DELETE":
        request["object"] = asked.object
    if asked.old is not None:
        request["oldObject"] = asked.old
    return {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": request}


def command_line(compilation: Compiled, requests: Sequence[Asked]) -> list[Word]:
    """``kyverno apply``, one run for each user and operation."""
    reviews = []
    for number, asked in enumerate(requests):
        name = f"pod-{number}"
        pods = [{**pod, "metadata": {**pod["metadata"], "name": name}} for pod in (asked.pod, asked.old) if pod]
        reviews.append(Review(name, pods[0], pods[1] if asked.operation == "UPDATE" else None, asked.who))
    try:
        answers = Kyverno(engine("kyverno"), _TIMEOUT).ask(compilation.output.files, reviews, lambda done: None)
    except CommandError as error:
        raise EngineError(str(error)) from None
    return [
        Word(
            tuple(sorted({*_plain("deny", answer.denials), *_plain("warn", answer.warnings)})),
            answer.pod if asked.operation == "CREATE" else None,
        )
        for asked, answer in zip(requests, answers, strict=True)
    ]


_TIMEOUT = 300.0


def _plain(action: str, messages: Sequence[str]) -> Iterator[Says]:
    """Messages with the numbers that the command line shows as floats written out."""
    return ((action, as_integers(text)) for text in messages)
