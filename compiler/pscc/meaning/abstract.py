"""Errors about abstract policies: what they have and nobody takes over, and that they are granted."""

from __future__ import annotations

from pscc.base.source import Span
from pscc.diagnostics import Diagnostic, Report
from pscc.language import ast


def refuse_in_abstract(policy: ast.Policy, report: Report) -> None:
    """An error for each scope, mode and exemption of an abstract policy, which nothing would follow."""
    of_policy = [
        *((scope.span, "a scope") for scope in policy.scopes),
        *((e.span, "an exemption") for e in policy.exemptions),
    ]
    if policy.mode:
        of_policy.append((policy.name.span, "a mode"))
    for span, what in of_policy:
        message = f"{policy.name.text} is abstract, and has {what}: it holds nowhere, and who extends it does not take that over"
        report.add(Diagnostic("LNG094", message, span, help="write it into the policies that extend this one"))


def refuse_granted(written: ast.Policy | None, span: Span, report: Report) -> None:
    """An error if ``written``, which a grant at ``span`` names, is abstract."""
    if written is not None and written.abstract:
        message = f"{written.name.text} is abstract: it is only there to be extended, so nobody can be granted it"
        help = f"grant a policy that extends it, or write `policy {written.name.text}`"
        report.add(Diagnostic("LNG094", message, span, notes=((written.span, "the policy"),), help=help))
