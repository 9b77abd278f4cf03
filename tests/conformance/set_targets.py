"""Sets of policies on the targets' engines: nothing let in that the set denies, nothing shut out but as announced.

The choice's meaning with demands for defaults is what a target that cannot set them is held to, verdict and words; what
the choice admits with them and the target does not has to have been announced.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from conformance.canonical import canonical
from conformance.jsonl import Json, Process
from conformance.sets import Asked, source
from conformance.targets._base import documents
from pscc import ir
from pscc.diagnostics import SourceError
from pscc.driver import analyse, packaged
from pscc.ir.access import Request
from pscc.lowering.choice_forms import lowered
from pscc.lowering.default_checks import choice_without, without
from pscc.lowering.partition import Entangled, partition
from pscc.lowering.rollout import asking_the_cluster
from pscc.lowering.shortfalls import ChoiceDefaultsNotSet, DefaultNotSet, DefaultSetWidely
from pscc.output.contents import Output
from pscc.output.options import DEFAULTS, Options
from pscc.reference import interpreter
from pscc.reference.admission import Admission, accepts_as_it_is, admit, usable
from pscc.targets.registry import target_named
from pscc.targets.shared.choice_cel import ASKING_RBAC
from support.engines import engine


@dataclass(slots=True)
class Held:
    """Requests asked of a target, and how they compare; ``announced`` are shut out as the compile had said.

    ``changed`` are the pods that a target left otherwise than they came.
    """

    requests: int = 0
    admitted: int = 0
    announced: int = 0
    changed: int = 0

    def add(self, other: Held) -> None:
        """Everything of ``other`` too."""
        self.requests += other.requests
        self.admitted += other.admitted
        self.announced += other.announced
        self.changed += other.changed


NOT_SET = (DefaultNotSet, ChoiceDefaultsNotSet)
"""The shortfalls that a pod may be refused for."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an engine says of a request: its messages (sorted), none where it admits, and the pod as it leaves it."""

    messages: tuple[str, ...]
    pod: Json


Ask = Callable[[Output, Asked], list[Said]]


@lru_cache(maxsize=8)
def _compiled(target: str, choice: ir.Choice, options: Options) -> Output:
    """What ``target`` makes of ``choice``, whoever asks."""
    return packaged(target_named(target), ir.Program(choices=(choice,)), options)


def held(target: str, ask: Ask, asked: Asked, count: Held, options: Options = DEFAULTS) -> list[str]:
    """Each way in which ``target``, compiled with ``options``, does not keep its word over the pods of ``asked``."""
    if asked.choice is None:
        return []
    output = _compiled(target, asked.choice, options)
    announced = any(isinstance(one, NOT_SET) for one in output.shortfalls)
    demanding = choice_without(asked.choice)
    wrong = []
    for pod, said in zip(asked.pods, ask(output, asked), strict=True):
        count.requests += 1
        plain, whole = accepts_as_it_is(demanding, asked.request, pod), admit(asked.choice, asked.request, pod)
        words = (plain.message,) if plain.message else ()
        count.admitted += not said.messages
        if said.messages != words:
            wrong.append(f"{target} says {said.messages}, the choice {words}\n{json.dumps(pod)}")
        elif not said.messages and not whole.allowed:
            wrong.append(f"{target} lets in: {whole.message}\n{json.dumps(pod)}")
        elif said.messages and whole.allowed:
            count.announced += 1
            if not announced:
                wrong.append(f"{target} shuts out, unannounced: {said.messages}\n{json.dumps(pod)}")
    return _told(wrong, asked)


