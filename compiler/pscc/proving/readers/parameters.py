"""The parameters of a Constraint as its expressions see them: ``variables.params``.

The API server holds a constraint against the schema of its template: it drops what the schema does not describe, fills in
defaults, and refuses a wrong type. So parameters are understood where the schema describes all of them as they are.
Source: ``CreateSchema`` in ``frameworks/constraint/pkg/client/crds/crds.go``, and "Extend the Kubernetes API with
CustomResourceDefinitions" in Kubernetes' documentation, on pruning and defaulting.
"""

from __future__ import annotations

from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.terms import FALSE, TRUE, number, text
from pscc.proving.readers.documents import Json, object_at
from pscc.proving.values import Item, Listed, MapValue, Null, Plain, Text, Truth, Value, Whole, always

_PRESERVE = "x-kubernetes-preserve-unknown-fields"
_SCHEMA = {"type", "description", "title", "properties", "items", "required", "enum", _PRESERVE}
_TYPES = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}


def parameters_of(given: object, schema: object, where: str) -> Value:
    """The value of ``variables.params``: null where the constraint has no parameters.

    Raises `NotUnderstoodError`, with ``where``, where ``schema`` does not describe the parameters as they are.
    """
    described = _schema({} if schema is None else schema, f"{where}: the schema of its template")
    _check_no_defaults(described, where)
    if given is None:
        if described.get("required"):
            raise NotUnderstoodError(f"{where}: no parameters, where its template requires some")
        return Null()
    return _value(given, described, f"{where}: parameters")


def _schema(value: object, where: str) -> Json:
    return object_at(value, where, _SCHEMA)


def _check_no_defaults(schema: Json, where: str) -> None:
    """All parts of ``schema`` are understood, those of parameters that are not given, too."""
    properties = schema.get("properties")
    for name, inside in properties.items() if isinstance(properties, dict) else ():
        _check_no_defaults(_schema(inside, f"{where}: the schema of {name}"), where)
    if "items" in schema:
        _check_no_defaults(_schema(schema["items"], f"{where}: the schema of a list"), where)


def _value(given: object, schema: Json, where: str) -> Value:
    """``given``, which is as ``schema`` describes it."""
    wanted = _TYPES.get(str(schema.get("type")))
    if wanted is None or type(given) is not wanted:
        raise NotUnderstoodError(f"{where} is not of the type {schema.get('type')} that its template has")
    allowed = schema.get("enum")
    if isinstance(allowed, list) and given not in allowed:
        raise NotUnderstoodError(f"{where} is {given!r}, which its template does not allow")
    match given:
        case dict():
            return _object(given, schema, where)
        case list():
            inside = _schema(schema.get("items", {}), where)
            return Listed(tuple(Item(TRUE, always(_value(each, inside, where))) for each in given))
        case _:
            return _scalar(given, where)


def _object(given: Json, schema: Json, where: str) -> Value:
    properties, required = schema.get("properties", {}), schema.get("required", [])
    if not isinstance(properties, dict) or not isinstance(required, list):
        raise NotUnderstoodError(f"{where}: the schema of its template")
    missing = [name for name in required if name not in given]
    if missing:
        raise NotUnderstoodError(f"{where}.{missing[0]} is not there, and its template requires it")
    entries = []
    for name, inside in given.items():
        if name in properties:
            value = _value(inside, _schema(properties[name], where), f"{where}.{name}")
        elif schema.get(_PRESERVE) is True:
            value = as_it_is(inside, f"{where}.{name}")
        else:
            raise NotUnderstoodError(f"{where}.{name}, which its template does not describe")
        entries.append((str(name), always(value)))
    return MapValue(tuple(entries))


def as_it_is(given: object, where: str) -> Value:
    """``given`` as a value, of which no schema says more."""
    match given:
        case dict():
            return MapValue(tuple((str(name), always(as_it_is(inside, where))) for name, inside in given.items()))
        case list():
            return Listed(tuple(Item(TRUE, always(as_it_is(each, where))) for each in given))
        case _:
            return _scalar(given, where)


def _scalar(given: object, where: str) -> Value:
    match given:
        case bool():
            return Truth(TRUE if given else FALSE)
        case int():
            return Whole(number(given))
        case str():
            return Text(Plain(text(given)))
        case _:
            raise NotUnderstoodError(f"{where} has {given!r}")
