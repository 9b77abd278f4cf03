"""Gives a syntax tree its meaning: finds each statement's control and shape, reads its values, finds contradictions.

Generic over the registry of controls.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import get_args

from pscc import ir
from pscc.base.source import Span
from pscc.controls import CONTROLS
from pscc.controls._base import Control, DefaultShape, Shape, check_of
from pscc.diagnostics import Diagnostic, Replacement, Report
from pscc.diagnostics.spelling import did_you_mean
from pscc.language import ast
from pscc.language.printer import print_statement
from pscc.meaning.abstract import refuse_in_abstract
from pscc.meaning.inheritance import Flat, Slot, flatten, slot_of, too_deep
from pscc.meaning.linking import Family
from pscc.meaning.misformed import no_shape
from pscc.meaning.naming import check_name
from pscc.meaning.narrowing import check_exempt_controls, default_unless, exempting, left_out, unless
from pscc.meaning.scoping import ended, exemption_of, scope_of
from pscc.meaning.unknown import unknown_control

_BY_ID = {control.id: control for control in CONTROLS}
_ORDER = {control.id: index for index, control in enumerate(CONTROLS)}


def _takes(statement: ast.Statement) -> str:
    return statement.manner or ("values" if statement.values else "nothing")


def _shape(control: Control, statement: ast.Statement) -> Shape | None:
    takes = _takes(statement)
    fitting = [s for s in control.shapes if s.verb == statement.verb and s.takes == takes]
    ons = [statement.on] + ([""] if statement.on == "containers" else [])
    return next((s for on in ons for s in fitting if s.on == on), None)


def _default_fits(shape: DefaultShape, statement: ast.Statement) -> bool:
    if statement.on:
        return False
    match shape.takes:
        case "nothing":
            return not statement.values and not statement.manner
        case "value":
            return bool(statement.values) and not statement.manner
        case "add":
            return bool(statement.values) and statement.manner == "add"


class _PolicyResolver:
    """Resolves the statements of one policy into checks and defaults, and keeps their slots."""

    def __init__(self, report: Report, mode: ast.Mode, exemptions: tuple[ast.Exemption, ...]) -> None:
        self.report = report
        self.mode = mode
        self.exemptions = exemptions
        self.slots: dict[Slot, Span] = {}
        self.set_by: dict[tuple[str, ...], ir.Default] = {}
        self.checks: list[tuple[ast.Mode | None, ir.Check]] = []
        self.left_out: dict[str, set[ir.LeftOut | None]] = {}
        self._defaults: list[ir.Default] = []

    @property
    def defaults(self) -> tuple[ir.Default, ...]:
        """The defaults. Each leaves out the pods that all rules of the policy on its control leave out.

        What these rules do not ask of a pod for Windows, say, the API server refuses there.
        """
        return tuple(self._following(default) for default in self._defaults)

    def _following(self, default: ir.Default) -> ir.Default:
        pods, *others = self.left_out.get(default.control, {None})
        return default if others or pods is None else default_unless(default, pods)

    def statement(self, statement: ast.Statement) -> None:
        """Resolve one statement about one control."""
        name = statement.controls[0]
        control = _BY_ID.get(name.text)
        if control is None:
            unknown_control(name, self.report, statement.values[0].text if statement.values else "")
        elif statement.verb == "default":
            self._default(control, statement)
        else:
            self._check(control, statement)

    def _fill(self, control: Control, statement: ast.Statement) -> bool:
        slot = slot_of(statement)
        before = self.slots.setdefault(slot, statement.span)
        if before is statement.span:
            return True
        what = "a default" if statement.verb == "default" else "a rule"
        help = "keep one of them"
        if statement.verb != "default" and statement.values:
            help += "; what both allow or deny stands in one statement, with a `,` between the values"
        self.report.add(
            Diagnostic(
                "LNG014",
                f"{control.id} already has {what} in this policy",
                statement.span,
                label="the second",
                notes=((before, "the first"),),
                help=help,
            )
        )
        return False

    def _params(self, control: Control, statement: ast.Statement) -> tuple[tuple[str, ir.ParamValue], ...] | None:
        values = Report()
        params = control.values.parse(statement.values, values) if statement.values else ()
        for diagnostic in values.diagnostics:
            self.report.add(diagnostic)
        return None if values.failed else params

    def _default(self, control: Control, statement: ast.Statement) -> None:
        if statement.because:
            self.report.add(
                Diagnostic("LNG015", "a default takes no reason", statement.span, help="leave `because` out")
            )
        if statement.mode or statement.unless:
            what = f"`{statement.mode}`" if statement.mode else "`unless`"
            help = f"leave {what} out: a default only fills what is unset"
            if statement.unless:
                help += f", and not for the pods that every rule on {control.id} leaves out"
            self.report.add(Diagnostic("LNG044", f"a default takes no {what}", statement.span, help=help))
        if control.default is None or not _default_fits(control.default, statement):
            no_shape(control, statement, self.report)
            return
        filled = self._fill(control, statement)
        params = self._params(control, statement)
        if filled and params is not None and self._settable(control.default, params, statement):
            built = control.default.build(params, statement.span)
            if self._alone(built):
                self._defaults.append(replace(built, statement=print_statement(statement)))

    def _alone(self, default: ir.Default) -> bool:
        """Whether no other default sets the same field; an error if one does: a target could set the other one."""
        before = self.set_by.setdefault((default.site, *default.path), default)
        if before is default:
            return True
        field = ".".join(default.path)
        self.report.add(
            Diagnostic(
                "LNG014",
                f"the defaults of {before.control} and {default.control} both set {field}",
                default.span,
                label="the second",
                notes=((before.span, "the first"),),
                help="keep one of them",
            )
        )
        return False

    def _settable(
        self, shape: DefaultShape, params: tuple[tuple[str, ir.ParamValue], ...], statement: ast.Statement
    ) -> bool:
        """Whether the values of a default can be set: literal ones, and just one where one is wanted."""
        for name, value in params:
            if not isinstance(value, tuple):
                continue
            spread = any(isinstance(item, ir.Range) and item.min != item.max for item in value)
            if name == "patterns" or spread or (shape.takes == "value" and len(value) != 1):
                message = (
                    "a default needs one literal value" if shape.takes == "value" else "a default needs literal values"
                )
                span = statement.values[0].span.to(statement.values[-1].span)
                many = "one value" if shape.takes == "value" else "values"
                help = f"write what pods get where they say nothing: {many}, without a range or a `*`"
                self.report.add(Diagnostic("LNG019", message, span, help=help))
                return False
        return True

    def _check(self, control: Control, statement: ast.Statement) -> None:
        shape = _shape(control, statement)
        if shape is None:
            no_shape(control, statement, self.report)
            return
        filled = self._fill(control, statement)
        params = self._params(control, statement)
        if not filled or params is None:
            return
        check = check_of(control, shape, params, statement.span, statement.because, print_statement(statement))
        pods = left_out(statement.unless, self.report) if statement.unless else None
        self.left_out.setdefault(control.id, set()).add(pods)
        if pods is not None:
            check = unless(check, pods)
        self.checks.append((statement.mode, exempting(check, self.exemptions)))

    @property
    def by_mode(self) -> dict[ast.Mode | None, tuple[ir.Check, ...]]:
        """The checks in the order of the registry: under None those of the policy itself, else those with a mode of their own.

        A statement with the policy's own mode is one of the policy itself, unless that has another about the control.
        """
        plain = {check.control for mode, check in self.checks if mode is None}
        parts: dict[ast.Mode | None, list[ir.Check]] = {None: []}
        for mode, check in sorted(self.checks, key=lambda entry: _ORDER[entry[1].control]):
            part = None if mode == self.mode and check.control not in plain else mode
            parts.setdefault(part, []).append(check)
        return {mode: tuple(checks) for mode, checks in parts.items()}


def _comma_before_values(statement: ast.Statement, report: Report) -> bool:
    """Whether the statement has a comma before its values, as ``allow volumes, secret``; an error if it has."""
    first, *others = statement.controls
    control = _BY_ID.get(first.text)
    if control is None or not others or any(name.text in _BY_ID for name in others):
        return False
    takes = {s.takes for s in control.shapes if s.verb == statement.verb}
    if "values" not in takes or any(did_you_mean(name.text, _BY_ID) for name in others):
        return False
    gap = Span(first.span.file, first.span.end_line, first.span.end_column, others[0].span.line, others[0].span.column)
    help = f"write `{statement.verb} {first.text} {', '.join(name.text for name in others)}`"
    message = f"no `,` stands between {first.text} and its values"
    # `deny a, b` without the comma would deny less
    report.add(Diagnostic("LNG051", message, gap, help=help, fixes=(Replacement(gap, " ", statement.verb == "allow"),)))
    return True


def _policy(policy: ast.Policy, flat: Flat, today: date, report: Report) -> tuple[ir.Policy, ...]:
    """The policy, and one more for each mode that some of its statements have. The first may be without statements."""
    check_name(policy.name, report)
    mode = policy.mode or "enforce"
    lasting = tuple(exemption for exemption in policy.exemptions if not ended(exemption, today))
    resolver = _PolicyResolver(report, mode, lasting)
    for statement, _ in flat.statements:
        resolver.statement(statement)
    if not flat.statements and policy.extends is None:
        message = f"policy {policy.name.text} is empty: it allows every pod"
        help = "write statements between its braces, as in `deny privileged`"
        report.add(Diagnostic("LNG018", message, policy.name.span, "warning", help=help))
    check_exempt_controls(policy, [check for _, check in resolver.checks], report)
    if policy.abstract:
        refuse_in_abstract(policy, report)
    exemptions = [exemption_of(exemption, today, report) for exemption in policy.exemptions]
    parts = resolver.by_mode
    whole = ir.Policy(
        policy.name.text,
        policy.title,
        mode,
        parts[None],
        tuple(sorted(resolver.defaults, key=lambda default: _ORDER[default.control])),
        policy.span,
        scope_of(policy, report),
        tuple(exemption for exemption in exemptions if exemption is not None),
    )
    others = [
        replace(whole, name=f"{whole.name}-{other}", mode=other, checks=parts[other], defaults=())
        for other in get_args(ast.Mode)
        if other in parts
    ]
    return (whole, *others)


def resolve(
    document: ast.Document, report: Report, family: Family | None = None, today: date = date.min, live: bool = False
) -> ir.Program:
    """The program that ``document`` means. Errors go to ``report``; do not use the program where there are any.

    ``family`` is what `linking.link` returns; without it, policies extend only those of ``document``. ``today`` decides
    whether an exemption has ended. ``live``: see `driver.analyse`.
    """
    family = family or Family(document.policies)
    own: list[tuple[ir.Policy, ...]] = []
    in_force: list[tuple[ir.Policy, ...]] = []
    deep = too_deep(family, report)
    for written in document.policies:
        if written.name.text in deep:
            continue
        sound = tuple(s for s in written.statements if not _comma_before_values(s, report))
        policy = replace(written, statements=sound)
        own.append(_policy(policy, flatten(policy, family, report), today, report))
        if not written.abstract:
            in_force.append(own[-1])
    used = [_policy(p, flatten(p, family, report), today, report) for p in family.used if p.name.text not in deep]
    policies = [
        p for whole, *others in in_force for p in ((whole, *others) if _speaks(whole) or not others else others)
    ]
    _distinct(policies, document.policies, report)
    if not document.choices:
        return ir.Program(tuple(policies))
    from pscc.meaning.choices import resolve_choices

    named = {grant.policy.text for choice in document.choices for grant in choice.grants}
    for whole, *others in (*used, *own):
        if whole.name in named:
            _refuse_own_modes(others, report)
    by_name = {whole.name: whole for whole, *_ in (*used, *own)}
    choices = resolve_choices(document.choices, (*family.used, *document.policies), by_name, report, live)
    # one that a choice names and leaves out, since it admits nothing, does not bind every pod for that
    return ir.Program(tuple(p for p in policies if p.name not in named), choices)


def _speaks(policy: ir.Policy) -> bool:
    return bool(policy.checks or policy.defaults)


def _refuse_own_modes(parts: list[ir.Policy], report: Report) -> None:
    """An error for each statement with a mode of its own in a policy of a choice. ``parts`` are the policies made of these.

    Such a statement could not decide whether the choice takes the policy.
    """
    for other in parts:
        message = f"a choice has one mode, its own: this statement of a policy in it has `{other.mode}`"
        help = f"put it into a policy of its own, outside the choice, with the mode `{other.mode}`"
        for check in other.checks:
            report.add(Diagnostic("LNG047", message, check.span, help=help))


def _distinct(policies: list[ir.Policy], written: tuple[ast.Policy, ...], report: Report) -> None:
    """An error for a policy with the name that `_policy` made for another policy's statements with a mode of their own."""
    names = [policy.name.text for policy in written]
    twice = {name for name in names if names.count(name) > 1}
    seen: dict[str, Span] = {}
    for policy in policies:
        before = seen.setdefault(policy.name, policy.span)
        if before != policy.span and policy.name not in twice:
            whole, _, mode = policy.name.rpartition("-")
            message = f"{policy.name} is also the name of the statements of {whole} that {mode}"
            report.add(Diagnostic("LNG017", message, policy.span, notes=((before, "the other"),), help="rename it"))