def parted(target: str, ask: Ask, asked: Asked, count: Held) -> list[str]:
    """The same for a choice that is compiled to plain policies, which set defaults: the pod is compared, too.

    What may differ is what the compile announces: a default that is not set (TGT001), or set more widely (TGT002).
    """
    if asked.choice is None or isinstance(partition(asked.choice), Entangled):
        return []
    program, _ = lowered(ir.Program(choices=(asked.choice,)))
    output = packaged(target_named(target), program)
    announced = any(isinstance(one, (*NOT_SET, DefaultSetWidely)) for one in output.shortfalls)
    wrong = []
    for pod, said in zip(asked.pods, ask(output, asked), strict=True):
        count.requests += 1
        count.admitted += not said.messages
        whole = admit(asked.choice, asked.request, pod)
        if not said.messages and not whole.allowed:
            wrong.append(f"{target} lets in: {whole.message}\n{json.dumps(pod)}")
        elif said.messages and whole.allowed:
            count.announced += 1
            if not announced:
                wrong.append(f"{target} shuts out, unannounced: {said.messages}\n{json.dumps(pod)}")
        elif not said.messages and target in ("gatekeeper", "vap") and not announced:
            ours, theirs = (canonical(_without_nulls(made)) for made in (dict(whole.pod), said.pod))
            if ours != theirs:
                wrong.append(f"{target} makes {theirs}\nof {json.dumps(pod)}\nwhere the choice makes {ours}")
    return _told(wrong, asked)


def words_of(choice: ir.Choice, request: Request, pod: Json) -> str:
    """Why a pod that is created is refused: the nearest policy's reasons, without those that its defaults would have met."""
    told = []
    for policy in usable(choice, request):
        failing = {reason.shape for reason in interpreter.check(policy, interpreter.with_defaults(policy, pod)).reasons}
        demanding = without(policy, policy.defaults)
        kept = replace(demanding, checks=tuple(c for c in demanding.checks if c.shape in failing))
        verdict = interpreter.check(kept, pod)
        told.append((policy.name, verdict if verdict.reasons else interpreter.check(demanding, pod)))
    if not told:
        return accepts_as_it_is(choice, request, pod).message
    name, nearest = min(told, key=lambda one: len(one[1].reasons))
    of = f" (the nearest of the {len(told)} policies that may be used here)" if len(told) > 1 else ""
    return f"{name}: {'; '.join(nearest.messages)}{of}"


Admitted = Callable[[ir.Choice, Request, Json], Admission]


def asked_again(choice: ir.Choice, request: Request, pod: Json) -> Admission:
    """What ``choice`` says of ``pod``, asked again about the pod that it has changed, as the API server does."""
    whole = admit(choice, request, pod)
    return admit(choice, request, whole.pod) if whole.allowed else whole


def chosen_once(choice: ir.Choice, request: Request, pod: Json) -> Admission:
    """What ``choice`` says of ``pod`` where it is asked once, each default of the chosen policy seeing those before it.

    So Kyverno runs a MutatingPolicy: the policy that was chosen sets all of its defaults, and no other is chosen for the
    pod that it has made, as may be where the API server asks again.
    """
    whole = admit(choice, request, pod)
    if not whole.allowed:
        return whole
    (policy,) = [policy for policy in choice.policies if policy.name == whole.policy]
    changed = whole.pod != pod
    return replace(whole, pod=interpreter.with_defaults(policy, whole.pod)) if changed else whole


def exactly(
    target: str,
    ask: Ask,
    asked: Asked,
    count: Held,
    stored: Callable[[list[Json]], list[Json]],
    admitted: Admitted = asked_again,
) -> list[str]:
    """Each way in which a target that sets the defaults of a choice differs from it: verdict, changed pod, words.

    The words are those of `words_of`. A pod is as ``admitted`` leaves it: by default as PSP does when it is asked again,
    as the API server asks once more after a change. ``stored`` is what the API server's decoding makes of pods.
    """
    if asked.choice is None:
        return []
    output = _compiled(target, asked.choice, DEFAULTS)
    assert not any(isinstance(one, NOT_SET) for one in output.shortfalls)
    wrong = []
    for pod, said in zip(stored(list(asked.pods)), ask(output, asked), strict=True):
        count.requests += 1
        count.admitted += not said.messages
        whole = admitted(asked.choice, asked.request, pod)
        words = "" if whole.allowed else words_of(asked.choice, asked.request, pod)
        if said.messages != ((words,) if words else ()):
            wrong.append(f"{target} says {said.messages}, the choice {words!r}\n{json.dumps(pod)}")
        elif whole.allowed:
            wrong += _otherwise(target, pod, whole, said, stored, count)
    return _told(wrong, asked)


