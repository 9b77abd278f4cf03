"""What ValidatingAdmissionPolicies and their bindings do, read from the files of an output.

Sources: ``k8s.io/apiserver/pkg/admission/plugin/policy/validating/validator.go`` (how a validation decides, and what a
failure does), and the API reference of ``admissionregistration.k8s.io/v1``.
"""

from __future__ import annotations

from collections.abc import Mapping

from pscc import ir
from pscc.proving.cel.dialect import API_SERVER
from pscc.proving.cel.result import Result, just
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.terms import Term, and_
from pscc.proving.pod import root
from pscc.proving.readers.documents import Json, documents, list_at, name_of, object_at, spec_of, texts_at, title
from pscc.proving.readers.expressions import Messages, expressions, failure_of, scope
from pscc.proving.readers.matching import namespaces_selected, resources_of
from pscc.proving.readers.objections import Objection, Operation, Read, Resource
from pscc.proving.readers.params import may_be_param, params_of
from pscc.proving.values import Null

_VERSIONS = {f"admissionregistration.k8s.io/{version}" for version in ("v1", "v1beta1", "v1alpha1")}
_POLICY, _BINDING = "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"
_MUTATION = ("MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding")
_OF_POLICY = {"paramKind", "failurePolicy", "matchConstraints", "matchConditions", "variables", "validations"}
_OF_BINDING = {"policyName", "paramRef", "validationActions", "matchResources"}
_OF_VALIDATION = frozenset({"expression", "message", "messageExpression", "reason"})
_MODES: Mapping[str, ir.Mode] = {"Deny": "enforce", "Warn": "warn", "Audit": "audit"}
"""What a binding does with the findings of a policy, by its ``validationActions``."""
_REASONS = ("Unauthorized", "Forbidden", "Invalid", "RequestEntityTooLarge")


def objections(texts: Mapping[str, str], operation: Operation, each_has_message: bool = True) -> Read:
    """What the files ``texts``, by their paths, object to when a pod is created or changed (``operation``).

    ``each_has_message``: a validation without a message is not understood; else one without that the API server takes is.
    Raises `NotUnderstoodError`, with the object and the place in it, where a file has something that is not understood.
    """
    messages: Messages = "each" if each_has_message else "valid"
    listed = documents(texts)
    for document in listed:
        own = document["kind"] in (_POLICY, _BINDING, *_MUTATION) and document.get("apiVersion") in _VERSIONS
        if not own and not may_be_param(document):
            raise NotUnderstoodError(f"the kind {document['kind']} of {document.get('apiVersion')}")
    policies = {name_of(each): each for each in listed if each["kind"] == _POLICY}
    about_pods = {name: _resources(policy, operation) for name, policy in policies.items()}
    unjudged = [name for name, resources in about_pods.items() if not resources]
    objecting = []
    for binding in (each for each in listed if each["kind"] == _BINDING):
        spec = spec_of(binding, _OF_BINDING)
        name = str(spec.get("policyName"))
        if name not in policies:
            raise NotUnderstoodError(f"{title(binding)}: there is no policy {name} in the output")
        if about_pods[name]:
            kind = spec_of(policies[name], _OF_POLICY).get("paramKind")
            params = params_of(kind, spec.get("paramRef"), listed, title(binding))
            holds = and_(_selects(binding, spec), _objects(policies[name], operation, params, messages))
            objecting.append(Objection(name, _modes(binding, spec), about_pods[name], holds))
    mutations = tuple(name_of(each) for each in listed if each["kind"] == _MUTATION[0])
    return Read(tuple(objecting), tuple(unjudged), mutations)


def _resources(policy: Json, operation: Operation) -> frozenset[Resource]:
    where = f"{title(policy)}: matchConstraints"
    constraints = object_at(spec_of(policy, _OF_POLICY).get("matchConstraints"), where, {"resourceRules"})
    return resources_of(constraints, operation, where)


def _modes(binding: Json, spec: Json) -> tuple[ir.Mode, ...]:
    actions = texts_at(spec, "validationActions", title(binding))
    usual = bool(actions) and set(actions) <= set(_MODES) and len(set(actions)) == len(actions)
    if not usual or {"Deny", "Warn"} <= set(actions):
        raise NotUnderstoodError(f"{title(binding)}: validationActions {list(actions)}")
    return tuple(_MODES[action] for action in actions)


def _selects(binding: Json, spec: Json) -> Term:
    """The condition that the binding's selector has on the namespace."""
    where = f"{title(binding)}: matchResources"
    resources = spec.get("matchResources")
    known = object_at(resources, where, {"namespaceSelector"}) if resources is not None else {}
    return namespaces_selected(known.get("namespaceSelector"), f"{where}.namespaceSelector")


def _objects(policy: Json, operation: Operation, params: Mapping[str, Result], messages: Messages) -> Term:
    """When the policy objects: it matches, and a validation is false, or something fails and ``failurePolicy`` is Fail."""
    spec, where = spec_of(policy, _OF_POLICY), title(policy)
    for index, validation in enumerate(list_at(spec, "validations", where)):
        if isinstance(validation, dict) and validation.get("reason", _REASONS[0]) not in _REASONS:
            raise NotUnderstoodError(f"{where}: validations[{index}].reason {validation['reason']}")
    known = {**names(operation), **params}
    given = expressions(spec, where, known, dialect=API_SERVER, messages=messages, of_validation=_OF_VALIDATION)
    return given.objects(failure_of(spec, where))


def names(operation: Operation) -> dict[str, Result]:
    """The names that an expression of a policy may use when a pod is created or changed (``operation``)."""
    return {"oldObject": just(Null()), **scope(operation), "namespaceObject": just(root("namespace"))}
