"""Statements in a form that their control does not take: what it takes, and the edit that is probably meant."""

from __future__ import annotations

from pscc.base.source import Span
from pscc.controls import CONTROLS
from pscc.controls._base import Control
from pscc.diagnostics import Diagnostic, Replacement, Report
from pscc.language import ast
from pscc.language.printer import print_value

_IDS = frozenset(control.id for control in CONTROLS)


def _form(control: Control, verb: str, takes: str) -> str:
    tail = {
        "nothing": "",
        "values": " VALUE, …",
        "value": " VALUE",
        "all of": " all of VALUE, …",
        "add": " add VALUE, …",
    }
    return f"{verb} {control.id}{tail[takes]}"


def _forms(control: Control) -> str:
    """The statements that ``control`` takes, for help texts."""
    spelled = [_form(control, s.verb, s.takes) + (f" on {s.on}" if s.on else "") for s in control.shapes]
    if control.default:
        spelled.append(_form(control, "default", control.default.takes))
    return ", ".join(f"`{form}`" for form in dict.fromkeys(spelled))


def no_shape(control: Control, statement: ast.Statement, report: Report) -> None:
    """Adds the error for ``statement``, of which ``control`` has no shape, to ``report``."""
    word = statement.controls[0]
    form = f"`{statement.verb} {control.id}`"
    boolean = type(control.values).__name__ == "Boolean"
    switch = type(control.values).__name__ == "NoValues"
    verbs = {s.verb for s in control.shapes} | ({"default"} if control.default else set())
    if boolean and statement.verb == "deny":
        denied = [value.text.lower() for value in statement.values]
        wanted = {"true": "false", "false": "true"}.get(denied[0]) if len(denied) == 1 else None
        help = f"say which it must be: `require {control.id} true` or `require {control.id} false`"
        help = f"write `require {control.id} {wanted}`" if wanted else help
        report.add(Diagnostic("LNG012", f"{form}: {control.id} is true, false or unset", word.span, help=help))
    elif statement.verb not in verbs:
        message = f"{form}: {control.id} does not take `{statement.verb}`"
        help = f"it takes {_forms(control)}"
        if switch and statement.verb == "allow":
            help += "; where no statement mentions it, it is allowed"
        report.add(Diagnostic("LNG011", message, statement.span, help=help))
    elif switch and statement.values and statement.values[0].text in _IDS:
        first = statement.values[0]
        end = Span(word.span.file, word.span.end_line, word.span.end_column, word.span.end_line, word.span.end_column)
        message = f"a `,` is missing before `{first.text}`"
        help = f"write `{statement.verb} {control.id}, {first.text}`"
        report.add(Diagnostic("LNG051", message, first.span, help=help, fixes=(Replacement(end, ",", safe=True),)))
    else:
        report.add(_misformed(control, statement, form, switch))


def _misformed(control: Control, statement: ast.Statement, form: str, switch: bool) -> Diagnostic:
    """The error for a statement whose verb the control takes, but in another form."""
    help = f"it takes {_forms(control)}"
    takes: set[str] = {s.takes for s in control.shapes if s.verb == statement.verb}
    if control.default and statement.verb == "default":
        takes = {control.default.takes}
    manner = next(iter(takes & {"all of", "add"}), "")
    if statement.on and not any(s.on == statement.on for s in control.shapes):
        message = f"{form} does not take `on {statement.on}`"
    elif statement.values and not statement.manner and manner and "values" not in takes:
        message, values = f"{form} takes values after `{manner}`", statement.values
        help = f"write `{statement.verb} {control.id} {manner} {', '.join(print_value(v) for v in values)}`"
        start = values[0].span
        at = Span(start.file, start.line, start.column, start.line, start.column)
        return Diagnostic(
            "LNG013", message, statement.span, help=help, fixes=(Replacement(at, f"{manner} ", safe=True),)
        )
    elif statement.manner and statement.manner not in takes:
        message = f"{form} does not take `{statement.manner}`"
    elif statement.values and (switch or takes == {"nothing"}):
        message = f"{form} takes no value"
        if len(statement.values) == 1 and statement.values[0].quoted:
            help = f"a reason follows `because`: write `{statement.verb} {control.id} because {print_value(statement.values[0])}`"
    elif not statement.values:
        message = f"{form} needs {control.values.noun}"
    else:
        message = f"{form} does not take this form"
    return Diagnostic("LNG013", message, statement.span, help=help)
