"""The engines that are asked about `exempting`'s policies: what each policy by itself says of each pod."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import yaml

from conformance.jsonl import Json, Process
from conformance.targets._base import documents
from pscc.ir.access import Request
from pscc.output.contents import Output
from pscc.targets.shared.kyverno_suite import old_object
from support.engines import run
from support.exempting import Asked

Objections = list[dict[str, list[str]]]
"""For each question, the messages of each policy that has some."""
_ASK = """\
package ask

answers := [said |
	some request in input
	said := policies with input as request
]
"""


def opa(folder: Path, output: Output, names: list[str], asked: tuple[Asked, ...]) -> Objections:
    """The ``deny`` of each policy of ``names``, in one evaluation."""
    for file in output.files:
        if file.path.endswith(".rego") and not file.path.endswith("_test.rego"):
            path = folder / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.text, encoding="utf-8")
    # a rule each: to walk over data.pscc would evaluate every package for every pod
    rules = (
        f'\npolicies["{name}"] := data.pscc.policy_{name.replace("-", "_")}.deny if '
        f'input.request.namespace == "{name.rpartition("-")[0]}"\n'
        for name in names
    )
    (folder / "ask.rego").write_text(_ASK + "".join(rules), encoding="utf-8")
    reviews = [
        {
            "kind": "AdmissionReview",
            "request": {
                "operation": "CREATE" if question.old_pod is None else "UPDATE",
                "namespace": question.request.namespace,
                "userInfo": {"username": question.request.user, "groups": list(question.request.groups)},
                "object": question.pod,
                **({} if question.old_pod is None else {"oldObject": question.old_pod}),
            },
        }
        for question in asked
    ]
    arguments = ("eval", "--format", "json", "--data", folder, "--stdin-input", "data.ask.answers")
    done = run("opa", *arguments, stdin=json.dumps(reviews))
    assert done.returncode == 0, done.stdout + done.stderr
    answers = json.loads(done.stdout)["result"][0]["expressions"][0]["value"]
    return [{name: sorted(messages) for name, messages in answer.items() if messages} for answer in answers]


def reviewed(process: Process, output: Output, asked: tuple[Asked, ...]) -> list[Json]:
    """What ``process`` says of each question, batch by batch: who asks, and whether it is an update."""
    process.ask({"op": "load", "documents": documents(output)})
    results: dict[int, Json] = {}
    for (user, groups, update), numbers in _batches(asked):
        request: Json = {
            "op": "review",
            "user": {"name": user, "groups": list(groups)},
            "pods": [asked[number].pod for number in numbers],
        }
        if update:
            request |= {"operation": "UPDATE", "oldPods": [asked[number].old_pod for number in numbers]}
        results |= zip(numbers, process.results(request), strict=True)
    in_order = [results[number] for number in range(len(asked))]
    assert not any(result.get("error") for result in in_order), [r["error"] for r in in_order if r.get("error")][:3]
    return in_order


def _batches(asked: tuple[Asked, ...]) -> Iterable[tuple[tuple[str, tuple[str, ...], bool], list[int]]]:
    batches: dict[tuple[str, tuple[str, ...], bool], list[int]] = {}
    for number, question in enumerate(asked):
        batches.setdefault((question.request.user, question.request.groups, question.old_pod is not None), []).append(
            number
        )
    return batches.items()


def gatekeeper(process: Process, output: Output, asked: tuple[Asked, ...]) -> Objections:
    """Gatekeeper's webhook: the constraints of a policy are in the folder of its name."""
    policies = {
        (document["kind"], document["metadata"]["name"]): file.path.removeprefix("policies/").partition("/")[0]
        for file in output.files
        if file.path.startswith("policies/") and not file.path.endswith("kustomization.yaml")
        for document in yaml.safe_load_all(file.text)
    }
    results = reviewed(process, output, asked)
    return _by_policy(results, "violations", lambda violation: policies[violation["kind"], violation["name"]])


def policies(process: Process, output: Output, asked: tuple[Asked, ...]) -> Objections:
    """The API server's plugin, or Kyverno's webhook."""
    return _by_policy(reviewed(process, output, asked), "findings", lambda finding: str(finding["policy"]))


def _by_policy(results: list[Json], field: str, policy: Callable[[Json], str]) -> Objections:
    objections: Objections = []
    for result in results:
        by_policy: dict[str, list[str]] = {}
        for objection in result[field]:
            by_policy.setdefault(policy(objection), []).append(objection["message"])
        objections.append({name: sorted(messages) for name, messages in by_policy.items()})
    return objections


def kyverno(folder: Path, output: Output, asked: tuple[Asked, ...]) -> Objections:
    """Kyverno's command line, a run for each who asks and for updates; an error counts as a refusal."""
    policies = documents(output)
    names = [str(policy["metadata"]["name"]) for policy in policies]
    (folder / "policies.yaml").write_text(_stream(policies), encoding="utf-8")
    objections: Objections = [{} for _ in asked]
    for (user, groups, update), numbers in _batches(asked):
        request = Request(user=user, groups=groups)
        _write_asked(folder, names, [asked[number] for number in numbers], request, update)
        arguments = [folder / "policies.yaml", "-r", folder / "pods.yaml", "-p", "--userinfo", folder / "user.yaml"]
        arguments += ["--values-file", folder / "values.yaml"] if update else []
        done = run("kyverno", "apply", *arguments, "--output-format", "json")
        assert "{" in done.stdout, done.stdout + done.stderr
        by_name = {asked[number].pod["metadata"]["name"]: number for number in numbers}
        for result in json.loads(done.stdout[done.stdout.index("{") :])["results"]:
            if result["result"] not in ("pass", "skip"):
                by_policy = objections[by_name[result["resources"][0]["name"]]]
                by_policy.setdefault(result["policy"], []).append(result.get("message", ""))
    return [{name: sorted(messages) for name, messages in by_policy.items()} for by_policy in objections]


def _write_asked(folder: Path, names: list[str], asked: list[Asked], request: Request, update: bool) -> None:
    """Write what a run reads: the pods, who asks, and the old pods of updates."""
    (folder / "pods.yaml").write_text(_stream([question.pod for question in asked]), encoding="utf-8")
    user = {"apiVersion": "cli.kyverno.io/v1alpha1", "kind": "UserInfo", "metadata": {"name": "user"}}
    info = {"username": request.user, "groups": list(request.groups)}
    (folder / "user.yaml").write_text(_stream([{**user, "userInfo": info}]), encoding="utf-8")
    if update:
        rows = [
            {
                "name": question.pod["metadata"]["name"],
                "values": {
                    "request.operation": "UPDATE",
                    "request.oldObject": old_object(question.pod, question.old_pod),
                },
            }
            for question in asked
        ]
        of = [{"name": name, "resources": rows} for name in names]
        values = {"apiVersion": "cli.kyverno.io/v1alpha1", "kind": "Values", "policies": of}
        (folder / "values.yaml").write_text(_stream([values]), encoding="utf-8")


def _stream(objects: list[Json]) -> str:
    return "---\n".join(json.dumps(document) + "\n" for document in objects)
