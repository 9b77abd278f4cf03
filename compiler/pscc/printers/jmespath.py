"""Prints the few conditions that a default's ``unless`` has as JMESPath, in the dialect of Kyverno's mutation rules.

Kyverno reads a missing field as null inside an operator or a function, and fails on a bare one: every read here stands
inside one. ``container`` is Kyverno's ``element``, the pod ``request.object``.
"""

from __future__ import annotations

import json

from pscc import ir

ELEMENT = "element"
OBJECT = "request.object"
NULL = "`null`"


class UnprintableError(Exception):
    """The condition has no exact JMESPath."""


def literal(text: str) -> str:
    """A string as a raw JMESPath literal. Raises `UnprintableError` on what Kyverno would take for a variable."""
    if "'" in text or "\\" in text or not safe(text):
        raise UnprintableError(text)
    return f"'{text}'"


def safe(value: object) -> bool:
    """Whether no text in ``value`` reads as one of Kyverno's variables or references."""
    text = json.dumps(value)
    return "{{" not in text and "$(" not in text and "}}" not in text.replace('"}}', "")


def field(root: str, fields: tuple[str, ...]) -> str:
    """The read of ``fields`` below ``root``."""
    return ".".join((root, *(name if name.isidentifier() else json.dumps(name) for name in fields)))


def value(node: ir.Value) -> str:
    """The read of ``node``. Raises `UnprintableError` on a node that no default has."""
    match node:
        case ir.Path(var=ir.POD, fields=fields):
            return field(OBJECT, fields)
        case ir.Path(fields=fields):
            return field(ELEMENT, fields)
        case ir.Coalesce(options=options, field=()) if all(isinstance(option, ir.Path) for option in options):
            return f"not_null({', '.join(value(option) for option in options)})"
        case ir.Entry(map=of, key=ir.Concat(prefix=prefix, value=inner)):
            key = f"join('', [{literal(prefix)}, {value(inner)}])"
            return f"lookup(not_null({value(of)}, `{{}}`), {key})"
        case _:
            raise UnprintableError(type(node).__name__)


def condition(node: ir.Condition) -> str:
    """``node`` as an expression that is true or false. Raises `UnprintableError` on a node that no default has."""
    match node:
        case ir.Has(value=read):
            return f"{value(read)} != {NULL}"
        case ir.Not(condition=ir.Has(value=read)):
            return f"{value(read)} == {NULL}"
        case ir.Equals(left=read, right=ir.Const(value=bool(wanted))):
            return f"{value(read)} == `{json.dumps(wanted)}`"
        case ir.Equals(left=read, right=ir.Const(value=str(text))):
            return f"{value(read)} == {literal(text)}"
        case ir.Not(condition=inner):
            return f"!({condition(inner)})"
        case ir.And(conditions=conditions) if conditions:
            return " && ".join(f"({condition(operand)})" for operand in conditions)
        case ir.Or(conditions=conditions) if conditions:
            return " || ".join(f"({condition(operand)})" for operand in conditions)
        case _:
            raise UnprintableError(type(node).__name__)


def given(value: object, when: str) -> str:
    """The JSON ``value`` as a literal, null unless ``when`` holds. Raises `UnprintableError` where that cannot be said."""
    text = json.dumps(value, ensure_ascii=False)
    # Kyverno takes braces within a variable one level deep; a backtick would end the literal
    if "`" in text or text.count("{") > 1:
        raise UnprintableError(text)
    if not when:
        return f"`{text}`"
    if not value:
        raise UnprintableError(text)
    return f"({when}) && `{text}` || {NULL}"


def lacking(listed: str, wanted: tuple[str, ...], spared: str | None) -> str:
    """The elements of ``wanted`` that are in neither list, as an expression for a list."""
    rows = []
    for word in wanted:
        present = f"contains(not_null({listed}, `[]`), {literal(word)})"
        if spared is not None:
            present += f" || contains(not_null({spared}, `[]`), {literal(word)})"
        rows.append(f"{{name: {literal(word)}, present: {present}}}")
    return f"[{', '.join(rows)}][?!present].name"


def united(listed: str, more: str) -> str:
    """The list ``listed`` with the elements of ``more`` behind it."""
    return f"[not_null({listed}, `[]`), {more}][]"
