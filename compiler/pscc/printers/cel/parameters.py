"""Prints a check that is not specialised as CEL for a ConstraintTemplate: its values are a Constraint's parameters.

Gatekeeper binds these to ``variables.params``, null where there are none. Source: ``cel_snippets.go`` in Gatekeeper
3.23 ``pkg/drivers/k8scel/transform``.
"""

from __future__ import annotations

from dataclasses import replace

from pscc import ir
from pscc.ir.passes import Reads, constant, parameters, rechecked_on
from pscc.ir.walking import nodes
from pscc.printers.cel.checks import ON_UPDATE, UNCHANGED, Validation, validation
from pscc.printers.cel.exempt import EXEMPT, exemption_variables
from pscc.printers.cel.findings import FINDINGS
from pscc.printers.cel.fragments import cel
from pscc.printers.cel.literals import literal
from pscc.printers.cel.logic import all_of, any_of
from pscc.printers.cel.matching import halves_of, prefixes_of
from pscc.printers.cel.messages import line, shown_as
from pscc.printers.cel.reads import parameter
from pscc.printers.cel.tree import EMPTY, Expression, Grouped, Listing, Select, infix, variable
from pscc.printers.cel.variables import Variable
from pscc.printers.cel.workloads import CONTROLLED, holding_pods, of_held_pods

BECAUSE = "because"
UPDATED = all_of(ON_UPDATE, cel("oldObject != null"))
"""The pod that an ExpansionTemplate makes of a workload has the workload's operation, and no old object."""
DELETED = cel('request.operation == "DELETE"')
"""Gatekeeper's webhook may see deletions, which have no object: a Constraint has no finding on them."""


def template_of(check: ir.Check, exempt: bool = False) -> Validation:
    """The validation for every policy that has a ``check`` of this shape. With ``exempt``, it passes exempt requests.

    It judges pods, and workloads by the pods that they would make.
    """
    plain = replace(check, because="")
    printed = validation(plain, rechecked_on(check, exempt), FINDINGS, UPDATED, unchanged_as=UNCHANGED)
    variables = [*_parameters(check), (BECAUSE, _because()), *printed.variables]
    return _of_template(replace(printed, variables=tuple(variables)), exempt, variable(BECAUSE))


def of_policy(check: ir.Check, reads: Reads, exempt: bool) -> Validation:
    """The validation of ``check``, which has its values in it, for a template that has all checks of one policy."""
    return _of_template(validation(check, reads, updated=UPDATED), exempt)


def _of_template(printed: Validation, exempt: bool, behind: Expression = EMPTY) -> Validation:
    """``printed``, about pods and about workloads. With ``exempt`` it passes exempt requests. ``behind`` ends its message."""
    variables = [*printed.variables, *(exemption_variables() if exempt else ())]
    expression = any_of(printed.expression, variable(EXEMPT)) if exempt else printed.expression
    of_pods = [(name, of_held_pods(value)) for name, value in variables]
    message = of_held_pods(printed.message)
    message = message if behind == EMPTY else infix("+", message, behind)
    return Validation(
        (*holding_pods(), *of_pods), printed.unchanged, unless_left_out(of_held_pods(expression)), message
    )


def unless_left_out(holds: Expression) -> Expression:
    """``holds``, or true for requests that are not judged: deletions, and workloads that a controller writes."""
    return any_of(DELETED, CONTROLLED, holds)


def _parameters(check: ir.Check) -> list[Variable]:
    """The parameters themselves, and what is made of them for where they stand: patterns, levels, messages."""
    variables = [(param.name, _given(param.name, literal(constant(param, {}).value))) for param in parameters(check)]
    for patterns in dict.fromkeys(node.patterns for node in nodes(check.requirements, ir.StartsWithAny)):
        if isinstance(patterns, ir.Param):
            variables.append((prefixes_of(patterns.name), _prefixes(patterns)))
    for level in dict.fromkeys(node.right for node in nodes(check.requirements, ir.SameLevel)):
        if isinstance(level, ir.Param):
            variables += zip(halves_of(level.name), _halves(level), strict=True)
    for params in dict.fromkeys(node.params for node in nodes(check.requirements, ir.ShowParams)):
        if params[0].kind != "bool":
            variables.append((shown_as(params), _shown(params)))
    return variables


def _prefixes(patterns: ir.Param) -> Expression:
    return cel(
        '$patterns.map(pattern, pattern.endsWith("*") ? pattern.substring(0, pattern.size() - 1) : pattern)',
        patterns=parameter(patterns.name),
    )


def _halves(level: ir.Param) -> tuple[Expression, Expression]:
    text = parameter(level.name)
    sensitivity = cel('$level.substring(0, $level.indexOf(":") + 1)', level=text)
    categories = '$level.contains(":") ? $level.substring($level.indexOf(":") + 1).split(",") : []'
    return sensitivity, cel(categories, level=text)


def _given(name: str, otherwise: Expression) -> Expression:
    own = Select(variable("params"), name)
    return cel("variables.params != null && has($own) ? $own : $otherwise", own=own, otherwise=otherwise)


def _because() -> Expression:
    own = Select(variable("params"), BECAUSE)
    given = 'variables.params != null && has($own) && $own != "" ? " (" + $line + ")" : ""'
    return cel(given, own=own, line=line(own))


def _shown(params: tuple[ir.Param, ...]) -> Expression:
    """The text of the values in a message, as `ir.ShowParams` has it."""
    (kind,) = {param.kind for param in params}
    values = [parameter(param.name) for param in params]
    match kind:
        case "string" if len(params) == 1:
            return cel('$value == "" ? "none" : $line', value=values[0], line=line(values[0]))
        case "string":
            words = whole = cel('$words.filter(word, word != "")', words=Listing(tuple(values)))
        case "ranges":
            whole = infix("+", *values)
            words = cel(
                "$ranges.map(range, range.min == range.max ? string(range.min) : "
                'string(range.min) + "-" + string(range.max))',
                ranges=whole,
            )
        case "hostPaths":
            whole = infix("+", *values)
            words = cel(
                "$paths.map(path, "
                'has(path.readOnly) && path.readOnly ? path.pathPrefix + " (read-only)" : path.pathPrefix)',
                paths=whole,
            )
        case _:
            words = whole = Grouped(infix("+", *values)) if len(params) > 1 else values[0]
    joined = line(cel('$words.join(", ")', words=words), string=True)
    return cel('$whole.size() == 0 ? "none" : $joined', whole=whole, joined=joined)
