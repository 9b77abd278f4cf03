"""Workloads of sets of policies: each target says of a workload what the set says of the pod that it would make.

By the pod's service account: whoever applies a workload is not who asks for its pods.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from conformance.jsonl import Json
from conformance.set_engines import Ask
from conformance.set_targets import Held, words_of
from conformance.sets import Asked
from pscc import ir
from pscc.driver import packaged
from pscc.ir.access import AUTHENTICATED, Request
from pscc.lowering.default_checks import choice_without
from pscc.output.options import DEFAULTS, Options
from pscc.pod.templates import TEMPLATES
from pscc.reference.admission import accepts_as_it_is, admit
from pscc.targets.registry import target_named

KINDS = (
    ("apps/v1", "Deployment"), ("apps/v1", "DaemonSet"), ("apps/v1", "StatefulSet"), ("apps/v1", "ReplicaSet"),
    ("batch/v1", "Job"), ("batch/v1", "CronJob"),
)  # fmt: skip
"""The kinds that the conformance runs draw."""
EVERY_KIND = (*KINDS, ("v1", "ReplicationController"))


def workload(number: int, pod: Json, kinds: tuple[tuple[str, str], ...] = KINDS) -> Json:
    """A workload that would make ``pod``; of each of ``kinds`` in turn."""
    version, kind = kinds[number % len(kinds)]
    template = {"metadata": {k: v for k, v in pod["metadata"].items() if k == "annotations"}, "spec": pod["spec"]}
    selector: Json = {} if kind == "ReplicationController" else {"matchLabels": {}}
    spec: Json = {"selector": selector, "template": template}
    if kind == "CronJob":
        spec = {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": template}}}
    return {
        "apiVersion": version,
        "kind": kind,
        "metadata": {"name": f"w{number}", "namespace": pod["metadata"].get("namespace", "default")},
        "spec": spec,
    }


def made_by(owner: Json) -> Json:
    """The pod that ``owner`` would make; a pod itself."""
    if owner["kind"] == "Pod":
        return owner
    template = owner
    for step in TEMPLATES[owner["kind"]]:
        template = template[step]
    metadata = {**template.get("metadata", {}), **{k: owner["metadata"][k] for k in ("name", "namespace")}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}


def words_with_defaults(choice: ir.Choice, request: Request, pod: Json) -> str:
    """What is said of a workload where the target sets the defaults of ``choice`` in its pods."""
    if admit(choice, request, pod).allowed:
        return ""
    message = words_of(choice, request, pod)
    aside = f" (no user in this review: judged by service account {request.namespace}/{request.service_account} alone)"
    return message if message.endswith(aside) else message + aside


def words_without(choice: ir.Choice, request: Request, pod: Json) -> str:
    """The same where it sets none."""
    return accepts_as_it_is(choice_without(choice), request, pod).message


def of_workloads(
    target: str,
    ask: Ask,
    asked: Asked,
    count: Held,
    words: Callable[[ir.Choice, Request, Json], str],
    options: Options = DEFAULTS,
) -> list[str]:
    """Each way in which ``target`` does not say of the workloads that make the pods of ``asked`` what ``words`` says.

    One in three names no service account.
    """
    if asked.choice is None:
        return []
    output = packaged(target_named(target), ir.Program(choices=(asked.choice,)), options)
    pods = [_template(pod, named=number % 3 > 0) for number, pod in enumerate(asked.pods)]
    workloads = tuple(workload(number, pod) for number, pod in enumerate(pods))
    wrong = []
    for pod, answer in zip(pods, ask(output, replace(asked, pods=workloads)), strict=True):
        count.requests += 1
        count.admitted += not answer.messages
        account = pod["spec"].get("serviceAccountName", "default")
        request = Request(asked.requester.namespace, "", (AUTHENTICATED,), account)
        expected = words(asked.choice, request, pod)
        if answer.messages != ((expected,) if expected else ()):
            who = f"{asked.requester}\n{json.dumps(asked.cluster.psps)}\n{json.dumps(asked.cluster.grants)}"
            wrong.append(
                f"of a workload {target} says {answer.messages}, the choice {expected!r}\n{json.dumps(pod)}\n{who}"
            )
    return wrong


def _template(pod: Json, named: bool) -> Json:
    left_out = {"ephemeralContainers", *(() if named else ("serviceAccountName", "serviceAccount"))}
    return {**pod, "spec": {key: value for key, value in pod["spec"].items() if key not in left_out}}