def _otherwise(
    who: str, pod: Json, whole: Admission, said: Said, stored: Callable[[list[Json]], list[Json]], count: Held
) -> list[str]:
    """Whether an engine leaves a pod that both admit otherwise than the choice does."""
    before, ours, theirs = (canonical(one) for one in (pod, *stored([dict(whole.pod), said.pod])))
    count.changed += ours != before
    return [] if ours == theirs else [f"{who} makes {theirs}\nof {json.dumps(pod)}\nwhere {whole.policy} makes {ours}"]


def _told(wrong: list[str], asked: Asked) -> list[str]:
    """Each text with who asked, and the cluster."""
    about = f"{asked.requester}\n{json.dumps(asked.cluster.psps)}\n{json.dumps(asked.cluster.grants)}"
    return [f"{text}\n{about}" for text in wrong]


def plugins(process: Process, grants: Sequence[Json] = (), old: Sequence[Json] = ()) -> Ask:
    """The API server's own plugins: MutatingAdmissionPolicies first. Their authorizer knows ``grants``.

    With ``old`` the pods are updates of those.
    """

    def ask(output: Output, asked: Asked) -> list[Said]:
        process.ask({"op": "load", "documents": documents(output)})
        who = asked.requester
        pods = [{"apiVersion": "v1", "kind": "Pod", **pod} for pod in asked.pods]
        review: Json = {"op": "review", "mutate": True, "pods": pods, "namespace": who.namespace}
        review |= {"grants": list(grants), **({"operation": "UPDATE", "oldPods": list(old)} if old else {})}
        review["user"] = {"name": who.user, "groups": list(who.groups)}
        return [
            Said((f"error: {result['error']}",), pod)
            if result.get("error")
            else Said(tuple(sorted({f["message"] for f in result["findings"]})), result.get("pod", pod))
            for pod, result in zip(pods, process.results(review), strict=True)
        ]

    return ask


def updated(
    target: str, updating: Callable[[Sequence[Json]], Ask], asked: Asked, count: Held, options: Options = DEFAULTS
) -> list[str]:
    """Each way in which updates fare otherwise on ``target``: judged as they are, where they change what is looked at.

    ``updating`` asks the engine for updates of the pods that it is given.
    """
    if asked.choice is None or len(asked.pods) < 2:
        return []
    output = _compiled(target, asked.choice, options)
    pods = list(asked.pods)
    old = [
        pods[0] if number % 3 else {**pod, "metadata": {**pod["metadata"], "labels": {"a": "b"}}}
        for number, pod in enumerate(pods)
    ]
    demanding = choice_without(asked.choice)
    wrong = []
    for pod, before, said in zip(pods, old, updating(old)(output, asked), strict=True):
        count.requests += 1
        count.admitted += not said.messages
        expected = admit(demanding, asked.request, pod, before)
        if said.messages != ((expected.message,) if expected.message else ()):
            wrong.append(
                f"an update says {said.messages}, the choice {expected.message!r}\n{json.dumps([before, pod])}"
            )
    return wrong


def live(process: Process, asked: Asked, count: Held) -> list[str]:
    """Each way in which ``--rbac live`` differs from the choice, where the authorizer says what the cluster's RBAC says."""
    try:
        _, program, _ = analyse(source(asked.cluster), everyone=True)
    except SourceError:
        return []
    if any(len(choice.policies) > ASKING_RBAC.most for choice in program.choices):
        return []
    output = packaged(target_named("vap"), asking_the_cluster(program))
    grants = [
        {
            "verb": "use",
            "resource": "podsecuritypolicies",
            "apiGroup": ("policy", "extensions")[number % 2],
            "name": grant["policy"].replace("*", ""),
            **{key: grant.get(key, "") for key in ("user", "group", "namespace")},
        }
        for number, grant in enumerate(asked.cluster.grants)
    ]
    wrong = []
    stored = stored_by(process)
    for pod, said in zip(stored(list(asked.pods)), plugins(process, grants)(output, asked), strict=True):
        count.requests += 1
        count.admitted += not said.messages
        if asked.choice is None:
            wrong += [] if said.messages else [f"lets in: {json.dumps(pod)}"]
            continue
        whole = asked_again(asked.choice, asked.request, pod)
        if whole.allowed is bool(said.messages):
            wrong.append(f"live says {said.messages}, the choice {whole.policy or whole.message}\n{json.dumps(pod)}")
        elif whole.allowed:
            wrong += _otherwise("live", pod, whole, said, stored, count)
    return _told(wrong, asked)


