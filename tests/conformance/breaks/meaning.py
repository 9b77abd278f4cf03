"""What an engine has to answer to the requests: the interpreter's word, as the compile has announced the output."""

from __future__ import annotations

import json
from functools import cache

from conformance.breaks.asks import Ask
from conformance.breaks.engines import Answer
from conformance.breaks.programs import Subject
from conformance.engines import comparable
from conformance.jsonl import Json
from conformance.space.meaning import ACTIONS, Word, by_output
from conformance.space.requests import Asked
from conformance.workloads import made_by
from pscc.ir.access import Request
from pscc.pod.templates import TEMPLATES
from support.emitted.settings import CEL, PER_POLICY
from support.updates import takes

_GATEKEEPER = ("gatekeeper", CEL, PER_POLICY)
_GATEKEEPER_AND_OPA = (*_GATEKEEPER, "opa")
_BEHIND_THE_API = ("vap", "kyverno-cel")
"""The outputs whose engines always know who asks, and see objects as the API server has decoded them."""
_FIRST = ("kyverno-cel",)
"""The outputs whose engine tells a policy's first message alone."""


def _is_controlled(workload: Json) -> bool:
    """Whether a controller has made ``workload``: Gatekeeper's templates leave it out, its owner and its pods are judged."""
    owners = workload["metadata"].get("ownerReferences") or []
    return workload["kind"] in ("Job", "ReplicaSet") and any(owner["controller"] for owner in owners)


class Meaning:
    """What ``output`` of ``subject`` has to do, by the interpreter: to be asked while the compiler is unbroken."""

    def __init__(self, subject: Subject, output: str) -> None:
        self.output = output
        self._made = subject.compiled(output)
        self._words: dict[int, tuple[Ask, Asked, Word] | tuple[Ask, None, None]] = {}
        """By the identity of a request, which is kept beside so that no other one takes it over."""

    def differences(self, asked: list[Ask], answers: list[Answer]) -> str:
        """The first difference of ``answers`` to ``asked``; empty where there is none."""
        differences = (self.difference(ask, answer) for ask, answer in zip(asked, answers, strict=True))
        return next(filter(None, differences), "")

    def difference(self, ask: Ask, answer: Answer) -> str:
        """How ``answer`` to ``ask`` is not what it has to be; empty where it is, and where nothing is said of the request."""
        if ask.object["kind"] not in TEMPLATES:
            return f"it says {answer.findings} of what makes no pod" if answer.findings else ""
        if self.output in _GATEKEEPER and _is_controlled(ask.object):
            return f"it says {answer.findings} of what a controller has made" if answer.findings else ""
        if id(ask) not in self._words:
            asked = _asked(ask, self.output)
            self._words[id(ask)] = (ask, None, None) if asked is None else (ask, asked, by_output(self._made, asked))
        _, asked, word = self._words[id(ask)]
        if asked is None or word is None or not (difference := self._other(word, ask, answer)):
            return ""
        # what `by_output` says of the pod as it is left knows no old one
        seen = _pod(answer) if ask.operation == "CREATE" else None
        return self._other(by_output(self._made, asked, seen), ask, answer) if seen else difference

    def _other(self, word: Word, ask: Ask, answer: Answer) -> str:
        actual = {(ACTIONS.get(action, action), text) for action, text in answer.findings if action in _KNOWN}
        actual |= {("deny", text) for action, text in answer.findings if action == "error"}
        wanted = {
            ("warn" if self.output == "opa" and action == "audit" else action, text) for action, text in word.says
        }
        if self.output == "kyverno":
            # its command line tells what fails, and not what becomes of it
            actual = {("", text) for _, text in answer.findings}
            wanted = {("", text) for _, text in word.says}
        if not word.words:
            actual, wanted = ({(action, "") for action, _ in says} for says in (actual, wanted))
        some = actual <= wanted and {action for action, _ in actual} == {action for action, _ in wanted}
        if not (some if self.output in _FIRST else actual == wanted):
            return f"it says {sorted(actual)}, expected {sorted(wanted)}"
        pod = _pod(answer)
        if (
            pod is None
            or word.pod is None
            or ask.operation != "CREATE"
            or ask.object["kind"] != "Pod"
            or not word.allowed
        ):
            return ""
        ours, theirs = (_contexts(pod_) for pod_ in (word.pod, pod))
        return "" if ours == theirs else f"the pod becomes {theirs}, expected {ours}"


_KNOWN = frozenset(("deny", "warn", *ACTIONS))


def _contexts(pod: Json) -> Json:
    """What defaults can set in ``pod``: without what the API's own put into it."""
    spec = comparable(pod)["spec"]
    contexts: Json = {"pod": spec.get("securityContext"), "runtimeClassName": spec.get("runtimeClassName")}
    for kind in ("initContainers", "containers"):
        contexts |= {
            f"{kind} {container['name']}": container.get("securityContext") for container in spec.get(kind, [])
        }
    return {key: context for key, context in contexts.items() if context}


def _pod(answer: Answer) -> Json | None:
    pod: Json | None = json.loads(answer.object) if answer.object else None
    return pod if pod and pod.get("kind") == "Pod" else None


def _asked(ask: Ask, output: str) -> Asked | None:
    """``ask`` as the interpreter takes it; None where it has no word on it."""
    kind = str(ask.object["kind"])
    if kind not in TEMPLATES or kind == "PodTemplate" or ask.subresource == "status":
        return None
    if output in _BEHIND_THE_API and (not ask.user or _has_empty(ask.object.get("spec"))):
        return None
    if kind == "Pod" and ask.operation == "UPDATE" and ask.old is not None and not takes(ask.old, ask.object):
        return None
    pod = made_by(ask.object)
    # where nobody asks, Gatekeeper and OPA judge a pod as it will be stored
    completed = kind != "Pod" or (not ask.user and output in _GATEKEEPER_AND_OPA)
    account = pod["spec"].get("serviceAccountName", "default" if completed else "")
    who = Request(ask.namespace, ask.user, ask.groups, account, tuple(ask.labels.items()))
    change = "debug" if ask.subresource else "several" if ask.old is not None else None
    operation = "UPDATE" if ask.operation == "UPDATE" else "DELETE" if ask.operation == "DELETE" else "CREATE"
    return Asked(who, ask.object, pod, operation, ask.old, change, kind)


def _has_empty(value: object) -> bool:
    """Whether there is an empty word, which the API server takes for one that is not set."""
    if isinstance(value, dict):
        return any(map(_has_empty, value.values()))
    return any(map(_has_empty, value)) if isinstance(value, list) else value == ""


@cache
def meaning_of(subject: Subject, output: str) -> Meaning:
    """The meaning of ``output`` of ``subject``, compiled unbroken: to be asked for before the compiler is broken."""
    return Meaning(subject, output)
