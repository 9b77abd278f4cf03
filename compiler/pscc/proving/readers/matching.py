"""Which requests a policy is about: the rules about resources, and the selector of namespaces.

Sources: ``k8s.io/apiserver/pkg/admission/plugin/policy/matching/matching.go``, which Kyverno's matcher follows, and
``LabelSelectorAsSelector`` in ``k8s.io/apimachinery/pkg/apis/meta/v1/helpers.go``.
"""

from __future__ import annotations

from collections.abc import Iterable

from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.terms import TRUE, Term, and_, equal, not_, or_, present, string_at, text
from pscc.proving.pod import label_place
from pscc.proving.readers.documents import Json, list_at, object_at, text_of, texts_at
from pscc.proving.readers.objections import RESOURCES, Operation, Resource

_OPERATIONS = set(RESOURCES)
_PODS: frozenset[Resource] = frozenset(RESOURCES["UPDATE"])
_RULE = {"apiGroups", "apiVersions", "operations", "resources"}


def resources_of(constraints: Json, operation: Operation, where: str) -> frozenset[Resource]:
    """The resources of pods under ``operation`` that the ``resourceRules`` of ``constraints`` are about."""
    rules = list_at(constraints, "resourceRules", where)
    if not rules:
        raise NotUnderstoodError(f"{where} without resourceRules")
    matched = [_of_rule(rule, operation, f"{where}.resourceRules[{index}]") for index, rule in enumerate(rules)]
    return frozenset().union(*matched)


def _of_rule(value: object, operation: Operation, where: str) -> frozenset[Resource]:
    rule = object_at(value, where, _RULE)
    given = {name: set(texts_at(rule, name, where)) for name in _RULE}
    if any("*" in item for values in given.values() for item in values) or not all(given.values()):
        raise NotUnderstoodError(f"{where}: a resource rule with `*`, or without one of {', '.join(sorted(_RULE))}")
    others = given["operations"] - _OPERATIONS
    if others:
        raise NotUnderstoodError(f"{where}: the operation {min(others)}")
    if "" not in given["apiGroups"] or not any(item.split("/")[0] == "pods" for item in given["resources"]):
        return frozenset()
    if "v1" not in given["apiVersions"] or given["resources"] - _PODS:
        raise NotUnderstoodError(f"{where}: a resource rule about pods that is about something else than {_listed()}")
    return frozenset(each for each in _PODS if each in given["resources"] and operation in given["operations"])


def _listed() -> str:
    return " and ".join(sorted(_PODS))


def namespaces_selected(selector: object, where: str) -> Term:
    """The condition that the ``selector`` of labels has on the namespace; always true where there is none."""
    if selector is None:
        return TRUE
    wanted = object_at(selector, where, {"matchLabels", "matchExpressions"})
    labels = wanted.get("matchLabels")
    named = object_at(labels, where, set(labels)) if isinstance(labels, dict) else {}
    if labels is not None and not isinstance(labels, dict):
        raise NotUnderstoodError(f"{where}.matchLabels is no object")
    exact = [_label_in(text_of(key, where), (text_of(value, f"{where}.{key}"),)) for key, value in named.items()]
    requirements = list_at(wanted, "matchExpressions", where)
    return and_(*exact, *(_expression(each, f"{where}.matchExpressions") for each in requirements))


def _expression(value: object, where: str) -> Term:
    requirement = object_at(value, where, {"key", "operator", "values"})
    key, values = text_of(requirement.get("key"), where), texts_at(requirement, "values", where)
    match requirement.get("operator"), bool(values):
        case "In", True:
            return _label_in(key, values)
        case "NotIn", True:
            return not_(_label_in(key, values))
        case "Exists", False:
            return present(label_place(key))
        case "DoesNotExist", False:
            return not_(present(label_place(key)))
        case operator, _:
            raise NotUnderstoodError(f"{where}: the operator {operator} with {len(values)} values")


def _label_in(key: str, values: Iterable[str]) -> Term:
    place = label_place(key)
    return and_(present(place), or_(*(equal(string_at(place), text(value)) for value in values)))
