"""Compares the answers of an engine with two expected answers: that of the policy, and that of the output.

The reference interpreter gives both. The output may be stricter than the policy in one case: its target cannot set one of the
policy's defaults. Then the output refuses a pod that the default would have changed, or admits it without what the default
grants. Nothing else may differ, and no answer may be looser.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

from pscc import ir
from pscc.base.frozen import frozen
from pscc.cases import suite
from pscc.cases.choice_suite import AUDIT
from pscc.cases.draw import draw_pods
from pscc.cases.exempt import boundary_pods
from pscc.cases.requests import draw_requests, hangs_on_requests
from pscc.cases.updates import of_debugging, of_image
from pscc.ir.access import Request, requested_by
from pscc.lowering.capabilities import Workloads
from pscc.lowering.prepared import Prepared
from pscc.lowering.shortfalls import WorkloadsLackDefaults, WorkloadsRefused
from pscc.output.contents import Output
from pscc.pod.manifests import Manifest
from pscc.pod.normalising import normalise, without_nulls
from pscc.reference.evaluate import request_of
from pscc.reference.side_by_side import by_its_maker
from pscc.verify.engines._base import Answer, Applied, Engine, Review
from pscc.verify.meaning import Expected, Meaning, meaning_of

Json = dict[str, object]
Kind = Literal["lets in", "shuts out", "says otherwise", "changes otherwise"]
SEVEREST: tuple[Kind, ...] = ("lets in", "shuts out", "changes otherwise", "says otherwise")
_SOMEBODY = Request(user="somebody", groups=requested_by("somebody", ()))
_UPDATE_EVERY = 6
"""One in this many of the drawn pods has another image than before."""
_WORKLOAD_EVERY = 8
"""One in this many of the created pods is tried again in a workload."""
_JOINT = "; "
"""What stands between two messages of one policy that are joined."""
_WORKLOADS: tuple[Applied, ...] = ("Deployment", "CronJob")


@frozen
class Trial:
    """A pod to try, before any policy has changed it. With ``old_pod`` it is an update of that pod.

    - ``origin`` is for people: the subject of a drawn pod, or the file and object of a manifest.
    - ``own``: the pod is from a file of the user.
    - ``request`` has the user and the namespace; None where neither matters.
    - ``kind`` is what is applied: the pod, or a workload that would make it.
    - ``written`` is the pod as its file has it, with nulls, if that differs: engines that judge files get this one.
    """

    origin: str
    pod: Json
    old_pod: Json | None = None
    own: bool = False
    request: Request | None = None
    kind: Applied = "Pod"
    written: Json | None = None


@frozen
class Question:
    """A review and its expected answers: ``policy`` is the policy's answer, and ``expected`` the output's.

    They differ only if the output has a shortfall.
    """

    trial: Trial
    review: Review
    policy: Answer
    expected: Answer


@frozen
class Difference:
    """An ``answer`` of an engine that is not the expected one of ``question``."""

    kind: Kind
    question: Question
    answer: Answer


@frozen
class Tally:
    """The answers of one engine, counted: ``tried`` in all, ``agreed``, ``stricter`` because of a shortfall, and different.

    ``stricter_own`` names the user's own pods and workloads that are refused because of a shortfall.
    """

    tried: int
    agreed: int
    stricter: int
    differences: tuple[Difference, ...]
    stricter_own: tuple[str, ...] = ()

    @property
    def first(self) -> Difference | None:
        """The first difference of the most severe kind; None where there is none."""
        return min(self.differences, key=lambda d: SEVEREST.index(d.kind), default=None)


# --- what is tried --------------------------------------------------------------


def drawn(ready: Prepared, seed: int, count: int) -> Iterator[Trial]:
    """``count`` pods around the boundaries of the policies of ``ready``, and some of them again in a workload.

    Each policy, those of choices too, has an equal share. At most half of the share is from its generated suite, and the rest
    is drawn: the same ``seed`` gives the same pods. Besides its share it has pods with images and names at the boundaries of
    its exemptions, at most ``count``. Where the user or the namespace can matter, each pod has a request. Some requests are in
    excluded namespaces, and some are by members of ignored groups.
    """
    program, ignored = ready.written, ready.rollout.ignored_groups
    trials = list(_pods(program, seed, count))
    if hangs_on_requests(program):
        requests = draw_requests(program, seed, len(trials), ignored)
        trials = [replace(trial, request=request) for trial, request in zip(trials, requests, strict=True)]
    yield from trials
    created = [trial for trial in trials if trial.old_pod is None][::_WORKLOAD_EVERY]
    for number, trial in enumerate(created):
        kind = _WORKLOADS[number % len(_WORKLOADS)]
        yield replace(trial, kind=kind, origin=f"{trial.origin}, in a {kind}")


def _pods(program: ir.Program, seed: int, count: int) -> Iterator[Trial]:
    policies = [*program.policies, *(policy for choice in program.choices for policy in choice.policies)]
    shares = [count // len(policies)] * len(policies)
    for index in range(count - sum(shares)):
        shares[index] += 1
    for policy, share in zip(policies, shares, strict=True):
        cases = [_of_case(case) for case in suite.cases_for(policy)][: (share + 1) // 2]
        near = _spread([Trial(origin, pod) for origin, pod in boundary_pods(policy)], count)
        yield from (*cases, *near)
        yield from _updated(draw_pods(policy, seed, share - len(cases)))


def _spread(trials: Sequence[Trial], most: int) -> Sequence[Trial]:
    """At most ``most`` of ``trials``, from all over."""
    return trials if len(trials) <= most else [trials[number * len(trials) // most] for number in range(most)]


def own(manifests: Iterable[Manifest], program: ir.Program, requested: Request | None = None) -> Iterator[Trial]:
    """The trials of the user's own pods and workloads: pods as the API server hands them to admission, and as written.

    A workload is tried as its pod, and as a workload. Where the user matters, it is the controller of the workload, and of a
    bare pod who ``requested`` it, or else any authenticated user.
    """
    asks = hangs_on_requests(program)
    for manifest in manifests:
        name = f"{manifest.namespace}/{manifest.name}" if manifest.namespace else manifest.name
        origin = f"{manifest.span.file}:{manifest.span.line} {manifest.kind} {name}"
        pod = normalise(manifest.pod)
        request = request_of(requested or _SOMEBODY, manifest, pod) if asks else None
        written = manifest.pod if manifest.pod != pod else None
        trial = Trial(origin, pod, own=True, request=request, written=written)
        yield trial
        if manifest.kind != "Pod" and not manifest.template:
            kind: Applied = "CronJob" if manifest.kind == "CronJob" else "Deployment"
            yield replace(trial, kind=kind, origin=f"{origin}, in a {kind}")


def _of_case(case: suite.Case) -> Trial:
    whole: Json = {"apiVersion": "v1", "kind": "Pod"}
    old = case.old_pod or of_debugging(case.pod)
    return Trial(case.name, {**whole, **case.pod}, {**whole, **old} if old is not None else None)


def _updated(pods: Iterable[Json]) -> Iterator[Trial]:
    for number, pod in enumerate(pods):
        old = of_debugging(pod)
        if old is None and number % _UPDATE_EVERY == _UPDATE_EVERY - 1:
            old = of_image(pod)
        yield Trial(str(_object(pod.get("metadata")).get("name")), pod, old)


# --- what should come of it -----------------------------------------------------


def questions(
    ready: Prepared,
    compiled: Output,
    engine: Engine,
    trials: Sequence[Trial],
    workloads: Workloads = "warn",
) -> tuple[Question, ...]:
    """The questions for ``engine`` about ``trials``, with the answers that ``compiled``, an output of ``ready``, should give.

    - An engine that sets defaults, or whose target has none, gets pods as they come.
    - One that runs only the checks of a target with defaults gets some pods twice: those that the defaults change. It gets
      them with the defaults, and without, as in a cluster where they are not applied.
    - One that does not take updates gets the new pod, as an audit does; if it sets defaults as well, it is not asked about them.
    - One that does not take users is compared with what the pod's service account alone may use.
    - One that takes workloads gets them, too. ``workloads`` says what the output does with their pods, which are judged by
      their service account, though the policy judges them by their controller (`JudgedByAccount`).
    """
    result: list[Question] = []
    written, output = Meaning(ready.written), meaning_of(compiled)
    # plain policies judge an update check by check, those into which a choice is parted too
    updated = partial(_question, Meaning(ready.formed), output)
    question = partial(_question, written, output)
    apart = any(isinstance(shortfall, WorkloadsLackDefaults) for shortfall in compiled.shortfalls)
    refusing = frozenset(
        shortfall.policy.name for shortfall in compiled.shortfalls if isinstance(shortfall, WorkloadsRefused)
    )
    of_output = output.of_workloads(workloads, apart, refusing)
    of_source = written.of_workloads(workloads)
    of_workload = partial(_question, of_source, of_output)
    for trial in (reading for tried in trials for reading in _readings(tried)):
        name = f"pod-{len(result) + 1}"
        if trial.kind != "Pod":
            if engine.takes_workloads:
                request = _unasked(trial.request)
                pod = _template(_named(trial.pod, name, request))
                reached = (of_output if apart else output).defaulted(pod, request)
                whole = written.defaulted(pod, request)
                asked = of_workload(trial, Review(name, pod, None, request, trial.kind), reached, whole)
                result.append(_as_its_pods(asked, written, of_source))
            continue
        request = trial.request if engine.takes_users else _unasked(trial.request)
        pod = _named(trial.pod, name, request)
        old = _named(trial.old_pod, name, request) if trial.old_pod is not None else None
        if old is not None and engine.changes_pods and not engine.takes_updates:
            continue
        if old is not None:
            review = Review(name, pod, old if engine.takes_updates else None, request)
            result.append(updated(trial, review, pod))
            continue
        whole, reached = written.defaulted(pod, request), output.defaulted(pod, request)
        if engine.changes_pods or reached == pod:
            result.append(question(trial, Review(name, pod, None, request), reached, whole))
            continue
        result.append(question(trial, Review(name, reached, None, request), reached, whole))
        name = f"pod-{len(result) + 1}"
        bare = _named(pod, name, request)
        as_it_came = replace(trial, origin=f"{trial.origin}, as it came")
        result.append(question(as_it_came, Review(name, bare, None, request), bare))
    return tuple(result)


def _as_its_pods(question: Question, written: Meaning, of_workloads: Meaning) -> Question:
    """``question`` about a workload, with the answer that is expected for its pods if that one is milder.

    It can be milder because a controller asks for the pods.
    """
    review = question.review
    if review.request is None:
        return question
    maker = by_its_maker(review.kind, review.pod, review.request)
    of_pods = of_workloads.expected(written.defaulted(review.pod, maker), None, maker, created=True)
    before = (question.policy.denied, bool(question.policy.warnings))
    after = (bool(of_pods.denials), bool(of_pods.warnings))
    if after == before or any(more > less for more, less in zip(after, before, strict=True)):
        return question
    return replace(question, policy=Answer(of_pods.denials, of_pods.warnings, question.policy.pod))


def _readings(trial: Trial) -> Iterator[Trial]:
    """``trial``, and the same of the pod as its file has it."""
    yield trial
    if trial.written is not None:
        yield replace(trial, origin=f"{trial.origin}, as the file has it", pod=trial.written, written=None)


def _question(
    meaning: Meaning, output: Meaning, trial: Trial, review: Review, reached: Json, whole: Json | None = None
) -> Question:
    """The question of ``review``. ``reached`` is the pod that the output's checks get, ``whole`` the pod that the policy's get."""
    created = whole is not None
    expected = output.expected(reached, review.old_pod, review.request, created)
    same = meaning == output and whole in (None, reached)
    policy = expected if same else meaning.expected(whole or reached, review.old_pod, review.request, created)
    return Question(trial, review, _answer(policy), _answer(expected))


def _answer(expected: Expected) -> Answer:
    return Answer(expected.denials, expected.warnings, expected.pod)


def _unasked(request: Request | None) -> Request | None:
    """``request`` without its user, as in an audit."""
    return request and replace(request, user=AUDIT.user, groups=AUDIT.groups)


def _template(pod: Json) -> Json:
    """``pod`` as the template of a workload has it: the account that it would get anyway is not named."""
    spec = _object(pod.get("spec"))
    if spec.get("serviceAccountName") == "default":
        del spec["serviceAccountName"]
    return {**pod, "spec": spec}


def _named(pod: Json, name: str, request: Request | None) -> Json:
    """``pod`` under this name, in the namespace and of the service account of ``request``."""
    metadata = {k: v for k, v in _object(pod.get("metadata")).items() if k != "generateName"}
    place = request.namespace if request is not None else metadata.get("namespace") or "default"
    named = {**pod, "metadata": {**metadata, "name": name, "namespace": place}}
    if request is None:
        return named
    spec = {k: v for k, v in _object(pod.get("spec")).items() if k != "serviceAccountName"}
    account = {"serviceAccountName": request.service_account} if request.service_account else {}
    return {**named, "spec": {**account, **spec}}


def _object(value: object) -> Json:
    return {str(k): v for k, v in value.items()} if isinstance(value, dict) else {}


# --- what came of it ------------------------------------------------------------


def tally(all_questions: Sequence[Question], answers: Sequence[Answer], joined: bool = False) -> Tally:
    """``answers`` compared with what the questions expect, and counted. Raises `ValueError` where one is missing.

    ``joined``: the messages of a policy are joined to one, so their order within a policy is not compared.
    """
    differences: list[Difference] = []
    stricter = 0
    stricter_own: list[str] = []
    for question, answer in zip(all_questions, answers, strict=True):
        kind = _kind(question, answer, joined)
        if kind is not None:
            differences.append(Difference(kind, question, answer))
        elif _is_stricter(question, answer):
            stricter += 1
            if question.trial.own and answer.denied:
                stricter_own.append(question.trial.origin)
    agreed = len(all_questions) - stricter - len(differences)
    return Tally(len(all_questions), agreed, stricter, tuple(differences), tuple(stricter_own))


def _is_stricter(question: Question, answer: Answer) -> bool:
    """Whether the pod is denied or warned of, or lacks something that a default grants, because of a shortfall."""
    if (answer.denied, bool(answer.warnings)) != (question.policy.denied, bool(question.policy.warnings)):
        return True
    created = question.review.old_pod is None and answer.pod is not None
    return created and question.expected.pod != question.policy.pod


def _stored(pod: Json | None) -> Json:
    """``pod`` without nulls and empty maps in its metadata, which the API server drops and engines may keep."""
    pruned = _object(without_nulls(pod))
    return {**pruned, "metadata": {key: value for key, value in _object(pruned.get("metadata")).items() if value != {}}}


def _kind(question: Question, answer: Answer, joined: bool) -> Kind | None:
    expected = question.expected
    if not answer.denied and (expected.denied or question.policy.denied):
        return "lets in"
    if answer.denied and not expected.denied:
        return "shuts out"
    changed = question.review.old_pod is None and answer.pod is not None and answer.pod != expected.pod
    if changed and _stored(answer.pod) != _stored(expected.pod):
        return "changes otherwise"
    words = _pieces if joined else tuple[str, ...]
    said_alike = words(answer.denials) == words(expected.denials)
    warned_alike = words(answer.warnings) == words(expected.warnings)
    return None if said_alike and warned_alike else "says otherwise"


def _pieces(messages: Sequence[str]) -> tuple[str, ...]:
    """The messages that are joined in ``messages``, sorted and without repetitions."""
    return tuple(sorted({piece for message in messages for piece in message.split(_JOINT)}))
