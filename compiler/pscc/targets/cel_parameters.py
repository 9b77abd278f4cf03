"""Prints a check that is not specialised as CEL for a ConstraintTemplate: its values are a Constraint's parameters.

Gatekeeper binds these to ``variables.params``, null where there are none. Source: ``cel_snippets.go`` in Gatekeeper
3.23 ``pkg/drivers/k8scel/transform``. Must not import a control.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

from pscc import ir
from pscc.passes import constant, looked_at, parameters
from pscc.targets.cel import CATEGORIES, SENSITIVITY, literal, parameter, prefixes_of
from pscc.targets.cel_checks import ON_UPDATE, Validation, validation
from pscc.targets.cel_exempt import EXEMPT, exemption_variables
from pscc.targets.cel_findings import ALLOWED, FINDINGS, line, shown_as

BECAUSE = "because"
UPDATED = f"{ON_UPDATE} && oldObject != null"
"""The pod that a workload would make has the workload's operation, and no old object."""
DELETED = 'request.operation == "DELETE"'
"""Gatekeeper's webhook may see deletions, which have no object: nothing is said of them."""


def template_of(check: ir.Check, exempt: bool = False) -> Validation:
    """The validation of every policy's ``check`` of this shape, with ``exempt`` of those that let requests off."""
    plain = replace(check, because="")
    printed = validation(plain, looked_at(check), FINDINGS, UPDATED, unchanged_as="unchanged")
    variables = [*_parameters(check), (BECAUSE, _because()), *printed.variables]
    expression = f"{DELETED} || {printed.expression}"
    if exempt:
        variables += exemption_variables()
        expression += f" || variables.{EXEMPT}"
    return Validation(tuple(variables), expression, f"{printed.message} + variables.{BECAUSE}")


def _parameters(check: ir.Check) -> list[tuple[str, str]]:
    found = [(one.name, _given(one.name, literal(constant(one, {}).value))) for one in parameters(check)]
    pattern = 'pattern.endsWith("*") ? pattern.substring(0, pattern.size() - 1) : pattern'
    found += [
        (prefixes_of(one), f"{parameter(one.name)}.map(pattern, {pattern})") for one in _patterns(check.requirements)
    ]
    if any(one.name == "level" for one in parameters(check)):
        level = parameter("level")
        found.append((SENSITIVITY, f'{level}.substring(0, {level}.indexOf(":") + 1)'))
        halves = f'{level}.contains(":") ? {level}.substring({level}.indexOf(":") + 1).split(",") : []'
        found.append((CATEGORIES, halves))
    shown = {one.params for one in _shown(check.requirements) if one.params[0].kind not in ("string", "bool")}
    if len(shown) > 1:
        raise TypeError("a check shows its values in one way")
    found += [
        (shown_as(one[0]), f'{parameter(one[0].name)} == "" ? "none" : {line(parameter(one[0].name))}')
        for one in dict.fromkeys(one.params for one in _shown(check.requirements))
        if one[0].kind == "string"
    ]
    return [*found, *((ALLOWED, _listed(params)) for params in shown)]


def _patterns(node: object) -> list[ir.Param]:
    """The parameters whose beginnings something is to start with, each once."""
    if isinstance(node, ir.StartsWithAny):
        return [node.patterns] if isinstance(node.patterns, ir.Param) else []
    parts = node if isinstance(node, tuple) else ()
    if is_dataclass(node):
        parts = tuple(getattr(node, f.name) for f in fields(node))
    return list(dict.fromkeys(found for one in parts for found in _patterns(one)))


def _given(name: str, otherwise: str) -> str:
    own = f"variables.params.{name}"
    return f"variables.params != null && has({own}) ? {own} : {otherwise}"


def _because() -> str:
    own = f"variables.params.{BECAUSE}"
    return f'variables.params != null && has({own}) && {own} != "" ? " (" + {line(own)} + ")" : ""'


def _shown(node: object) -> list[ir.ShowParams]:
    if isinstance(node, ir.ShowParams):
        return [node]
    if isinstance(node, tuple):
        return [found for one in node for found in _shown(one)]
    return [found for f in fields(node) for found in _shown(getattr(node, f.name))] if is_dataclass(node) else []


def _listed(params: tuple[ir.Param, ...]) -> str:
    """The text of the values in a message, as `ir.ShowParams` has it."""
    lists = " + ".join(parameter(one.name) for one in params)
    match params[0].kind:
        case "ranges":
            one = 'range.min == range.max ? string(range.min) : string(range.min) + "-" + string(range.max)'
            text, whole = f"{lists}.map(range, {one})", lists
        case "hostPaths":
            one = 'has(path.readOnly) && path.readOnly ? path.pathPrefix + " (read-only)" : path.pathPrefix'
            text, whole = f"{lists}.map(path, {one})", lists
        case _:
            text = whole = f"({lists})" if len(params) > 1 else lists
    joined = line(f'{text}.join(", ")', string=True)
    return f'{whole}.size() == 0 ? "none" : {joined}'
