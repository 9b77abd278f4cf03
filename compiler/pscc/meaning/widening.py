"""``allow C add v, …``: a parent's list with more values, so that a child need not copy it."""

from __future__ import annotations

from dataclasses import replace

from pscc.diagnostics import Diagnostic, Report
from pscc.language import ast
from pscc.language.printer import print_statement


def widens(statement: ast.Statement) -> bool:
    """Whether it is ``allow C add v, …``."""
    return statement.verb == "allow" and statement.manner == "add"


def widened(
    own: tuple[ast.Statement, ...], inherited: tuple[ast.Statement, ...], policy: ast.Policy, report: Report
) -> tuple[ast.Statement, ...]:
    """``own``, the statements of ``policy``, with each that widens a list replaced by the whole list: first the inherited values.

    ``inherited`` are the parent's statements. If the parent has no such list, ``report`` gets an error, and the list has the
    statement's own values.
    """
    statements: list[ast.Statement] = []
    for statement in own:
        above = _rule_to_widen(statement, inherited)
        if not widens(statement):
            statements.append(statement)
            continue
        error = _cannot_widen(statement, above, policy)
        if error is not None:
            report.add(error)
        listed = above is not None and above.verb == "allow"
        statements.append(_longer(above, statement) if above is not None and listed else replace(statement, manner=""))
    return tuple(statements)


def _rule_to_widen(by: ast.Statement, inherited: tuple[ast.Statement, ...]) -> ast.Statement | None:
    """The parent's rule on the control of ``by``: the one with the same mode of its own, else the first."""
    rules = [rule for rule in inherited if rule.verb != "default" and rule.controls[0].text == by.controls[0].text]
    return next((rule for rule in rules if rule.mode == by.mode), next(iter(rules), None))


def _longer(above: ast.Statement, by: ast.Statement) -> ast.Statement:
    """The list ``above`` with the values of ``by``, where ``by`` stands, and with its reason if it has one."""
    known = [(value.text, value.quoted, value.qualifier) for value in above.values]
    more = tuple(value for value in by.values if (value.text, value.quoted, value.qualifier) not in known)
    because = by.because or above.because
    place = {"span": by.span, "comment": by.comment, "beside": by.beside}
    return replace(above, values=(*above.values, *more), because=because, **place)  # type: ignore[arg-type]


def _cannot_widen(by: ast.Statement, above: ast.Statement | None, policy: ast.Policy) -> Diagnostic | None:
    """The error for ``by`` of ``policy``, where the parent's rule is ``above``; None where ``above`` can be widened."""
    control = by.controls[0].text
    whole = print_statement(replace(by, manner="", because=""))
    statement = f"`allow {control} add`"
    without = any(name.text == control for line in policy.without for name in line.controls)
    if policy.extends is None:
        message = f"{statement} widens a parent's list, and {policy.name.text} extends no policy"
        help = f"write `{whole}`"
    elif without:
        message = f"{statement} widens a list that the `without` takes out"
        help = f"take {control} out of the `without`, or write `{whole}`"
    elif above is None:
        message = f"{policy.extends.text} says nothing about {control}, so there is no list to widen"
        help = "take the line out: where no statement mentions it, everything is allowed"
    elif above.verb != "allow":
        message = f"{policy.extends.text} has no list of {control} to widen: it says `{print_statement(above)}`"
        help = f"write all that is allowed, as in `{whole}`: it replaces that line"
    elif by.on or by.unless or by.mode not in (None, above.mode):
        message = f"{statement} adds values to a parent's line, and changes nothing else of it"
        help = f"give values alone, or write the whole line: it replaces `{print_statement(above)}`"
    else:
        return None
    return Diagnostic("LNG093", message, by.span, help=help)