def stored_by(process: Process) -> Callable[[list[Json]], list[Json]]:
    """Pods as the API server decodes and defaults them."""

    def stored(pods: list[Json]) -> list[Json]:
        whole = [{"apiVersion": "v1", "kind": "Pod", **pod} for pod in pods]
        return [result["pod"] for result in process.results({"op": "normalize", "pods": whole})]

    return stored


def gatekeeper(process: Process, old: Sequence[Json] = ()) -> Ask:
    """Gatekeeper's webhooks: mutators first. With ``old`` the pods are updates of those."""

    def ask(output: Output, asked: Asked) -> list[Said]:
        return [
            Said(tuple(sorted(v["message"] for v in result["violations"])), result["pod"])
            for result in _reviewed(process, output, asked, old)
        ]

    return ask


def kyverno_webhooks(process: Process, old: Sequence[Json] = ()) -> Ask:
    """Kyverno's webhooks: MutatingPolicies first. With ``old`` the pods are updates of those."""

    def ask(output: Output, asked: Asked) -> list[Said]:
        return [
            Said(tuple(sorted(f["message"] for f in result["findings"])), result["pod"])
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


def opa(output: Output, asked: Asked) -> list[Said]:
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
        command = [engine("opa"), "eval", "--format", "json", "--stdin-input", "--data", folder, _QUERY]
        done = subprocess.run(
            command, input=json.dumps({"requests": reviews}), capture_output=True, text=True, check=True
        )
    answers = json.loads(done.stdout)["result"][0]["bindings"]["answers"]
    return [Said(tuple(sorted(messages)), pod) for messages, pod in zip(answers, asked.pods, strict=True)]


def _without_nulls(value: Any) -> Any:
    """As the API server sends it on."""
    if isinstance(value, dict):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value


def kyverno(output: Output, asked: Asked) -> list[Said]:
    """Kyverno's command line, which takes the user of all pods at once. An error is a denial."""
    who = asked.requester
    info = {"username": who.user, "groups": list(who.groups)}
    user = {"apiVersion": "cli.kyverno.io/v1alpha1", "kind": "UserInfo", "metadata": {"name": "user"}, "userInfo": info}
    pods = [
        _without_nulls(
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
        command = [engine("kyverno"), "apply", policies, "-r", resources, "-u", users, "-p", "--output-format", "json"]
        out = Path(folder) / "out"
        done = subprocess.run([*command, "-o", out], capture_output=True, text=True, check=False)
        changed = [p for path in out.glob("*") for p in yaml.safe_load_all(path.read_text(encoding="utf-8")) if p]
    left = {pod["metadata"]["name"]: pod for pod in (*pods, *changed)}
    results = json.loads(done.stdout[done.stdout.index("{") :])["results"]
    said: dict[str, list[str]] = {pod["metadata"]["name"]: [] for pod in pods}
    judged = set()
    for result in results:
        (name,) = [resource["name"] for resource in result["resources"]]
        judged.add(name)
        if result["result"] in ("fail", "error") and result["source"] != "KyvernoMutatingPolicy":
            said[name].append(result["message"])
    assert judged == set(said), "Kyverno has left pods out"
    return [Said(tuple(sorted(said[name])), left[name]) for name in (pod["metadata"]["name"] for pod in pods)]
