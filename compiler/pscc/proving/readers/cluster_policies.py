"""What Kyverno's ClusterPolicies with rules in CEL do, read from the files of an output.

Sources, all of Kyverno 1.19: ``pkg/engine/handlers/validation/validate_cel.go`` and ``pkg/admissionpolicy/compiler.go`` (a
rule is judged by the API server's own code, and what fails denies), ``pkg/engine/utils/match.go`` and ``pkg/utils/match``
(``match``, ``exclude``), ``pkg/utils/kube/kind.go`` (kinds), ``pkg/policycache/store.go`` and ``pkg/utils/engine/response.go``
(what becomes of a finding). A rule that Kyverno writes for workloads (``autogen``) is about no pod.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pscc import ir
from pscc.proving.cel.dialect import KYVERNO
from pscc.proving.cel.result import Result, just
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.terms import FALSE, TRUE, Term, and_, equal, not_, or_, starts_with, string_at, text
from pscc.proving.pod import NAMESPACE_ASKED, root
from pscc.proving.readers.documents import (
    Json,
    annotation_of,
    documents,
    list_at,
    name_of,
    object_at,
    spec_of,
    text_of,
    texts_at,
    title,
)
from pscc.proving.readers.expressions import Messages, expressions, scope
from pscc.proving.readers.matching import namespaces_selected
from pscc.proving.readers.objections import RESOURCES, Objection, Operation, Read
from pscc.proving.values import Null, Plain, Text

_POLICY, _VERSION = "ClusterPolicy", "kyverno.io/v1"
_WITHOUT_AUTOGEN = ("pod-policies.kyverno.io/autogen-controllers", "none")
_OF_POLICY = {"admission", "background", "emitWarning", "failurePolicy", "rules", "validationFailureAction"}
_USUAL = {"admission": True, "failurePolicy": "Fail"}
"""What leaves a policy in force in the webhook."""
_OF_RULE = {"name", "match", "exclude", "celPreconditions", "validate"}
_OF_VALIDATE = {"failureAction", "message", "cel"}
_OF_CEL = {"variables", "expressions", "generate"}
_OF_RESOURCES = {"kinds", "operations", "namespaces", "namespaceSelector"}
_KIND = re.compile(r"[A-Z][A-Za-z0-9]*")
_POD = ("Pod", "v1/Pod")
_OPERATIONS = ("CREATE", "UPDATE", "DELETE", "CONNECT")
_WILDCARDS = re.compile(r"[*?]")
_VARIABLE = "{{"


def objections(texts: Mapping[str, str], operation: Operation, each_has_message: bool = True) -> Read:
    """What the files ``texts``, by their paths, object to when a pod is created or changed (``operation``).

    ``each_has_message``: a rule without a message is not understood.
    Raises `NotUnderstoodError`, with the object and the place in it, where a file has something that is not understood.
    """
    messages: Messages = "each" if each_has_message else "any"
    objecting: list[Objection] = []
    unjudged: list[str] = []
    mutations: list[str] = []
    for document in documents(texts):
        name = name_of(document)
        if document["kind"] != _POLICY or document.get("apiVersion") != _VERSION:
            raise NotUnderstoodError(f"the kind {document['kind']} of {document.get('apiVersion')}")
        rules = _rules(document)
        if any("mutate" in rule for rule in rules):
            if not all("mutate" in rule for rule in rules):
                raise NotUnderstoodError(f"{title(document)}: rules that change pods beside others")
            mutations.append(name)
            continue
        objections = list(_objections(document, rules, operation, messages))
        objecting += objections
        if not objections:
            unjudged.append(name)
        elif annotation_of(document, _WITHOUT_AUTOGEN[0]) != _WITHOUT_AUTOGEN[1]:
            unjudged.append(f"autogen of {name}")
    return Read(tuple(objecting), tuple(unjudged), tuple(mutations))


def _rules(policy: Json) -> list[Json]:
    """The rules, of which no two have one name. What has a variable of Kyverno's in it is not understood."""
    where = title(policy)
    spec = spec_of(policy, _OF_POLICY)
    for name, usual in _USUAL.items():
        if spec.get(name, usual) != usual:
            raise NotUnderstoodError(f"{where}: {name} {spec[name]}")
    rules: dict[str, Json] = {}
    for index, value in enumerate(list_at(spec, "rules", where)):
        place = f"{where}: rules[{index}]"
        rule = _rule(value, place)
        name = text_of(rule.get("name"), f"{place}.name")
        if name in rules:
            raise NotUnderstoodError(f"{place} has the name {name}, as another has")
        rules[name] = rule
    if not rules:
        raise NotUnderstoodError(f"{where} without rules")
    return list(rules.values())


def _rule(value: object, where: str) -> Json:
    """A rule. One that changes pods is not looked into."""
    if isinstance(value, dict) and "mutate" in value:
        return value
    rule = object_at(value, where, _OF_RULE)
    if _has_variable(rule):
        raise NotUnderstoodError(f"{where}: a variable, `{_VARIABLE}`")
    return rule


def _has_variable(value: object) -> bool:
    match value:
        case str():
            return _VARIABLE in value
        case dict():
            return any(_has_variable(key) or _has_variable(inside) for key, inside in value.items())
        case list():
            return any(map(_has_variable, value))
        case _:
            return False


