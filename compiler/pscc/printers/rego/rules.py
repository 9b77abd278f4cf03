"""Prints the checks of the IR as Rego v1: for each requirement the list of its findings, and the helper rules that it needs.

The fixed helpers are ``templates/rego/lib/pscc.rego``, package ``lib.pscc``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import assert_never

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.passes import Reads, constant, parameters
from pscc.ir.tidy import failing, message
from pscc.ir.walking import nodes
from pscc.output.numbering import numbered
from pscc.printers.rego.conditions import Conditions, indented, set_where
from pscc.printers.rego.fragments import Fragment, called_by, listed, read_by, read_of, rego, rules_of
from pscc.printers.rego.layout import broken
from pscc.printers.rego.naming import identifier
from pscc.printers.rego.text import literal, snake
from pscc.printers.rego.values import Known, Values, without_field


@frozen
class CheckRules:
    """The rules of a check. ``findings`` is the name of the one that holds the list of all its messages.

    ``calls`` are the rules of the library that they call.
    """

    rules: str
    findings: str
    calls: frozenset[str]


def check_rules(check: ir.Check, prefix: str = "", as_functions: bool = False) -> CheckRules:
    """The rules of ``check``. They read the rule ``pod``, and ``parameter_NAME`` of each parameter left.

    With ``as_functions`` they are instead functions of ``given``, an object that has every parameter.
    """
    whole = f"{prefix}findings"
    rules: list[Fragment] = []
    names: list[str] = []
    conditions = Conditions(prefix, Values(as_functions))
    for number, requirement in enumerate(check.requirements, 1):
        own = identifier(requirement.name) or f"requirement_{number}"
        name = f"{prefix}{own}_findings" if len(check.requirements) > 1 else whole
        names.append(name if name not in names else f"{name}_{number}")
        rules += [_findings(requirement, names[-1], conditions), *conditions.helpers]
        conditions.helpers.clear()
    if not names:
        rules.append(Fragment(f"{conditions.head(whole, [])} := []"))
    elif len(names) > 1:
        lists = rego("some requirement_findings in [$lists]", lists=listed(map(conditions.reading, names)))
        body = [lists, Fragment("some finding in requirement_findings")]
        rules.insert(0, rules_of(f"{conditions.head(whole, body)} := [finding |\n{indented(body)}]", body))
    return CheckRules("\n\n".join(rule.text for rule in rules), whole, called_by(rules))


def _findings(requirement: ir.Requirement, name: str, conditions: Conditions) -> Fragment:
    """The rule ``name``: the messages of the findings of ``requirement``, in order. Its helpers go to ``conditions``."""
    condition, parts = failing(requirement), message(requirement)
    conditions.verdict, conditions.ending = _verdict(condition, requirement)
    values = conditions.values
    values.bound = {}
    definitions: list[Fragment] = []
    for value in _repeated((condition, parts)):
        local = numbered(snake(_last_name(value)), values.bound.values(), "_")
        definitions.append(rego("$local := $value", local=local, value=values.total(value)))
        values.bound[value] = local
    scope = (*conditions.arguments, *(step.var for step in requirement.each), *values.bound.values())
    lines = [
        *definitions,
        *conditions.body(condition, scope, requirement.name or "requirement"),
        rego("finding := $text", text=_text(parts, values, set_where(condition))),
    ]
    for step in reversed(requirement.each):
        var = step.var if step.var in read_by(lines) else "_"
        lines.insert(0, rego("some $var in $items", var=var, items=values.iterated(step.items)))
    return rules_of(f"{conditions.head(name, lines)} := [finding |\n{indented(lines)}]", lines)


def _verdict(condition: ir.Condition, requirement: ir.Requirement) -> tuple[ir.Condition, str]:
    """The part of ``condition`` whose helper rule decides whether ``requirement`` is met, and the last word of its name."""
    parts = condition.conditions if isinstance(condition, ir.And) else (condition,)
    for part in reversed(parts):
        if isinstance(part, ir.Not) and not isinstance(requirement.must, ir.Not):
            return part.condition, "ok"
        if isinstance(part, ir.Or | ir.Any) and isinstance(requirement.must, ir.Not):
            return part, "denied"
    return ir.TRUE, "ok"


def _repeated(node: object) -> list[ir.Coalesce | ir.Entry]:
    """The values that take more than one step to read, and that ``node`` reads more than once, outside of its own walks."""
    values: list[ir.Coalesce | ir.Entry] = []
    for value in nodes(node, ir.Coalesce, ir.Entry, ir.Any, ir.All):
        if isinstance(value, ir.Coalesce):
            values.append(without_field(value))
        elif isinstance(value, ir.Entry):
            values.append(value)
    return [value for value, count in Counter(values).items() if count > 1]


def _last_name(value: ir.Coalesce | ir.Entry) -> str:
    """The name of the field that ``value`` reads first, for a local variable."""
    match value:
        case ir.Entry(map=ir.Path(fields=(*_, plural))):
            return plural.removesuffix("s")
        case ir.Coalesce(options=(ir.Path(fields=(*_, name)), *_)):
            return name
        case _:
            return "value"


def _text(parts: tuple[ir.Part, ...], values: Values, known: Known) -> Fragment:
    """The message of ``parts`` as a string in Rego. The values in ``known`` are set."""
    if all(isinstance(part, str) for part in parts):
        return Fragment(literal("".join(part for part in parts if isinstance(part, str))))
    # no sprintf: regopy's leaves the quotes around strings
    texts = (Fragment(literal(part)) if isinstance(part, str) else _shown(part, values, known) for part in parts)
    return rego('concat("", [$texts])', texts=listed(texts))


def _shown(part: ir.Show | ir.ShowParams, values: Values, known: Known) -> Fragment:
    match part:
        case ir.Show(value=ir.Path(var=var, fields=("name",))):
            # not a function of the container: OPA compares a function's arguments with those of each call before
            return rego('lib.show(object.get($named, "name", null))', named=read_of(var))
        case ir.Show(value=value):
            return rego("lib.show($value)", value=values.total(value, known))
        case ir.ShowParams(params=(ir.Param(name=name, kind="bool"),)):
            return rego("lib.show($value)", value=values.parameter(name))
        case ir.ShowParams(params=params):
            each = [values.parameter(param.name) for param in params]
            if all(param.kind in ("string", "bool") for param in params):
                return rego("lib.show_all(lib.given([$values]))", values=listed(each))
            together = each[0]
            for more in each[1:]:
                together = rego("array.concat($first, $second)", first=together, second=more)
            return rego("lib.show_all($list)", list=together)
        case _:
            assert_never(part)


def parameter_rules(check: ir.Check) -> str:
    """The rules which read the parameters of a generic template; one that is absent is empty, or false."""
    return "\n\n".join(
        f'parameter_{p.name} := object.get(input, ["parameters", "{p.name}"], {literal(constant(p, {}).value)})'
        for p in parameters(check)
    )


def unchanged(reads: Reads) -> tuple[Fragment, ...]:
    """The lines of a body that holds where everything in ``reads`` is the same in the rules ``pod`` and ``old_pod``."""
    lines = []
    if reads.pod:
        lines.append(rego("lib.same_fields($pod, old_pod, $paths)", pod=ir.POD, paths=literal(reads.pod)))
    if reads.containers:
        lines.append(rego("lib.same_in_containers($pod, old_pod, $paths)", pod=ir.POD, paths=literal(reads.container)))
    if reads.annotations:
        lines.append(rego("lib.same_annotations($pod, old_pod, $paths)", pod=ir.POD, paths=literal(reads.annotations)))
    return tuple(replace(line, text=broken(line.text, 1)) for line in lines)
