"""What ValidatingAdmissionPolicies and their bindings do, read from the files of an output.

Sources: ``k8s.io/apiserver/pkg/admission/plugin/policy/validating/validator.go`` (how a validation decides, and what a
failure does), ``pkg/admission/plugin/webhook/matchconditions/matcher.go`` (a match condition that is false counts before
one that fails), and the API reference of ``admissionregistration.k8s.io/v1``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import yaml

from pscc.base.frozen import frozen
from pscc.proving.cel.evaluate import Evaluator
from pscc.proving.cel.reader import read
from pscc.proving.cel.result import Result, just
from pscc.proving.cel.tree import Expression
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.terms import TRUE, Term, and_, equal, not_, or_, present, string_at, text
from pscc.proving.pod import label_place, root
from pscc.proving.values import Null, Plain, Text

Json = Mapping[str, object]
_GROUP = "admissionregistration.k8s.io/"
_POLICY, _BINDING = "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"
_MUTATION = ("MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding")
_IN_SPEC = {
    _POLICY: {"failurePolicy", "matchConstraints", "matchConditions", "variables", "validations"},
    _BINDING: {"policyName", "validationActions", "matchResources"},
}
_VERSIONS = ("v1", "v1beta1", "v1alpha1")
_ACTIONS = ("Deny", "Warn", "Audit")
_REASONS = ("Unauthorized", "Forbidden", "Invalid", "RequestEntityTooLarge")
_OPERATIONS = {"CREATE", "UPDATE"}
_PODS = {"pods", "pods/ephemeralcontainers"}


@frozen
class Objection:
    """When a policy objects: ``holds``, to a request of this ``operation``, and what its binding does then."""

    policy: str
    actions: tuple[str, ...]
    holds: Term


@frozen
class Read:
    """What the output has: ``objections`` to pods. ``unjudged`` names the policies that are about other things.

    ``mutations`` are the names of the MutatingAdmissionPolicies, which this does not look into.
    """

    objections: tuple[Objection, ...]
    unjudged: tuple[str, ...] = ()
    mutations: tuple[str, ...] = ()


def objections(texts: Mapping[str, str], operation: str) -> Read:
    """What the files ``texts``, by their paths, object to when a pod is created or changed (``operation``).

    Raises `NotUnderstoodError`, with the object and the place in it, where a file has something that is not understood.
    """
    documents = [document for path, content in texts.items() for document in _documents(path, content)]
    for document, count in Counter((str(each["kind"]), _name(each)) for each in documents).items():
        if count > 1:
            raise NotUnderstoodError(f"{' '.join(document)} is in the output {count} times")
    policies = {_name(each): each for each in documents if each["kind"] == _POLICY}
    bindings = [each for each in documents if each["kind"] == _BINDING]
    about_pods: dict[str, Term] = {}
    unjudged: list[str] = []
    for name, policy in policies.items():
        if _matches_pods(policy, operation):
            about_pods[name] = _objects(policy, operation)
        else:
            unjudged.append(name)
    objecting = []
    for binding in bindings:
        spec = _spec(binding)
        name = str(spec.get("policyName"))
        if name not in policies:
            raise NotUnderstoodError(f"{_named(binding)}: there is no policy {name} in the output")
        if name in about_pods:
            holds = and_(_selects(binding), about_pods[name])
            objecting.append(Objection(name, _actions(binding), holds))
    return Read(
        tuple(objecting), tuple(unjudged), tuple(_name(each) for each in documents if each["kind"] == _MUTATION[0])
    )


def _documents(path: str, content: str) -> Iterator[Json]:
    try:
        documents = list(yaml.load_all(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.YAMLError as error:
        raise NotUnderstoodError(f"{path} is no YAML: {error}") from None
    for document in documents:
        if not isinstance(document, dict) or "kind" not in document:
            raise NotUnderstoodError(f"{path} has something that is no object of Kubernetes")
        kind = document["kind"]
        if kind not in (_POLICY, _BINDING, *_MUTATION):
            raise NotUnderstoodError(f"{path} has the kind {kind}")
        if document.get("apiVersion") not in {f"{_GROUP}{version}" for version in _VERSIONS}:
            raise NotUnderstoodError(f"{path}: {kind} of {document.get('apiVersion')}")
        if kind in _IN_SPEC:
            unknown = _spec(document).keys() - _IN_SPEC[kind]
            if unknown:
                raise NotUnderstoodError(f"{_named(document)}: spec.{min(unknown)}")
        yield document


def _spec(document: Json) -> Json:
    spec = document.get("spec")
    return spec if isinstance(spec, dict) else {}


def _name(document: Json) -> str:
    metadata = document.get("metadata")
    return str(metadata.get("name")) if isinstance(metadata, dict) else ""


def _named(document: Json) -> str:
    return f"{document['kind']} {_name(document)}"


# --- what a policy is about -----------------------------------------------------


def _matches_pods(policy: Json, operation: str) -> bool:
    """Whether the policy is about pods under ``operation``."""
    constraints = _spec(policy).get("matchConstraints")
    if not isinstance(constraints, dict) or constraints.keys() != {"resourceRules"}:
        raise NotUnderstoodError(f"{_named(policy)}: matchConstraints other than resourceRules")
    return any(_rule_matches(policy, rule, operation) for rule in constraints["resourceRules"])


def _rule_matches(policy: Json, rule: Json, operation: str) -> bool:
    """Whether ``rule`` is about pods under ``operation``. One about pods has to be about added ephemeral containers, too."""
    if rule.keys() != {"apiGroups", "apiVersions", "operations", "resources"}:
        raise NotUnderstoodError(f"{_named(policy)}: a resource rule with fields other than the usual four")
    given = {key: set(map(str, value)) if isinstance(value, list) else set() for key, value in rule.items()}
    if any("*" in item for values in given.values() for item in values):
        raise NotUnderstoodError(f"{_named(policy)}: a resource rule with `*`")
    others = given["operations"] - _OPERATIONS
    if others:
        raise NotUnderstoodError(f"{_named(policy)}: the operation {min(others)}")
    if "" not in given["apiGroups"] or not any(item.split("/")[0] == "pods" for item in given["resources"]):
        return False
    if "v1" not in given["apiVersions"] or given["resources"] != _PODS:
        raise NotUnderstoodError(
            f"{_named(policy)}: a resource rule about pods that is not about {' and '.join(sorted(_PODS))}"
        )
    return operation in given["operations"]


def _actions(binding: Json) -> tuple[str, ...]:
    actions = _spec(binding).get("validationActions")
    listed = tuple(map(str, actions)) if isinstance(actions, list) else ()
    usual = bool(listed) and set(listed) <= set(_ACTIONS) and len(set(listed)) == len(listed)
    if not usual or {"Deny", "Warn"} <= set(listed):
        raise NotUnderstoodError(f"{_named(binding)}: validationActions {actions}")
    return listed


def _selects(binding: Json) -> Term:
    """The condition that the binding's selector has on the namespace."""
    resources = _spec(binding).get("matchResources")
    if resources is None:
        return TRUE
    if not isinstance(resources, dict) or resources.keys() != {"namespaceSelector"}:
        raise NotUnderstoodError(f"{_named(binding)}: matchResources other than namespaceSelector")
    selector = resources["namespaceSelector"]
    if not isinstance(selector, dict) or selector.keys() - {"matchLabels", "matchExpressions"}:
        raise NotUnderstoodError(f"{_named(binding)}: the namespaceSelector")
    labels = selector.get("matchLabels") or {}
    wanted = [_label_in(str(key), (str(value),)) for key, value in labels.items()]
    return and_(*wanted, *(_expression(binding, requirement) for requirement in selector.get("matchExpressions") or ()))


