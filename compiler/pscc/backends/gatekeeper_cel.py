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


def source_of(check: ir.Check, exempt: bool) -> Source:
    """The source of the template of ``check``, which with ``exempt`` lets off the requests of its Constraint."""
    printed = template_of(check, exempt)
    return Source(
        tuple({"name": Code(name), "expression": yaml_block(laid_out(text), 18)} for name, text in printed.variables),
        _inline(printed.expression),
        _inline(printed.message),
        Code(json.dumps(f"{check.title}: the pod does not meet this policy.")),
    )


def _inline(text: str) -> Code:
    return Code(text) if len(text) < _ON_ONE_LINE and text[0] != "[" else Code(f"|-\n{yaml_block(laid_out(text), 18)}")


def refuse_choices(program: ir.Program) -> None:
    """Raises `SourceError` where ``program`` has a choice, which a template in CEL does not hold."""
    help = "leave out `--engine cel`: a template in Rego says it"
    message = "`choose` cannot be compiled for gatekeeper's engine cel"
    if program.choices:
        raise SourceError(tuple(Diagnostic("TGT003", message, one.span, help=help) for one in program.choices))
