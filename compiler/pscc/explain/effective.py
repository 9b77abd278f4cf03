"""``pscc show``: the policies that are in force, flattened, each line with the place that it comes from."""

from __future__ import annotations

from dataclasses import replace

from pscc import ir
from pscc.base.source import Span
from pscc.diagnostics import Report
from pscc.ir.access import Request
from pscc.language import ast
from pscc.meaning.inheritance import Flat, flatten
from pscc.meaning.library import is_library_name
from pscc.meaning.linking import Family
from pscc.meaning.widening import widens
from pscc.reference.admission import judges, usable


def effective(document: ast.Document, family: Family) -> ast.Document:
    """``document`` with every policy that is not abstract written out: no `extends`, no `without`, no `use`.

    It has the policies of used files that a choice names, too. Beside each line stands where it comes from: a policy of the
    library by its name, anything else as ``FILE:LINE``.
    """
    chosen = (family.find(grant.policy, Report()) for choice in document.choices for grant in choice.grants)
    known = {policy.name.text: policy for policy in (*document.policies, *filter(None, chosen))}
    return ast.Document(
        document.file,
        tuple(_flat(policy, family) for policy in known.values() if not policy.abstract),
        tuple(_choice(choice) for choice in document.choices),
    )


def narrowed(document: ast.Document, program: ir.Program, request: Request) -> ast.Document:
    """The part of ``document`` that counts for ``request``: its policies, and its grants. ``document`` is one of `effective`.

    ``program`` is what the source of ``document`` means.
    """
    judging = {name for policy in program.policies if judges(policy, request) for name in written_names(policy)}
    choosing = [c for c in program.choices if c.scope.holds_in(request.namespace, request.namespace_labels)]
    members = {policy.name for choice in choosing for policy in usable(choice, request)}
    in_a_choice = {policy.name for choice in program.choices for policy in choice.policies}
    counting = (judging - in_a_choice) | members
    choices = (
        replace(choice, grants=tuple(grant for grant in choice.grants if grant.policy.text in members))
        for choice in document.choices
    )
    return replace(
        document,
        policies=tuple(policy for policy in document.policies if policy.name.text in counting),
        choices=tuple(choice for choice in choices if choice.grants),
    )


def written_names(policy: ir.Policy) -> tuple[str, ...]:
    """The names that ``policy`` may have in its source.

    A statement with a mode of its own becomes a policy, whose name is that of its source with the mode at the end.
    """
    return policy.name, policy.name.removesuffix(f"-{policy.mode}")


def _flat(policy: ast.Policy, family: Family) -> ast.Policy:
    flat = flatten(policy, family, Report())
    return replace(
        policy,
        statements=tuple(
            replace(statement, comment="", beside=_origins(statement, source, flat))
            for statement, source in flat.statements
        ),
        scopes=tuple(replace(scope, comment="", beside=_place(scope.span)) for scope in policy.scopes),
        exemptions=tuple(
            replace(exemption, comment="", beside=_place(exemption.span)) for exemption in policy.exemptions
        ),
        comment="",
        beside="",
        closing="",
        mode_comment="",
        mode_beside="",
        extends=None,
        without=(),
    )


def _choice(choice: ast.Choice) -> ast.Choice:
    grants = tuple(replace(grant, comment="", beside=_place(grant.span)) for grant in choice.grants)
    return replace(choice, grants=grants, comment="", beside="", closing="")


def _origins(statement: ast.Statement, policy: str, flat: Flat) -> str:
    """Where ``statement`` of ``policy`` stands, and the lists that it adds to."""
    origins = [_origin(statement.span, policy)]
    for replaced in flat.before(statement.span):
        if not (isinstance(replaced.by, ast.Statement) and widens(replaced.by)):
            break
        origins.append(_origin(replaced.old.span, replaced.policy))
    return ", which adds to ".join(origins)


def _origin(span: Span, policy: str) -> str:
    return policy if is_library_name(policy) else _place(span)


def _place(span: Span) -> str:
    return f"{span.file}:{span.line}"