def _expression(binding: Json, requirement: Json) -> Term:
    key, values = str(requirement.get("key")), requirement.get("values")
    listed = tuple(map(str, values)) if isinstance(values, list) else ()
    match requirement.get("operator"):
        case "In":
            return _label_in(key, listed)
        case "NotIn":
            return not_(_label_in(key, listed))
        case "Exists":
            return present(label_place(key))
        case "DoesNotExist":
            return not_(present(label_place(key)))
        case other:
            raise NotUnderstoodError(f"{_named(binding)}: the operator {other}")


def _label_in(key: str, values: Iterable[str]) -> Term:
    place = label_place(key)
    return and_(present(place), or_(*(equal(string_at(place), text(value)) for value in values)))


# --- what a policy says ---------------------------------------------------------


def _objects(policy: Json, operation: str) -> Term:
    """When the policy objects: it matches, and a validation is false, or something fails and ``failurePolicy`` is Fail."""
    spec = _spec(policy)
    variables: dict[str, Expression] = {}
    evaluator = Evaluator(scope(operation), variables)
    for index, variable in enumerate(_list(spec, "variables")):
        variables[str(variable["name"])] = _read(policy, f"variables[{index}]", variable.get("expression"))
    conditions = [
        _evaluated(policy, evaluator, f"matchConditions[{index}]", condition, {"name", "expression"})
        for index, condition in enumerate(_list(spec, "matchConditions"))
    ]
    validations = []
    for index, validation in enumerate(_list(spec, "validations")):
        allowed = {"expression", "message", "messageExpression", "reason"}
        validations.append(_evaluated(policy, evaluator, f"validations[{index}]", validation, allowed))
        if "messageExpression" in validation:
            _read(policy, f"validations[{index}].messageExpression", validation["messageExpression"])
        message = validation.get("message")
        if not isinstance(message, str) or not message.strip() or "\n" in message:
            raise NotUnderstoodError(f"{_named(policy)}: validations[{index}] without a message of one line")
        if validation.get("reason", _REASONS[0]) not in _REASONS:
            raise NotUnderstoodError(f"{_named(policy)}: validations[{index}].reason {validation['reason']}")
    failure = spec.get("failurePolicy", "Fail")
    if failure not in ("Fail", "Ignore"):
        raise NotUnderstoodError(f"{_named(policy)}: failurePolicy {failure}")
    excluded = or_(*(condition.truth[1] for condition in conditions))
    if failure == "Fail":
        admits = and_(*(each.truth[0] for each in (*conditions, *validations)))
        return and_(not_(excluded), not_(admits))
    matches = and_(*(condition.truth[0] for condition in conditions))
    return and_(matches, or_(*(each.truth[1] for each in validations)))


def _list(spec: Json, name: str) -> list[dict[str, object]]:
    listed = spec.get(name)
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def scope(operation: str) -> dict[str, Result]:
    """The names that an expression of a policy may use when a pod is created or changed (``operation``)."""
    return {
        "object": just(root("pod")),
        "oldObject": just(root("old") if operation == "UPDATE" else Null()),
        "request": just(root("request")),
        "request.operation": just(Text(Plain(text(operation)))),
        "namespaceObject": just(root("namespace")),
    }


def _read(policy: Json, where: str, expression: object) -> Expression:
    try:
        return read(str(expression))
    except NotUnderstoodError as error:
        raise NotUnderstoodError(f"{_named(policy)}: {where}: {error}") from None


def _evaluated(policy: Json, evaluator: Evaluator, where: str, given: Json, allowed: set[str]) -> Result:
    if given.keys() - allowed:
        raise NotUnderstoodError(f"{_named(policy)}: {where}.{min(given.keys() - allowed)}")
    try:
        return evaluator.result(_read(policy, f"{where}.expression", given.get("expression")))
    except NotUnderstoodError as error:
        within = evaluator.within
        raise NotUnderstoodError(f"{_named(policy)}: {where}{within}: {error}") from None
