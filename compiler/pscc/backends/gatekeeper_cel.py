"""Gatekeeper's templates in CEL, its engine ``K8sNativeValidation``: the same kinds and parameters as in Rego.

A template has one engine: where it has both, Gatekeeper runs the CEL alone. Must not know a control.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from pscc import ir
from pscc.diagnostics import Diagnostic, SourceError
from pscc.targets.cel_layout import laid_out
from pscc.targets.cel_parameters import template_of
from pscc.templating import Code, yaml_block

_ON_ONE_LINE = 90


@dataclass(frozen=True, slots=True)
class Source:
    """The parts of a template's source: ``variables`` in order, the ``expression`` that has to be true, its messages."""

    variables: tuple[dict[str, Code], ...]
    expression: Code
    text: Code
    message: Code


def source_of(check: ir.Check) -> Source:
    """The source of the template of ``check``."""
    printed = template_of(check)
    return Source(
        tuple({"name": Code(name), "expression": yaml_block(laid_out(text), 18)} for name, text in printed.variables),
        _inline(printed.expression),
        _inline(printed.message),
        Code(json.dumps(f"{check.title}: the pod does not meet this policy.")),
    )


def _inline(text: str) -> Code:
    return Code(text) if len(text) < _ON_ONE_LINE and text[0] != "[" else Code(f"|-\n{yaml_block(laid_out(text), 18)}")


def refuse_access(program: ir.Program) -> None:
    """Raises `SourceError` where ``program`` says who is meant by names, which these templates do not have."""
    help = "leave out `--engine cel`: templates in Rego say it"
    wrong = [
        Diagnostic("TGT003", "`choose` cannot be compiled for gatekeeper's engine cel", choice.span, help=help)
        for choice in program.choices
    ]
    for policy in program.policies:
        if policy.exemptions:
            message = f"exemptions of policy `{policy.name}` cannot be compiled for gatekeeper's engine cel"
            wrong.append(Diagnostic("TGT003", message, policy.exemptions[0].span, help=help))
    if wrong:
        raise SourceError(tuple(wrong))
