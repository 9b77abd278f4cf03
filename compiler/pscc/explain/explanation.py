"""``pscc explain FILE``: the meaning of each statement, its origin, and its form on every target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from pscc import ir
from pscc.base.source import Span
from pscc.controls import control_of
from pscc.diagnostics import Report
from pscc.explain.effective import written_names
from pscc.explain.lines import lines_of
from pscc.explain.lowerings import Compiled, compiled, on_each_target
from pscc.language import ast
from pscc.language.printer import print_statement
from pscc.lowering.shortfall_text import diagnostic_of
from pscc.lowering.shortfalls import ChoiceDefaultsNotSet, DefaultNotSet, DefaultSetWidely, Shortfall
from pscc.meaning.inheritance import Flat, flatten
from pscc.meaning.library import FILE, is_library_name
from pscc.meaning.linking import Family
from pscc.meaning.resolve import resolve
from pscc.targets.registry import TARGETS, target_named

_MODES = {"enforce": "refuses pods", "warn": "warns of pods", "audit": "reports pods"}


def explain_source(
    document: ast.Document,
    family: Family,
    program: ir.Program,
    line: int | None,
    today: date = date.min,
    targets: tuple[str, ...] = tuple(TARGETS),
    shown: tuple[str, ...] = (),
) -> str:
    """The explanation of every statement of ``document``, or of those on ``line``; empty where there is none.

    It says what each of ``targets`` cannot express exactly, and has the text of those ``shown``. Without ``targets`` nothing
    is compiled.
    """
    outputs = compiled(program, targets) if targets else None
    parts = [(span, "\n".join(text)) for span, text in _statements(document, family, program, line, outputs, shown)]
    for explained in lines_of(document, family):
        if _on(explained.span, line, document):
            text = [
                f"{explained.span}  {explained.text}",
                *(f"  {description}" for description in explained.description),
            ]
            if outputs and line is not None:
                remaining = resolve(explained.without, Report(), replace(family, own=explained.without.policies), today)
                about, rest = _about(program, explained.policy), _about(remaining, explained.policy)
                text += on_each_target(outputs, about, rest, shown)
            parts.append((explained.span, "\n".join(text)))
    own = [text for span, text in sorted(parts, key=lambda p: (p[0].line, p[0].column)) if span.file == document.file]
    return "\n\n".join([*own, *(text for span, text in parts if span.file != document.file)])


def _about(program: ir.Program, policy: str) -> ir.Program:
    """The policies that the source's ``policy`` became, alone; the whole program where that is empty."""
    if not policy:
        return program
    names = (policy, *(f"{policy}-{mode}" for mode in _MODES))
    return ir.Program(tuple(p for p in _all_policies(program) if p.name in names))


def _all_policies(program: ir.Program) -> tuple[ir.Policy, ...]:
    return (*program.policies, *(policy for choice in program.choices for policy in choice.policies))


def _on(span: Span, line: int | None, document: ast.Document) -> bool:
    file = FILE if is_library_name(document.file) else document.file
    return line is None or (span.line <= line <= span.end_line and span.file == file)


def _statements(
    document: ast.Document,
    family: Family,
    program: ir.Program,
    line: int | None,
    outputs: Compiled | None,
    shown: tuple[str, ...],
) -> Iterator[tuple[Span, Iterator[str]]]:
    modes = {member.name: choice.mode for choice in program.choices for member in choice.policies}
    for policy in _all_policies(program):
        policy = replace(policy, mode=modes.get(policy.name, policy.mode))
        named = next((p for p in document.policies if p.name.text in written_names(policy)), None)
        flat = flatten(named, family, Report()) if named else Flat((), ())
        for check in policy.checks:
            if _on(check.span, line, document):
                yield check.span, _check(policy, check, flat, outputs, shown)
        defaults = [default for default in policy.defaults if _on(default.span, line, document)]
        for default in defaults:
            yield default.span, _default(policy, default, flat, outputs, shown)


def _head(policy: ir.Policy, statement: str, control_id: str, span: object, description: str) -> Iterator[str]:
    control = control_of(control_id)
    yield f"{span}  {statement}"
    yield f"  {description}"
    yield f"  Why: {control.intent}"
    yield f"  Policy: {policy.name}, which {_MODES[policy.mode]}"
    if control.psp_fields:
        yield f"  In a PodSecurityPolicy: {', '.join(control.psp_fields)}"


def _in_place_of(span: Span, flat: Flat) -> Iterator[str]:
    for replaced in flat.before(span):
        yield f"  In place of: `{print_statement(replaced.old)}` of {replaced.policy} ({replaced.old.span})"


def _check(
    policy: ir.Policy,
    check: ir.Check,
    flat: Flat,
    outputs: Compiled | None,
    shown: tuple[str, ...],
) -> Iterator[str]:
    yield from _head(policy, check.statement, check.control, check.span, check.description)
    yield from _in_place_of(check.span, flat)
    if outputs is None:
        return
    for target in outputs.targets:
        refused = _refused(outputs, target)
        if refused or target in shown:
            yield f"  {target}: {refused or 'exact'}"
        if target in shown and not refused:
            yield from (f"      {line}".rstrip() for line in target_named(target).check_text(check))


def _default(
    policy: ir.Policy,
    default: ir.Default,
    flat: Flat,
    outputs: Compiled | None,
    shown: tuple[str, ...],
) -> Iterator[str]:
    shape = control_of(default.control).default
    assert shape is not None
    yield from _head(policy, default.statement, default.control, default.span, shape.description)
    yield from _in_place_of(default.span, flat)
    if policy.mode != "enforce":
        yield "  On every target: not set, since what does not enforce changes no pod; the policy judges pods as if it were"
        return
    if outputs is None:
        return
    for target in outputs.targets:
        shortfalls = tuple(_of_default(policy, default, outputs, target))
        messages = "; ".join(dict.fromkeys(diagnostic_of(shortfall).message for shortfall in shortfalls))
        reason = _refused(outputs, target) or messages
        if reason or target in shown:
            yield f"  {target}: {reason or 'exact'}"
        if (
            target in shown
            and target not in outputs.refused
            and all(isinstance(shortfall, DefaultSetWidely) for shortfall in shortfalls)
        ):
            yield from (f"      {line}".rstrip() for line in target_named(target).default_text(policy, default))


def _refused(outputs: Compiled, target: str) -> str:
    """The text that ``target`` refuses the program; empty where it does not."""
    messages = dict.fromkeys(d.message for d in outputs.refused.get(target, ()))
    return f"refused, never left out: {'; '.join(messages)}" if messages else ""


def _of_default(policy: ir.Policy, default: ir.Default, outputs: Compiled, target: str) -> Iterator[Shortfall]:
    """The shortfalls of ``target`` about ``default``; none where it sets it exactly."""
    for shortfall in outputs.shortfalls(target):
        match shortfall:
            case DefaultNotSet(policy=name, default=other) | DefaultSetWidely(policy=name, default=other):
                if (name, other.control, other.span) == (policy.name, default.control, default.span):
                    yield shortfall
            case ChoiceDefaultsNotSet(policy=member, controls=controls):
                if member.name == policy.name and default.control in controls:
                    yield shortfall
