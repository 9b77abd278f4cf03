"""What all policies in CEL have in common: a policy's variables, validations and mutations, ready for a template."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.defaulting import in_sequence
from pscc.ir.passes import rechecked_on, specialise
from pscc.ir.refusals import BETWEEN
from pscc.output.contents import origin
from pscc.output.templating import Code, comment, yaml_block
from pscc.printers.cel.checks import Validation, changed, finding_of, validation
from pscc.printers.cel.findings import FINDINGS
from pscc.printers.cel.fragments import cel
from pscc.printers.cel.layout import laid_out
from pscc.printers.cel.literals import literal
from pscc.printers.cel.messages import LONGEST, each_within
from pscc.printers.cel.patches import patches
from pscc.printers.cel.pending import NONE_PENDING, Pending
from pscc.printers.cel.text import Quote, quoted, text_of
from pscc.printers.cel.tree import Expression, Listing, variable
from pscc.printers.cel.variables import once
from pscc.printers.cel.workloads import at_template, holding_templates, templated
from pscc.targets.shared.cel_fields import Fields, fields_of, notes_of
from pscc.targets.shared.cel_workloads import TEMPLATES_AT
from pscc.targets.shared.layouts import Checks

_ON_ONE_LINE = 100
_REPORT = "report"


def check_lines(check: ir.Check, quote: Quote = quoted) -> list[str]:
    """The variables and the validation of ``check`` alone, for people."""
    whole = validation(specialise(check), rechecked_on(check, exempt=False))
    variables = (f"{name}: {text_of(value, quote)}" for name, value in whole.variables)
    return [*variables, f"validation: {text_of(whole.expression, quote)}"]


def default_lines(default: ir.Default, quote: Quote = quoted) -> list[str]:
    """The patches that set ``default``, for people."""
    return [line for patch in patches(default) for line in laid_out(patch, quote).splitlines()]


@frozen
class PrintedPolicy:
    """The parts of a validating policy: the condition under which an update concerns it, variables, the validation."""

    changed: Code
    variables: list[Fields]
    validation: Fields


def validations(checks: Checks, pending: Pending = NONE_PENDING, quote: Quote = quoted) -> PrintedPolicy:
    """The parts for pods, as the ``pending`` defaults make them. ``quote`` writes the strings."""
    printed = _printed(checks, pending)
    variables = [variable for whole in printed for variable in whole.variables]
    rows = fields_of(variables, _notes(checks, printed), quote=quote)
    return PrintedPolicy(_block(_concerned(checks), quote), [*rows, *_joined(checks, printed, quote)], _rule(quote))


def workload_validations(checks: Checks, pending: Pending) -> Iterator[tuple[tuple[str, str], PrintedPolicy]]:
    """The parts for workloads, for each row of `TEMPLATES_AT`. Their pods are judged as ``pending`` makes them.

    All but the variables that hold a template is the same wherever it is, and is printed once.
    """
    printed = _printed(checks, pending)
    about_pods = once(variable for whole in printed for variable in whole.variables)
    about_templates = [(name, templated(value)) for name, value in about_pods.items()]
    rows = [*fields_of(about_templates, _notes(checks, printed)), *_joined(checks, printed, quoted)]
    rule = _rule(quoted)
    concerned = _concerned(checks)
    for row in TEMPLATES_AT:
        _, template = row
        variables = [*fields_of(holding_templates(template), {}), *rows]
        yield row, PrintedPolicy(_block(at_template(concerned, template), quoted), variables, rule)


def _printed(checks: Checks, pending: Pending) -> list[Validation]:
    return [validation(check, reads, pending=pending) for check, reads in checks]


def _notes(checks: Checks, printed: list[Validation]) -> dict[str, str]:
    return notes_of(zip((check for check, _ in checks), printed, strict=True))


def _concerned(checks: Checks) -> Expression:
    return changed([reads for _, reads in checks])


def _joined(checks: Checks, printed: list[Validation], quote: Quote) -> list[Fields]:
    """The variables that join the findings of all checks: an API server shows the message of one validation."""
    findings_of_checks = Listing(
        tuple(finding_of(check, whole) for (check, _), whole in zip(checks, printed, strict=True))
    )
    findings = cel('$findings_of_checks.filter(finding, finding != "")', findings_of_checks=findings_of_checks)
    report = cel("$findings.join($between)", findings=variable(FINDINGS), between=literal(BETWEEN))
    return fields_of([(FINDINGS, findings), (_REPORT, report)], {}, quote=quote)


def _rule(quote: Quote) -> Fields:
    """The one validation of a policy."""
    return {
        "expression": _inline(cel("$findings.size() == 0", findings=variable(FINDINGS)), quote),
        "text": _block(each_within(LONGEST, variable(FINDINGS), variable(_REPORT), literal(BETWEEN)), quote),
        "message": Code(json.dumps("The pod does not meet this policy.")),
    }


def _block(expression: Expression, quote: Quote) -> Code:
    return yaml_block(laid_out(expression, quote), 8)


def _inline(expression: Expression, quote: Quote) -> Code:
    text = text_of(expression, quote)
    return Code(text) if len(text) < _ON_ONE_LINE else Code(f"|-\n{_block(expression, quote)}")


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
