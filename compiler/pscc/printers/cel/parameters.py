"""Prints a check that is not specialised as CEL for a ConstraintTemplate: its values are a Constraint's parameters.

Gatekeeper binds these to ``variables.params``, null where there are none. Source: ``cel_snippets.go`` in Gatekeeper
3.23 ``pkg/drivers/k8scel/transform``.
"""

from __future__ import annotations

from dataclasses import replace

from pscc import ir
from pscc.ir.passes import constant, nodes, parameters, rechecked_on
from pscc.printers.cel.checks import ON_UPDATE, Validation, validation
from pscc.printers.cel.exempt import EXEMPT, exemption_variables
from pscc.printers.cel.expressions import halves_of, literal, parameter, prefixes_of
from pscc.printers.cel.findings import FINDINGS, line, shown_as

BECAUSE = "because"
UPDATED = f"{ON_UPDATE} && oldObject != null"
"""The pod that a workload would make has the workload's operation, and no old object."""
DELETED = 'request.operation == "DELETE"'
"""Gatekeeper's webhook may see deletions, which have no object: nothing is said of them."""


def template_of(check: ir.Check, exempt: bool = False) -> Validation:
    """The validation of every policy's ``check`` of this shape, with ``exempt`` of those that let requests off."""
    plain = replace(check, because="")
    printed = validation(plain, rechecked_on(check), FINDINGS, UPDATED, unchanged_as="unchanged")
    variables = [*_parameters(check), (BECAUSE, _because()), *printed.variables]
    expression = f"{DELETED} || {printed.expression}"
    if exempt:
        variables += exemption_variables()
        expression += f" || variables.{EXEMPT}"
    return Validation(tuple(variables), expression, f"{printed.message} + variables.{BECAUSE}")


def _parameters(check: ir.Check) -> list[tuple[str, str]]:
    """The parameters themselves, and what is made of them for where they stand: patterns, levels, messages."""
    found = [(one.name, _given(one.name, literal(constant(one, {}).value))) for one in parameters(check)]
    patterns = (one.patterns for one in nodes(check.requirements, ir.StartsWithAny))
    found += [(prefixes_of(one.name), _prefixes(one)) for one in dict.fromkeys(patterns) if isinstance(one, ir.Param)]
    levels = (one.right for one in nodes(check.requirements, ir.SameLevel))
    for level in dict.fromkeys(one for one in levels if isinstance(one, ir.Param)):
        found += zip(halves_of(level.name), _halves(level), strict=True)
    shown = (one.params for one in nodes(check.requirements, ir.ShowParams))
    return [
        *found,
        *((shown_as(params), _shown(params)) for params in dict.fromkeys(shown) if params[0].kind != "bool"),
    ]


def _prefixes(patterns: ir.Param) -> str:
    pattern = 'pattern.endsWith("*") ? pattern.substring(0, pattern.size() - 1) : pattern'
    return f"{parameter(patterns.name)}.map(pattern, {pattern})"


def _halves(level: ir.Param) -> tuple[str, str]:
    text = parameter(level.name)
    categories = f'{text}.contains(":") ? {text}.substring({text}.indexOf(":") + 1).split(",") : []'
    return f'{text}.substring(0, {text}.indexOf(":") + 1)', categories


def _given(name: str, otherwise: str) -> str:
    own = f"variables.params.{name}"
    return f"variables.params != null && has({own}) ? {own} : {otherwise}"


def _because() -> str:
    own = f"variables.params.{BECAUSE}"
    return f'variables.params != null && has({own}) && {own} != "" ? " (" + {line(own)} + ")" : ""'


def _shown(params: tuple[ir.Param, ...]) -> str:
    """The text of the values in a message, as `ir.ShowParams` has it."""
    (kind,) = {one.kind for one in params}
    lists = " + ".join(parameter(one.name) for one in params)
    match kind:
        case "string" if len(params) == 1:
            return f'{lists} == "" ? "none" : {line(lists)}'
        case "string":
            given = ", ".join(parameter(one.name) for one in params)
            text = whole = f'[{given}].filter(word, word != "")'
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
