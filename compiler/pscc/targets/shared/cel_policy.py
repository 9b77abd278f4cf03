"""The common part of all policies in CEL: variables, validations and mutations, ready for a template."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.defaulting import in_sequence
from pscc.ir.passes import Reads, rechecked_on, specialise
from pscc.output.contents import origin
from pscc.output.templating import Code, folded, yaml_block
from pscc.printers.cel.bindings import NONE_PENDING, Pending
from pscc.printers.cel.checks import changed, validation
from pscc.printers.cel.expressions import at_template
from pscc.printers.cel.layout import laid_out
from pscc.printers.cel.patches import patches
from pscc.printers.cel.variables import once
from pscc.printers.rego.rules import comment

Fields = dict[str, object]
Checks = tuple[tuple[ir.Check, Reads], ...]
_ON_ONE_LINE = 100


def checks_of(policy: ir.Policy) -> Checks:
    """The checks of ``policy`` with their values, and the fields that they read. Checks that every pod passes are left out."""
    both = ((specialise(check), rechecked_on(check)) for check in policy.checks)
    return tuple((check, reads) for check, reads in both if check.requirements)


def check_lines(check: ir.Check) -> list[str]:
    """The variables and the validation of ``check`` alone, for people."""
    whole = validation(specialise(check), rechecked_on(check))
    return [*(f"{name}: {text}" for name, text in whole.variables), f"validation: {whole.expression}"]


def default_lines(default: ir.Default) -> list[str]:
    """The patches that set ``default``, for people."""
    return [line for text in patches(default) for line in laid_out(text).splitlines()]


def described(checks: Checks) -> Code:
    """The lines of an annotation with the descriptions of ``checks``."""
    return yaml_block(folded(" ".join(dict.fromkeys(check.description for check, _ in checks))), 6)


def described_defaults(policy: ir.Policy) -> Code:
    """The lines of an annotation with the controls that ``policy`` defaults."""
    controls = ", ".join(dict.fromkeys(default.control for default in policy.defaults))
    return yaml_block(folded(f"Sets what pods leave unset, before they are validated: {controls}."), 6)


@frozen
class Printed:
    """The parts of a validating policy: the condition under which an update concerns it, variables, validations."""

    changed: Code
    variables: list[Fields]
    validations: list[Fields]


def validations(checks: Checks, template: str = "", pending: Pending = NONE_PENDING) -> Printed:
    """The parts of a validating policy for pods; with ``template``, a path as ``spec.template``, for workloads.

    A template is judged as the pod that the ``pending`` defaults make of it.
    """
    printed = [validation(check, reads, pending=pending) for check, reads in checks]
    variables = once(pair for part in printed for pair in part.variables)
    if template:
        variables = once(of_template(variables.items(), template))

    def block(text: str) -> Code:
        return yaml_block(laid_out(text), 8)

    rows: list[Fields] = [
        {
            "statement": Code(comment(origin(check.statement, check.span))),
            "expression": Code(part.expression)
            if len(part.expression) < _ON_ONE_LINE
            else Code(f"|-\n{block(part.expression)}"),
            "text": block(part.message),
            "message": Code(json.dumps(f"{check.title}: the pod does not meet this policy.")),
        }
        for (check, _), part in zip(checks, printed, strict=True)
    ]
    concerned = changed([reads for _, reads in checks])
    return Printed(
        block(at_template(concerned, template) if template else concerned),
        [{"name": Code(name), "note": Code(""), "expression": block(text)} for name, text in variables.items()],
        rows,
    )


_TEMPLATE, _OLD_TEMPLATE = "template", "oldTemplate"
"""The variables that hold the pod template of an object."""


def of_template(variables: Iterable[tuple[str, str]], template: str) -> list[tuple[str, str]]:
    """``variables`` about a pod, of workloads whose pods are at ``template``, behind those that hold the templates."""
    roots = [(_TEMPLATE, f"object.{template}"), (_OLD_TEMPLATE, f"oldObject.{template}")]
    return [*roots, *((name, _templated(text)) for name, text in variables)]


def _templated(text: str) -> str:
    """``text`` about the pod template of an object. No literal holds these words: `cel.literal` breaks them up."""
    for root, template in (("object", _TEMPLATE), ("oldObject", _OLD_TEMPLATE)):
        for field in ("spec", "metadata"):
            text = re.sub(rf"\b{root}\.{field}\b", f"variables.{template}.{field}", text)
    return text


def mutations(policy: ir.Policy) -> list[Fields]:
    """The patches of the defaults, each about what the one before made of the pod."""
    return [
        {
            "statement": Code(comment(origin(default.statement, default.span))),
            "expression": yaml_block(laid_out(text), 10),
        }
        for default in in_sequence(policy.defaults)
        for text in patches(default)
    ]