def _objections(policy: Json, rules: list[Json], operation: Operation, messages: Messages) -> Iterator[Objection]:
    """What each rule that is about pods under ``operation`` objects to."""
    spec = spec_of(policy, _OF_POLICY)
    named = [(f"{title(policy)}: the rule {rule['name']}", rule) for rule in rules]
    validating = [
        (where, rule, object_at(rule.get("validate"), f"{where}: validate", _OF_VALIDATE)) for where, rule in named
    ]
    modes = {_mode(validate, spec, where) for where, _, validate in validating}
    if len(modes) > 1:
        # a rule that reports beside one that enforces warns, whatever the policy says
        raise NotUnderstoodError(f"{title(policy)}: rules with different failureAction")
    for where, rule, validate in validating:
        matched = _matches(rule, operation, where)
        if matched is not FALSE:
            holds = and_(matched, _objects(rule, validate, where, operation, messages))
            yield Objection(name_of(policy), tuple(modes), frozenset(RESOURCES[operation]), holds)


def _mode(validate: Json, spec: Json, where: str) -> ir.Mode:
    """What becomes of a finding: Kyverno warns of those that it does not enforce where the policy says so."""
    action = validate.get("failureAction", spec.get("validationFailureAction", "Audit"))
    warns = spec.get("emitWarning", False)
    if action not in ("Enforce", "Audit") or not isinstance(warns, bool):
        raise NotUnderstoodError(f"{where}: failureAction {action}, emitWarning {warns}")
    if action == "Enforce":
        return "enforce"
    return "warn" if warns else "audit"


# --- match and exclude ------------------------------------------------------------


def _matches(rule: Json, operation: Operation, where: str) -> Term:
    """When the rule is about a pod under ``operation``; `FALSE` where it is about none."""
    matched = _filters(rule.get("match"), f"{where}: match", operation)
    if "exclude" not in rule:
        return matched
    return and_(matched, not_(_filters(rule["exclude"], f"{where}: exclude", operation)))


def _filters(value: object, where: str, operation: Operation) -> Term:
    """When one of the filters of ``any``, or each of ``all``, is about the pod."""
    given = object_at(value, where, {"any", "all"})
    if len(given) != 1:
        raise NotUnderstoodError(f"{where} without one of any and all")
    ((name, _),) = given.items()
    filters = [
        _filter(object_at(each, f"{where}.{name}", {"resources"}).get("resources"), f"{where}.{name}", operation)
        for each in list_at(given, name, where)
    ]
    if not filters:
        raise NotUnderstoodError(f"{where}.{name} without filters")
    return or_(*filters) if name == "any" else and_(*filters)


def _filter(value: object, where: str, operation: Operation) -> Term:
    resources = object_at(value, f"{where}.resources", _OF_RESOURCES)
    kinds = texts_at(resources, "kinds", where)
    strange = [kind for kind in kinds if kind not in _POD and not _KIND.fullmatch(kind)]
    if not kinds or strange:
        raise NotUnderstoodError(f"{where}.kinds {', '.join(strange) or 'none'}")
    operations = texts_at(resources, "operations", where)
    if set(operations) - set(_OPERATIONS):
        raise NotUnderstoodError(f"{where}.operations {', '.join(operations)}")
    if not set(kinds) & set(_POD) or (operations and operation not in operations):
        return FALSE
    namespaces = texts_at(resources, "namespaces", where)
    named = or_(*(_in_namespace(each, where) for each in namespaces)) if namespaces else TRUE
    return and_(named, _selected(resources.get("namespaceSelector"), f"{where}.namespaceSelector"))


def _in_namespace(pattern: str, where: str) -> Term:
    """The namespace is as ``pattern`` says: a name, or its beginning and a ``*``."""
    namespace, beginning = string_at(NAMESPACE_ASKED), pattern.removesuffix("*")
    if _WILDCARDS.search(beginning):
        raise NotUnderstoodError(f"{where}: the namespaces {pattern}")
    if beginning == pattern:
        return equal(namespace, text(pattern))
    return starts_with(namespace, text(beginning))


def _selected(selector: object, where: str) -> Term:
    """As everywhere in Kubernetes, but that Kyverno reads ``*`` and ``?`` in ``matchLabels``."""
    labels = selector.get("matchLabels") if isinstance(selector, dict) else None
    for pair in labels.items() if isinstance(labels, dict) else ():
        if any(_WILDCARDS.search(str(each)) for each in pair):
            raise NotUnderstoodError(f"{where}.matchLabels {pair[0]}: {pair[1]}, which has a wildcard")
    return namespaces_selected(selector, where)


# --- expressions ------------------------------------------------------------------


def _objects(rule: Json, validate: Json, where: str, operation: Operation, messages: Messages) -> Term:
    """When the rule objects to a pod that it matches: its preconditions hold, and an expression is false; or something fails."""
    source = object_at(validate.get("cel"), f"{where}: validate.cel", _OF_CEL)
    if source.get("generate", False) is not False:
        raise NotUnderstoodError(f"{where}: validate.cel.generate, by which the API server judges in Kyverno's place")
    message = validate.get("message")
    has_message = isinstance(message, str) and bool(message.strip())
    kind = just(Text(Plain(text("Pod"))))
    names: dict[str, Result] = {
        "oldObject": just(Null()),
        **scope(operation),
        "object.kind": kind,
        "namespaceObject": just(root("namespace")),
    }
    given = expressions(
        {**source, "celPreconditions": rule.get("celPreconditions")},
        where,
        {**names, "oldObject.kind": kind} if operation == "UPDATE" else names,
        "celPreconditions",
        "expressions",
        dialect=KYVERNO,
        messages="any" if has_message else messages,
    )
    return given.objects("Fail")
