"""Explains the lines of a source that are not statements: scopes, modes, exemptions, `without`, and grants of a choice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pscc.base.frozen import frozen
from pscc.base.source import Span
from pscc.diagnostics import Report
from pscc.language import ast
from pscc.language.printer import print_exemption, print_statement, print_value
from pscc.meaning.inheritance import flatten
from pscc.meaning.linking import Family


@frozen
class Line:
    """A line with its ``text``, its meaning in sentences (``description``), and the document ``without`` it.

    ``policy`` names the policy that it is about, empty for a line of a choice.
    """

    span: Span
    text: str
    description: tuple[str, ...]
    without: ast.Document
    policy: str = ""


def lines_of(document: ast.Document, family: Family) -> Iterator[Line]:
    """The lines of ``document``, policy by policy, then choice by choice."""
    for policy in document.policies:
        yield from _policy_lines(document, policy, family)
    for choice in document.choices:
        for grant in choice.grants:
            rest = replace(choice, grants=tuple(other for other in choice.grants if other is not grant))
            choices = tuple(rest if other is choice else other for other in document.choices)
            yield Line(grant.span, _grant(grant), tuple(_granted(grant)), replace(document, choices=choices))


def _policy_lines(document: ast.Document, policy: ast.Policy, family: Family) -> Iterator[Line]:
    def but(rest: ast.Policy) -> ast.Document:
        policies = tuple(rest if other is policy else other for other in document.policies)
        return replace(document, policies=policies)

    for scope in policy.scopes:
        places = ", ".join(map(print_value, scope.values))
        words = (
            "Pods in these namespaces are not judged." if scope.inverse else "Only pods in these namespaces are judged."
        )
        rest = replace(policy, scopes=tuple(other for other in policy.scopes if other is not scope))
        text = f"{'except' if scope.inverse else 'in'} namespaces {places}"
        yield Line(scope.span, text, (words, f"Policy: {policy.name.text}"), but(rest), policy.name.text)
    for exemption in policy.exemptions:
        rest = replace(policy, exemptions=tuple(other for other in policy.exemptions if other is not exemption))
        yield Line(
            exemption.span, print_exemption(exemption), tuple(_exempted(exemption, policy)), but(rest), policy.name.text
        )
    for without in policy.without:
        rest = replace(policy, without=tuple(other for other in policy.without if other is not without))
        names = [name.text for name in without.controls]
        gone = [other for other in flatten(policy, family, Report()).replaced if other.by in without.controls]
        not_taken_over = (
            f"Not taken over: `{print_statement(other.old)}` of {other.policy} ({other.old.span})" for other in gone
        )
        yield Line(
            without.span,
            f"without {', '.join(names)}",
            (*not_taken_over, f"Policy: {policy.name.text}"),
            but(rest),
            policy.name.text,
        )


def _exempted(exemption: ast.Exemption, policy: ast.Policy) -> Iterator[str]:
    containers = [subject for subject in exemption.exempted if subject.kind in ("containers", "images")]
    others = [subject for subject in exemption.exempted if subject not in containers]
    if others:
        yield f"Requests are not judged by this policy: {'; or '.join(map(_who, others))}."
    if containers:
        checks = ", ".join(name.text for name in exemption.controls)
        by = f"by what it says of {checks}" if checks else "by this policy"
        yield f"Containers are not looked at {by}: {'; or '.join(map(_who, containers))}. Defaults are set on them."
    yield f"Because: {exemption.because}" + (f" Ends after {exemption.until.text}." if exemption.until else "")
    yield f"Policy: {policy.name.text}"


_KINDS = {
    "users": "of users", "groups": "of members of", "serviceaccounts": "for or by service accounts",
    "containers": "named", "images": "of images",
}  # fmt: skip


def _who(exempted: ast.Exempted) -> str:
    return f"{_KINDS[exempted.kind]} {', '.join(map(print_value, exempted.values))}"


def _grant(grant: ast.Grant) -> str:
    places = f" in namespaces {', '.join(map(print_value, grant.namespaces))}" if grant.namespaces else ""
    return f"{grant.policy.text} for {_subjects(grant)}{places}"


def _subjects(grant: ast.Grant) -> str:
    return ", ".join(
        f"{subject.kind} {', '.join(map(print_value, subject.values))}".rstrip() for subject in grant.subjects
    )


def _granted(grant: ast.Grant) -> Iterator[str]:
    where = f"in namespaces {', '.join(map(print_value, grant.namespaces))}" if grant.namespaces else "everywhere"
    yield f"Policy {grant.policy.text} may be used {where} by {_subjects(grant)}: as who asks, or as the pod's account."
    yield "A pod is admitted when one of the policies that may be used for it accepts it."
