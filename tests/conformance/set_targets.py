"""Sets of policies on the targets' engines: nothing let in that the set denies, nothing shut out but as announced.

The choice's meaning with demands for defaults is what a target that cannot set them is held to, verdict and words; what
the choice admits with them and the target does not has to have been announced.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from conformance.canonical import canonical
from conformance.jsonl import Json, Process
from conformance.set_engines import Answer, Ask, plugins, stored_by, without_nulls
from conformance.sets import Asked, source
from pscc import ir
from pscc.cases.updates import of_image
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


@dataclass(slots=True)
class Held:
    """Requests asked of a target, and how they compare; ``announced`` are shut out as the compile had announced.

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


@lru_cache(maxsize=8)
def _compiled(target: str, choice: ir.Choice, options: Options) -> Output:
    """What ``target`` makes of ``choice``, whoever asks."""
    return packaged(target_named(target), ir.Program(choices=(choice,)), options)


def held(target: str, ask: Ask, asked: Asked, count: Held, options: Options = DEFAULTS) -> list[str]:
    """Each way in which ``target``, compiled with ``options``, does not keep its word over the pods of ``asked``."""
    if asked.choice is None:
        return []
    output = _compiled(target, asked.choice, options)
    announced = any(isinstance(shortfall, NOT_SET) for shortfall in output.shortfalls)
    demanding = choice_without(asked.choice)
    wrong = []
    for pod, answer in zip(asked.pods, ask(output, asked), strict=True):
        count.requests += 1
        plain, whole = accepts_as_it_is(demanding, asked.request, pod), admit(asked.choice, asked.request, pod)
        words = (plain.message,) if plain.message else ()
        count.admitted += not answer.messages
        if answer.messages != words:
            wrong.append(f"{target} says {answer.messages}, the choice {words}\n{json.dumps(pod)}")
        elif not answer.messages and not whole.allowed:
            wrong.append(f"{target} lets in: {whole.message}\n{json.dumps(pod)}")
        elif answer.messages and whole.allowed:
            count.announced += 1
            if not announced:
                wrong.append(f"{target} shuts out, unannounced: {answer.messages}\n{json.dumps(pod)}")
    return _with_requester(wrong, asked)


def parted(target: str, ask: Ask, asked: Asked, count: Held) -> list[str]:
    """The same for a choice that is compiled to plain policies, which set defaults: the pod is compared, too.

    What may differ is what the compile announces: a default that is not set (TGT001), or set more widely (TGT002).
    """
    if asked.choice is None or isinstance(partition(asked.choice), Entangled):
        return []
    program, _ = lowered(ir.Program(choices=(asked.choice,)))
    output = packaged(target_named(target), program)
    announced = any(isinstance(shortfall, (*NOT_SET, DefaultSetWidely)) for shortfall in output.shortfalls)
    wrong = []
    for pod, answer in zip(asked.pods, ask(output, asked), strict=True):
        count.requests += 1
        count.admitted += not answer.messages
        whole = admit(asked.choice, asked.request, pod)
        if not answer.messages and not whole.allowed:
            wrong.append(f"{target} lets in: {whole.message}\n{json.dumps(pod)}")
        elif answer.messages and whole.allowed:
            count.announced += 1
            if not announced:
                wrong.append(f"{target} shuts out, unannounced: {answer.messages}\n{json.dumps(pod)}")
        elif not answer.messages and target in ("gatekeeper", "vap") and not announced:
            ours, theirs = (canonical(without_nulls(pod_)) for pod_ in (dict(whole.pod), answer.pod))
            if ours != theirs:
                wrong.append(f"{target} makes {theirs}\nof {json.dumps(pod)}\nwhere the choice makes {ours}")
    return _with_requester(wrong, asked)


def words_of(choice: ir.Choice, request: Request, pod: Json) -> str:
    """Why a pod that is created is refused: the nearest policy's reasons, without those that its defaults would have met."""
    by_policy = []
    for policy in usable(choice, request):
        failing = {reason.shape for reason in interpreter.check(policy, interpreter.with_defaults(policy, pod)).reasons}
        demanding = without(policy, policy.defaults)
        kept = replace(demanding, checks=tuple(c for c in demanding.checks if c.shape in failing))
        verdict = interpreter.check(kept, pod)
        by_policy.append((policy.name, verdict if verdict.reasons else interpreter.check(demanding, pod)))
    if not by_policy:
        return accepts_as_it_is(choice, request, pod).message
    name, nearest = min(by_policy, key=lambda named: len(named[1].reasons))
    of = f" (the nearest of the {len(by_policy)} policies that may be used here)" if len(by_policy) > 1 else ""
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
    assert not any(isinstance(shortfall, NOT_SET) for shortfall in output.shortfalls)
    wrong = []
    for pod, answer in zip(stored(list(asked.pods)), ask(output, asked), strict=True):
        count.requests += 1
        count.admitted += not answer.messages
        whole = admitted(asked.choice, asked.request, pod)
        words = "" if whole.allowed else words_of(asked.choice, asked.request, pod)
        if answer.messages != ((words,) if words else ()):
            wrong.append(f"{target} says {answer.messages}, the choice {words!r}\n{json.dumps(pod)}")
        elif whole.allowed:
            wrong += _otherwise(target, pod, whole, answer, stored, count)
    return _with_requester(wrong, asked)


def _otherwise(
    who: str, pod: Json, whole: Admission, answer: Answer, stored: Callable[[list[Json]], list[Json]], count: Held
) -> list[str]:
    """Whether an engine leaves a pod that both admit otherwise than the choice does."""
    before, ours, theirs = (canonical(pod_) for pod_ in (pod, *stored([dict(whole.pod), answer.pod])))
    count.changed += ours != before
    return [] if ours == theirs else [f"{who} makes {theirs}\nof {json.dumps(pod)}\nwhere {whole.policy} makes {ours}"]


def _with_requester(wrong: list[str], asked: Asked) -> list[str]:
    """Each text with who asked, and the cluster."""
    about = f"{asked.requester}\n{json.dumps(asked.cluster.psps)}\n{json.dumps(asked.cluster.grants)}"
    return [f"{text}\n{about}" for text in wrong]


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
        of_image(pod) if number % 3 else {**pod, "metadata": {**pod["metadata"], "labels": {"a": "b"}}}
        for number, pod in enumerate(pods)
    ]
    demanding = choice_without(asked.choice)
    wrong = []
    for pod, before, answer in zip(pods, old, updating(old)(output, asked), strict=True):
        count.requests += 1
        count.admitted += not answer.messages
        expected = admit(demanding, asked.request, pod, before)
        if answer.messages != ((expected.message,) if expected.message else ()):
            wrong.append(
                f"an update says {answer.messages}, the choice {expected.message!r}\n{json.dumps([before, pod])}"
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
    for pod, answer in zip(stored(list(asked.pods)), plugins(process, grants)(output, asked), strict=True):
        count.requests += 1
        count.admitted += not answer.messages
        if asked.choice is None:
            wrong += [] if answer.messages else [f"lets in: {json.dumps(pod)}"]
            continue
        whole = asked_again(asked.choice, asked.request, pod)
        if whole.allowed is bool(answer.messages):
            wrong.append(f"live says {answer.messages}, the choice {whole.policy or whole.message}\n{json.dumps(pod)}")
        elif whole.allowed:
            wrong += _otherwise("live", pod, whole, answer, stored, count)
    return _with_requester(wrong, asked)
