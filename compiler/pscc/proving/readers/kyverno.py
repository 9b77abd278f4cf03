"""What Kyverno's ValidatingPolicies do, read from the files of an output.

Sources, all of Kyverno 1.19: ``pkg/cel/policies/vpol/compiler/policy.go`` (how a policy decides, and what a failure does),
``pkg/webhooks/resource/vpol/handler.go`` (what its actions do), ``pkg/cel/matching/matcher.go``, and the API reference of
``policies.kyverno.io/v1``. A rule that Kyverno writes for workloads (``autogen``) is about no pod.
"""

from __future__ import annotations

from collections.abc import Mapping

from pscc import ir
from pscc.proving.cel.dialect import KYVERNO
from pscc.proving.cel.result import just
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.terms import Term, and_, not_, text
from pscc.proving.readers.documents import Json, documents, list_at, name_of, object_at, spec_of, texts_at, title
from pscc.proving.readers.expressions import Messages, expressions, failure_of, scope
from pscc.proving.readers.matching import namespaces_selected, resources_of
from pscc.proving.readers.objections import Objection, Operation, Read
from pscc.proving.values import Plain, Text

_POLICY, _MUTATION = "ValidatingPolicy", "MutatingPolicy"
_VERSIONS = {f"policies.kyverno.io/{version}" for version in ("v1", "v1beta1", "v1alpha1")}
_OF_POLICY = {
    "autogen",
    "evaluation",
    "failurePolicy",
    "matchConditions",
    "matchConstraints",
    "validationActions",
    "validations",
    "variables",
}
_MODES: Mapping[str, ir.Mode] = {"Deny": "enforce", "Warn": "warn", "Audit": "audit"}
_EVALUATION = {"admission": {"enabled": True}, "mode": "Kubernetes"}
"""What of ``evaluation`` leaves a policy in force in the webhook; ``background`` is about the scans alone."""


def objections(texts: Mapping[str, str], operation: Operation, each_has_message: bool = True) -> Read:
    """What the files ``texts``, by their paths, object to when a pod is created or changed (``operation``).

    ``each_has_message``: a validation without a message is not understood.
    Raises `NotUnderstoodError`, with the object and the place in it, where a file has something that is not understood.
    """
    objecting: list[Objection] = []
    unjudged: list[str] = []
    mutations: list[str] = []
    for document in documents(texts):
        name = name_of(document)
        if document["kind"] not in (_POLICY, _MUTATION) or document.get("apiVersion") not in _VERSIONS:
            raise NotUnderstoodError(f"the kind {document['kind']} of {document.get('apiVersion')}")
        if document["kind"] == _MUTATION:
            mutations.append(name)
            continue
        objection, writes_more = _objection(document, operation, "each" if each_has_message else "any")
        if objection.resources:
            objecting.append(objection)
        else:
            unjudged.append(name)
        if writes_more:
            unjudged.append(f"autogen of {name}")
    return Read(tuple(objecting), tuple(unjudged), tuple(mutations))


def _objection(policy: Json, operation: Operation, messages: Messages) -> tuple[Objection, bool]:
    """What the policy objects to, and whether Kyverno writes rules about workloads from it."""
    spec, where = spec_of(policy, _OF_POLICY), title(policy)
    _check_evaluation(spec, where)
    constraints = object_at(
        spec.get("matchConstraints"), f"{where}: matchConstraints", {"resourceRules", "namespaceSelector"}
    )
    resources = resources_of(constraints, operation, f"{where}: matchConstraints")
    selected = namespaces_selected(constraints.get("namespaceSelector"), f"{where}: namespaceSelector")
    holds = and_(selected, _objects(spec, where, operation, messages)) if resources else selected
    return Objection(name_of(policy), _modes(spec, where), resources, holds), _writes_more(spec, where)


def _check_evaluation(spec: Json, where: str) -> None:
    given = spec.get("evaluation")
    if given is None:
        return
    evaluation = object_at(given, f"{where}: evaluation", {*_EVALUATION, "background"})
    for name, usual in _EVALUATION.items():
        if evaluation.get(name, usual) != usual:
            raise NotUnderstoodError(f"{where}: evaluation.{name} {evaluation[name]}")


def _writes_more(spec: Json, where: str) -> bool:
    given = spec.get("autogen")
    if given is None:
        return True
    autogen = object_at(given, f"{where}: autogen", {"podControllers"})
    controllers = object_at(autogen.get("podControllers"), f"{where}: autogen.podControllers", {"controllers"})
    return bool(list_at(controllers, "controllers", where)) or controllers.get("controllers") is None


def _modes(spec: Json, where: str) -> tuple[ir.Mode, ...]:
    actions = texts_at(spec, "validationActions", where)
    if not actions or set(actions) - set(_MODES) or len(set(actions)) != len(actions):
        raise NotUnderstoodError(f"{where}: validationActions {list(actions)}")
    return tuple(_MODES[action] for action in actions)


def _objects(spec: Json, where: str, operation: Operation, messages: Messages) -> Term:
    """When the policy objects. With ``failurePolicy: Ignore`` a condition that fails lets the pod pass, a validation not."""
    kind = just(Text(Plain(text("Pod"))))
    given = expressions(
        spec,
        where,
        {**scope(operation), "object.kind": kind},
        dialect=KYVERNO,
        messages=messages,
    )
    if failure_of(spec, where) == "Fail":
        return given.objects("Fail")
    return and_(given.matches, not_(given.passes))
