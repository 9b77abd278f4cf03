"""``pscc explain FILE``: what each statement means, where it comes from, and what every target makes of it."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.backends.registry import TARGETS, backend
from pscc.choice_forms import lowered
from pscc.controls import control_of
from pscc.diagnostics import Diagnostic, Report
from pscc.inheritance import Replaced, flatten
from pscc.linking import Family
from pscc.passes import specialise
from pscc.syntax import ast
from pscc.syntax.printer import print_statement
from pscc.targets import cel_findings, rego


def explain_source(document: ast.Document, family: Family, program: ir.Program, line: int | None) -> str:
    """The explanation of every statement of ``document``, or of those on ``line``; empty where there is none."""
    plain, _ = lowered(program)
    told = {name: backend(name).package(plain, {}).diagnostics for name in TARGETS}
    parts = []
    for policy in (*program.policies, *(p for choice in program.choices for p in choice.policies)):
        named = next((p for p in document.policies if p.name.text == policy.name), None)
        replaced = flatten(named, family, Report()).replaced if named else ()
        for check in policy.checks:
            if line is None or (check.span.line <= line <= check.span.end_line and check.span.file == document.file):
                parts.append("\n".join(_check(policy, check, replaced, told)))
        for default in policy.defaults:
            if line is None or (
                default.span.line <= line <= default.span.end_line and default.span.file == document.file
            ):
                parts.append("\n".join(_default(policy, default, replaced, told)))
    return "\n\n".join(parts)


def _head(policy: ir.Policy, statement: str, control_id: str, span: object, says: str) -> Iterator[str]:
    control = control_of(control_id)
    yield f"{span}  {statement}"
    yield f"  {says}"
    yield f"  Why: {control.intent}"
    yield f"  Policy: {policy.name}, which {_MODES[policy.mode]}"
    if control.psp_fields:
        yield f"  In a PodSecurityPolicy: {', '.join(control.psp_fields)}"


_MODES = {"enforce": "refuses pods", "warn": "warns of pods", "audit": "reports pods"}


def _in_place_of(statement: str, control: str, replaced: tuple[Replaced, ...]) -> Iterator[str]:
    wants_default = statement.startswith("default")
    for one in replaced:
        if one.old.controls[0].text == control and (one.old.verb == "default") is wants_default:
            yield f"  In place of: `{print_statement(one.old)}` of {one.policy} ({one.old.span})"


def _check(
    policy: ir.Policy, check: ir.Check, replaced: tuple[Replaced, ...], told: dict[str, tuple[Diagnostic, ...]]
) -> Iterator[str]:
    yield from _head(policy, check.statement, check.control, check.span, check.description)
    yield from _in_place_of(check.statement, check.control, replaced)
    special = specialise(check)
    printed = cel_findings.check_of(special)
    values = ", ".join(f"{name}: {rego.literal(value)}" for name, value in check.params) or "none"
    lowered_texts = {
        "gatekeeper": [f"a Constraint of kind Pscc{check.shape}, parameters {values}"],
        "opa": rego.check_rules(special, f"{rego.snake(check.shape)}_").rules.splitlines(),
        "kyverno": [*(f"{name}: {text}" for name, text in printed.variables), f"holds: {printed.holds}"],
    }
    for target in TARGETS:
        yield f"  {target}: {_exactness(check.span, told[target])}"
        yield from (f"      {line}".rstrip() for line in lowered_texts.get(target, ()))


def _default(
    policy: ir.Policy, default: ir.Default, replaced: tuple[Replaced, ...], told: dict[str, tuple[Diagnostic, ...]]
) -> Iterator[str]:
    shape = control_of(default.control).default
    assert shape is not None
    yield from _head(policy, default.statement, default.control, default.span, shape.says)
    yield from _in_place_of(default.statement, default.control, replaced)
    for target in TARGETS:
        yield f"  {target}: {_exactness(default.span, told[target])}"


def _exactness(span: object, diagnostics: tuple[Diagnostic, ...]) -> str:
    return "; ".join(d.message for d in diagnostics if d.span == span) or "exact"
