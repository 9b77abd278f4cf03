"""Resolves ``choose``: its policies, their order, and who may use which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from pscc import ir
from pscc.base.source import Span
from pscc.diagnostics import Diagnostic, Replacement, Report
from pscc.diagnostics.spelling import did_you_mean
from pscc.ir.access import ALL, EVERYONE, Grant, Names, Subjects
from pscc.language import ast
from pscc.meaning.abstract import refuse_granted
from pscc.meaning.library import is_library_name
from pscc.meaning.linking import not_in_library
from pscc.meaning.naming import check_name, choice_named_after
from pscc.meaning.scoping import good_namespace, good_service_account, good_wildcards, names_of
from pscc.reasoning.contradictions import refused_defaults
from pscc.reasoning.subsumption import admits_nothing, never_chosen


def resolve_choices(
    choices: tuple[ast.Choice, ...],
    written: tuple[ast.Policy, ...],
    policies: Mapping[str, ir.Policy],
    report: Report,
    live: bool = False,
) -> tuple[ir.Choice, ...]:
    """The choices of the IR for ``choices``, over ``policies`` by name. Errors go to ``report``.

    ``written`` are the same policies in the syntax tree. ``live``: see `driver.analyse`.
    """
    by_name = {policy.name.text: policy for policy in written}
    names = _names(choices, policies, report)
    return tuple(
        _choice(name, choice, by_name, policies, report, live) for name, choice in zip(names, choices, strict=True)
    )


def _names(choices: tuple[ast.Choice, ...], policies: Mapping[str, ir.Policy], report: Report) -> list[str]:
    """What each of ``choices`` is called: no two alike, and none like one of ``policies``."""
    taken: dict[str, Span] = {policy.name: policy.span for policy in policies.values()}
    for name in (choice.name for choice in choices if choice.name is not None):
        check_name(name, report)
        if name.text in taken:
            message = f"`{name.text}` is the name of something else, too: a choice's objects are named after it"
            notes = ((taken[name.text], "the other"),)
            report.add(Diagnostic("SET017", message, name.span, notes=notes, help="give the choice another name"))
        elif meant := did_you_mean(name.text, get_args(ast.Mode)):
            message = f"this choice is called `{name.text}`, and enforces"
            help = f"did you mean `choose {meant} {{`?"
            report.add(Diagnostic("SET018", message, name.span, severity="warning", help=help))
        taken[name.text] = name.span
    names: list[str] = []
    for choice in choices:
        names.append(choice.name.text if choice.name else choice_named_after(choice.span.file, taken))
        taken[names[-1]] = choice.span
    return names


def _choice(
    name: str,
    choice: ast.Choice,
    written: Mapping[str, ast.Policy],
    policies: Mapping[str, ir.Policy],
    report: Report,
    live: bool,
) -> ir.Choice:
    members: dict[str, ir.Policy] = {}
    grants = []
    for grant in choice.grants:
        policy = policies.get(grant.policy.text)
        if policy is None:
            _unknown(grant.policy, policies, report)
            continue
        if policy.name not in members:
            refuse_granted(written.get(policy.name), grant.policy.span, report)
            members[policy.name] = policy
            _refuse_own(written.get(policy.name), policy, grant.policy.span, report)
        subjects = _subjects(grant.subjects, report)
        grants.append(Grant(policy.name, subjects, grant.span, _places(grant.namespaces, report)))
    if not choice.grants:
        help = "write `POLICY for everyone`, or take it out"
        report.add(
            Diagnostic("SET010", "this `choose` is empty, so every pod would be refused", choice.span, help=help)
        )
    for policy in [policy for policy in members.values() if admits_nothing(policy)]:
        span = next(grant.span for grant in grants if grant.policy == policy.name)
        message = f"{policy.name} admits no pod: it is left out of the choice"
        notes = ((policy.span, "the policy"),)
        report.add(Diagnostic("SET015", message, span, severity="warning", notes=notes))
        del members[policy.name]
    for policy in members.values():
        _warn_of_contradictions(policy, report)
    grants = [grant for grant in grants if grant.policy in members]
    resolved = ir.Choice(name, tuple(members.values()), tuple(grants), choice.mode or "enforce", choice.span)
    if not report.failed and not live:
        for later, earlier in never_chosen(resolved):
            span = next(grant.span for grant in grants if grant.policy == later.name)
            report.add(
                Diagnostic(
                    "SET013",
                    f"{later.name} is never chosen: {earlier.name} comes before it, may be used wherever it may, and "
                    "accepts all that it accepts",
                    span,
                    severity="warning",
                    notes=((earlier.span, "the policy before it"),),
                    help="take it out, or put the stricter policy first",
                )
            )
    return resolved


def _unknown(name: ast.Name, policies: Mapping[str, ir.Policy], report: Report) -> None:
    if is_library_name(name.text):
        report.add(not_in_library(name))
        return
    suggestion = did_you_mean(name.text, policies)
    fixes = (Replacement(name.span, suggestion),) if suggestion else ()
    help = f"did you mean `{suggestion}`?" if suggestion else "write the policy out in this program"
    report.add(Diagnostic("SET011", f"there is no policy `{name.text}`", name.span, help=help, fixes=fixes))


def _refuse_own(written: ast.Policy | None, policy: ir.Policy, span: Span, report: Report) -> None:
    """Report a member with a mode or exemptions of its own: the choice has one mode, and its grants name the users."""
    if written is not None and written.mode is not None:
        message = f"{policy.name} has a mode of its own, `{written.mode}`, and is one of a choice"
        notes: tuple[tuple[Span | None, str], ...] = ((written.span, "the policy"),)
        report.add(Diagnostic("SET012", message, span, notes=notes, help=f"write `choose {written.mode} {{`"))
    if policy.exemptions:
        message = f"{policy.name} exempts requests, and is one of a choice"
        help = "grant those subjects a policy that admits what they need"
        report.add(Diagnostic("SET012", message, span, notes=((policy.exemptions[0].span, "exempt"),), help=help))


def _warn_of_contradictions(policy: ir.Policy, report: Report) -> None:
    """A warning for each default that its own policy refuses: no pod without that field is ever admitted."""
    for default, reason in refused_defaults(policy):
        message = f"`{default.statement}` sets what {policy.name} itself refuses: {reason.message}"
        help = "set a value that is allowed, or take the default out: as it is, pods that leave the field unset are refused"
        notes = ((reason.span, "refused here"),)
        report.add(Diagnostic("SET016", message, default.span, severity="warning", notes=notes, help=help))


def _subjects(subjects: tuple[ast.Subject, ...], report: Report) -> Subjects:
    if any(subject.kind == "everyone" for subject in subjects):
        return EVERYONE
    values: dict[str, tuple[ast.Value, ...]] = {}
    for subject in subjects:
        good_wildcards(subject.kind, subject.values, report)
        for value in subject.values:
            if not value.quoted and (value.text == "not" or value.text.startswith("!")):
                help = "a policy of those who are left has its own line, and others get another policy"
                report.add(Diagnostic("LNG080", f"`{value.text}`: there is no `not`", value.span, help=help))
        values[subject.kind] = values.get(subject.kind, ()) + subject.values
    for value in values.get("serviceaccounts", ()):
        good_service_account(value, report)
    users, groups, accounts = (names_of(values.get(kind, ())) for kind in ("users", "groups", "serviceaccounts"))
    return Subjects(users=users, groups=groups, service_accounts=accounts)


def _places(values: tuple[ast.Value, ...], report: Report) -> Names:
    for value in values:
        if value.key:
            message = f"`{value.key}={value.text}` is a label: a grant holds in namespaces by their names"
            report.add(Diagnostic("SET014", message, value.span, help="name the namespaces"))
        else:
            good_namespace(value, report)
    return names_of(values) if values else ALL
