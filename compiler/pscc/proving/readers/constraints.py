"""What Gatekeeper's Constraints do whose ConstraintTemplates are in CEL, read from the files of an output.

Sources, all of Gatekeeper 3.23: ``pkg/drivers/k8scel/driver.go`` and ``schema/schema.go`` (a template is judged by the API
server's own code), ``transform/cel_snippets.go`` (``variables.params`` and ``variables.anyObject``),
``pkg/mutation/match/match.go`` and ``pkg/wildcard/wildcard.go`` (``match``), ``pkg/util/enforcement_action.go``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pscc import ir
from pscc.proving.cel.dialect import CONSTRAINTS
from pscc.proving.cel.result import Result, just
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.terms import TRUE, Place, Term, and_, equal, not_, or_, starts_with, string_at, text
from pscc.proving.pod import root
from pscc.proving.readers.documents import (
    Json,
    documents,
    list_at,
    name_of,
    object_at,
    spec_of,
    text_of,
    texts_at,
    title,
)
from pscc.proving.readers.expressions import Messages, expressions, failure_of, scope
from pscc.proving.readers.matching import namespaces_selected
from pscc.proving.readers.objections import RESOURCES, Objection, Operation, Read
from pscc.proving.readers.parameters import parameters_of
from pscc.proving.values import Plain, Text

_TEMPLATE = "ConstraintTemplate"
_TEMPLATES = {f"templates.gatekeeper.sh/{version}" for version in ("v1", "v1beta1")}
_CONSTRAINTS, _MUTATIONS = "constraints.gatekeeper.sh/v1beta1", "mutations.gatekeeper.sh/"
_OF_MATCH = {"kinds", "namespaces", "excludedNamespaces", "namespaceSelector"}
_OF_SOURCE = {"failurePolicy", "matchCondition", "variables", "validations"}
_MODES: Mapping[str, ir.Mode] = {"deny": "enforce", "warn": "warn", "dryrun": "audit"}
_WEBHOOK = ("validation.gatekeeper.sh", "*")
_ENGINE = "K8sNativeValidation"
_RESERVED = ("gatekeeper_internal_", "params", "anyObject")


def objections(texts: Mapping[str, str], operation: Operation, each_has_message: bool = True) -> Read:
    """What the files ``texts``, by their paths, object to when a pod is created or changed (``operation``).

    ``each_has_message``: a validation without a message is not understood.
    Raises `NotUnderstoodError`, with the object and the place in it, where a file has something that is not understood.
    """
    templates: dict[str, Json] = {}
    constraints: list[Json] = []
    mutations: list[str] = []
    for document in documents(texts):
        version = str(document.get("apiVersion"))
        if document["kind"] == _TEMPLATE and version in _TEMPLATES:
            templates[_kind(document)] = document
        elif version == _CONSTRAINTS:
            constraints.append(document)
        elif version.startswith(_MUTATIONS):
            mutations.append(name_of(document))
        else:
            raise NotUnderstoodError(f"the kind {document['kind']} of {version}")
    objecting: list[Objection] = []
    unjudged: list[str] = []
    for constraint in constraints:
        template = templates.get(str(constraint["kind"]))
        if template is None:
            raise NotUnderstoodError(f"{title(constraint)}: there is no template of this kind in the output")
        objection = _objection(constraint, template, operation, "each" if each_has_message else "any")
        if objection is None:
            unjudged.append(name_of(constraint))
        else:
            objecting.append(objection)
    return Read(tuple(objecting), tuple(unjudged), tuple(mutations))


# --- templates ------------------------------------------------------------------


def _kind(template: Json) -> str:
    """The kind of the constraints of ``template``, whose name is that kind in small letters."""
    where = title(template)
    names = object_at(_crd(template).get("names"), f"{where}: spec.crd.spec.names", {"kind"})
    kind = text_of(names.get("kind"), f"{where}: spec.crd.spec.names.kind")
    if name_of(template) != kind.lower():
        raise NotUnderstoodError(f"{where}: its name is not its kind {kind} in small letters")
    return kind


def _crd(template: Json) -> Json:
    where = title(template)
    crd = object_at(spec_of(template, {"crd", "targets"}).get("crd"), f"{where}: spec.crd", {"spec"})
    return object_at(crd.get("spec"), f"{where}: spec.crd.spec", {"names", "validation"})


def _schema(template: Json) -> object:
    validation = _crd(template).get("validation")
    if validation is None:
        return None
    where = f"{title(template)}: spec.crd.spec.validation"
    return object_at(validation, where, {"openAPIV3Schema"}).get("openAPIV3Schema")


def _source(template: Json) -> Json:
    """The CEL of ``template``: it has one target. Beside CEL, no Rego is run."""
    where = title(template)
    (target,) = _single(template, spec_of(template, {"crd", "targets"}), "targets")
    known = object_at(target, f"{where}: targets[0]", {"target", "code"})
    if known.get("target") != "admission.k8s.gatekeeper.sh":
        raise NotUnderstoodError(f"{where}: the target {known.get('target')}")
    engines = [object_at(code, f"{where}: code", {"engine", "source"}) for code in list_at(known, "code", where)]
    names = sorted(str(engine.get("engine")) for engine in engines)
    if names not in ([_ENGINE], [_ENGINE, "Rego"]):
        raise NotUnderstoodError(f"{where}: the engines {', '.join(names) or 'none'}")
    (engine,) = (each for each in engines if each.get("engine") == _ENGINE)
    source = object_at(engine.get("source"), f"{where}: source", _OF_SOURCE)
    for variable in list_at(source, "variables", where):
        name = str(variable.get("name")) if isinstance(variable, dict) else ""
        if name.startswith(_RESERVED[0]) or name in _RESERVED:
            raise NotUnderstoodError(f"{where}: the variable {name}, whose name is Gatekeeper's own")
    return source


def _single(template: Json, of: Json, name: str) -> list[object]:
    listed = list_at(of, name, title(template))
    if len(listed) != 1:
        raise NotUnderstoodError(f"{title(template)}: {len(listed)} {name}, where one is usual")
    return listed


# --- constraints ----------------------------------------------------------------


def _objection(constraint: Json, template: Json, operation: Operation, messages: Messages) -> Objection | None:
    """What ``constraint`` objects to; None where it is about no pod."""
    where = title(constraint)
    spec = spec_of(constraint, {"enforcementAction", "scopedEnforcementActions", "match", "parameters"})
    modes = _modes(spec, where)
    given = spec.get("match")
    match = object_at(given, f"{where}: match", _OF_MATCH) if given is not None else {}
    if not _matches_pods(match, f"{where}: match"):
        return None
    names: dict[str, Result] = {
        **scope(operation),
        "object.kind": just(Text(Plain(text("Pod")))),
        "oldObject.kind": just(Text(Plain(text("Pod")))),
        "variables.anyObject": just(root("pod")),
        "variables.params": just(parameters_of(spec.get("parameters"), _schema(template), where)),
    }
    source = _source(template)
    titles = f"{title(template)}, {where}"
    expressed = expressions(source, titles, names, "matchCondition", dialect=CONSTRAINTS, messages=messages)
    objects = expressed.objects(failure_of(source, title(template)))
    return Objection(
        name_of(constraint), modes, frozenset(RESOURCES[operation]), and_(_in_namespaces(match, where), objects)
    )


def _modes(spec: Json, where: str) -> tuple[ir.Mode, ...]:
    """What Gatekeeper does in its webhook with a violation. A constraint with ``scoped`` actions lists the points."""
    action = spec.get("enforcementAction", "deny")
    if action != "scoped":
        if "scopedEnforcementActions" in spec or action not in _MODES:
            raise NotUnderstoodError(f"{where}: enforcementAction {action}")
        return (_MODES[str(action)],)
    modes: list[ir.Mode] = []
    for value in list_at(spec, "scopedEnforcementActions", where):
        scoped = object_at(value, f"{where}: scopedEnforcementActions", {"action", "enforcementPoints"})
        points = [
            object_at(point, f"{where}: enforcementPoints", {"name"}).get("name")
            for point in list_at(scoped, "enforcementPoints", where)
        ]
        if any(point in _WEBHOOK for point in points):
            mode = _MODES.get(str(scoped.get("action")))
            if mode is None:
                raise NotUnderstoodError(f"{where}: the action {scoped.get('action')}")
            modes.append(mode)
    if len(modes) != 1:
        raise NotUnderstoodError(f"{where}: {len(modes)} actions in the webhook, where one is usual")
    return tuple(modes)


def _matches_pods(match: Json, where: str) -> bool:
    """A list of kinds that is empty, or not there, is about all kinds."""

    def has(listed: tuple[str, ...], wanted: str) -> bool:
        return not listed or "*" in listed or wanted in listed

    kinds = [object_at(value, f"{where}.kinds", {"apiGroups", "kinds"}) for value in list_at(match, "kinds", where)]
    return not kinds or any(
        has(texts_at(kind, "kinds", where), "Pod") and has(texts_at(kind, "apiGroups", where), "") for kind in kinds
    )


def _in_namespaces(match: Json, where: str) -> Term:
    """The condition that ``match`` has on the namespace. A list that is empty, or not there, has none."""
    namespace = string_at(Place("request", ("namespace",)))

    def named(name: str, otherwise: Term) -> Term:
        patterns = texts_at(match, name, f"{where}: match")
        return or_(*(_glob(pattern, where)(namespace) for pattern in patterns)) if patterns else otherwise

    selected = namespaces_selected(match.get("namespaceSelector"), f"{where}: match.namespaceSelector")
    return and_(named("namespaces", TRUE), not_(named("excludedNamespaces", not_(TRUE))), selected)


def _glob(pattern: str, where: str) -> Callable[[Term], Term]:
    """A name, or its beginning and a ``*``."""
    plain = pattern.removesuffix("*")
    if "*" in plain:
        raise NotUnderstoodError(f"{where}: the namespaces {pattern}")
    if plain == pattern:
        return lambda namespace: equal(namespace, text(pattern))
    return lambda namespace: starts_with(namespace, text(plain))
