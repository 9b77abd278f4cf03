"""What all policies in CEL have in common: a policy's variables, validations and mutations, ready for a template."""

from __future__ import annotations

import json

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.defaulting import in_sequence
from pscc.ir.passes import Reads, rechecked_on, specialise
from pscc.output.contents import origin
from pscc.output.templating import Code, folded, yaml_block
from pscc.printers.cel.checks import changed, validation
from pscc.printers.cel.layout import laid_out
from pscc.printers.cel.patches import patches
from pscc.printers.cel.pending import NONE_PENDING, Pending
from pscc.printers.cel.text import Quote, quoted, text_of
from pscc.printers.cel.tree import Expression
from pscc.printers.cel.variables import once
from pscc.printers.cel.workloads import at_template, of_template
from pscc.printers.rego.rules import comment

Fields = dict[str, object]
Checks = tuple[tuple[ir.Check, Reads], ...]
_ON_ONE_LINE = 100


def checks_of(policy: ir.Policy) -> Checks:
    """The checks of ``policy`` with their values in them, and what they look at; without those which every pod passes."""
    both = ((specialise(check), rechecked_on(check)) for check in policy.checks)
    return tuple((check, reads) for check, reads in both if check.requirements)


def check_lines(check: ir.Check, quote: Quote = quoted) -> list[str]:
    """The variables and the validation of ``check`` alone, for people."""
    whole = validation(specialise(check), rechecked_on(check))
    variables = (f"{name}: {text_of(value, quote)}" for name, value in whole.variables)
    return [*variables, f"validation: {text_of(whole.expression, quote)}"]


def default_lines(default: ir.Default, quote: Quote = quoted) -> list[str]:
    """The patches that set ``default``, for people."""
    return [line for patch in patches(default) for line in laid_out(patch, quote).splitlines()]


def described(checks: Checks) -> Code:
    """What the checks say, as the lines of a description."""
    return yaml_block(folded(" ".join(dict.fromkeys(check.description for check, _ in checks))), 6)


def described_defaults(policy: ir.Policy) -> Code:
    """Which defaults there are, as the lines of a description."""
    controls = ", ".join(dict.fromkeys(default.control for default in policy.defaults))
    return yaml_block(folded(f"Sets what pods leave unset, before they are validated: {controls}."), 6)


@frozen
class Printed:
    """The parts of a validating policy: the condition under which an update concerns it, variables, validations."""

    changed: Code
    variables: list[Fields]
    validations: list[Fields]


def validations(checks: Checks, template: str = "", pending: Pending = NONE_PENDING, quote: Quote = quoted) -> Printed:
    """The parts for pods; with ``template`` for workloads whose pods are there, as ``spec.template``.

    A template is judged as the pod that the ``pending`` defaults make of it. ``quote`` writes the strings.
    """
    printed = [validation(check, reads, pending=pending) for check, reads in checks]
    variables = once(variable for whole in printed for variable in whole.variables)
    if template:
        variables = once(of_template(variables.items(), template))

    def block(expression: Expression) -> Code:
        return yaml_block(laid_out(expression, quote), 8)

    def inline(expression: Expression) -> Code:
        text = text_of(expression, quote)
        return Code(text) if len(text) < _ON_ONE_LINE else Code(f"|-\n{block(expression)}")

    rows: list[Fields] = [
        {
            "statement": Code(comment(origin(check.statement, check.span))),
            "expression": inline(whole.expression),
            "text": block(whole.message),
            "message": Code(json.dumps(f"{check.title}: the pod does not meet this policy.")),
        }
        for (check, _), whole in zip(checks, printed, strict=True)
    ]
    concerned = changed([reads for _, reads in checks])
    return Printed(
        block(at_template(concerned, template) if template else concerned),
        [{"name": Code(name), "note": Code(""), "expression": block(value)} for name, value in variables.items()],
        rows,
    )


def mutations(policy: ir.Policy, quote: Quote = quoted) -> list[Fields]:
    """The patches of the defaults, each about what the one before made of the pod. ``quote`` writes the strings."""
    return [
        {
            "statement": Code(comment(origin(default.statement, default.span))),
            "expression": yaml_block(laid_out(patch, quote), 10),
        }
        for default in in_sequence(policy.defaults)
        for patch in patches(default)
    ]
