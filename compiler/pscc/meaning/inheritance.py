"""Resolves ``extends``: the statements of a policy, with those that it inherits from its parents.

A control has a slot for ``default``, one for the other verbs, and one for each mode that such a statement may have of its own.
A child's statement replaces its parent's in the same slot, so ``audit require …`` adds to what the parent enforces. `widening`
makes one of ``allow C add v, …`` and the parent's list. Scope, mode, exemptions and title are not inherited, so a line in one
policy exempts nobody from another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pscc.base.frozen import frozen
from pscc.base.source import Span
from pscc.diagnostics import Diagnostic, Report
from pscc.language import ast
from pscc.meaning.linking import Family
from pscc.meaning.widening import widened


@frozen
class Replaced:
    """``old`` of the policy ``policy`` does not hold: ``by`` replaces it or adds to it, or ``without`` takes it out."""

    old: ast.Statement
    policy: str
    by: ast.Statement | ast.Name


@frozen
class Flat:
    """All statements of a policy, each about one control, with the names of the policies that they are from."""

    statements: tuple[tuple[ast.Statement, str], ...]
    replaced: tuple[Replaced, ...]

    def before(self, span: Span) -> Iterator[Replaced]:
        """What the statement at ``span`` replaces, what that replaces, and so on: the nearest first."""
        for replaced in reversed(self.replaced):
            if isinstance(replaced.by, ast.Statement) and replaced.by.span == span:
                yield replaced
                span = replaced.old.span


Slot = tuple[str, bool, ast.Mode | None]
"""A control, whether a default fills the slot, and the mode that the statement has of its own."""
MOST_PARENTS = 50
"""How many policies one may extend, one over the other. The library's longest chain has fewer than ten."""


def slot_of(statement: ast.Statement) -> Slot:
    """The slot that a statement about one control fills."""
    return statement.controls[0].text, statement.verb == "default", statement.mode


def single(policy: ast.Policy) -> tuple[ast.Statement, ...]:
    """The policy's own statements, each about one control."""
    singles = []
    for statement in policy.statements:
        for name in statement.controls:
            span = statement.span if len(statement.controls) == 1 else name.span
            singles.append(replace(statement, controls=(name,), span=span))
    return tuple(singles)


def too_deep(family: Family, report: Report) -> frozenset[str]:
    """The policies of ``family`` that extend others over more than `MOST_PARENTS` steps; an error for the first of each chain."""
    parents = {policy.name.text: policy.extends for policy in (*family.used, *family.own)}
    steps: dict[str, int] = {}
    for name in parents:
        chain: dict[str, None] = {}
        while (parent := parents.get(name)) is not None and name not in steps and name not in chain:
            chain[name] = None
            name = parent.text
        circular = name in chain  # `_above` reports it
        for above, ancestor in enumerate(reversed(chain), steps.get(name, 0) + 1):
            steps[ancestor] = 0 if circular else above
    for name, count in steps.items():
        extends = parents[name]
        if count == MOST_PARENTS + 1 and extends is not None:
            help = "let it extend a policy nearer to the first: nobody sees what holds over so many"
            message = f"{name} extends others over more than {MOST_PARENTS} steps"
            report.add(Diagnostic("LNG090", message, extends.span, help=help))
    return frozenset(name for name, count in steps.items() if count > MOST_PARENTS)


def flatten(policy: ast.Policy, family: Family, report: Report) -> Flat:
    """``policy`` with inherited statements. Errors (no such policy, a cycle, a needless ``without``) go to ``report``."""
    return _flatten(policy, family, report, (policy.name.text,))


def _flatten(policy: ast.Policy, family: Family, report: Report, chain: tuple[str, ...]) -> Flat:
    own = single(policy)
    removed = tuple(name for without in policy.without for name in without.controls)
    above = _above(policy, family, report, chain)
    if above is None:
        for name in removed if policy.extends is None else ():
            help = "leave the line out: a policy that extends none restricts only what it mentions"
            report.add(Diagnostic("LNG034", f"there is no {name.text} to be without", name.span, help=help))
        # a parent that cannot be found has an error already
        alone = widened(own, (), policy, Report() if policy.extends else report)
        return Flat(tuple((statement, policy.name.text) for statement in alone), ())
    mine = widened(own, tuple(statement for statement, _ in above.statements), policy, report)
    by_slot = {slot_of(meant): written for meant, written in zip(mine, own, strict=True)}
    dropped = {name.text: name for name in removed}
    kept: list[tuple[ast.Statement, str]] = []
    replaced = list(above.replaced)
    for statement, source in above.statements:
        by = by_slot.get(slot_of(statement)) or dropped.get(statement.controls[0].text)
        if by is None:
            kept.append((statement, source))
        else:
            replaced.append(Replaced(statement, source, by))
    inherited = {statement.controls[0].text for statement, _ in above.statements}
    for name in removed:
        if name.text not in inherited:
            message = f"what this policy extends says nothing about {name.text}"
            report.add(Diagnostic("LNG034", message, name.span, help="take it out of the `without`"))
    return Flat((*kept, *((statement, policy.name.text) for statement in mine)), tuple(replaced))


def _above(policy: ast.Policy, family: Family, report: Report, chain: tuple[str, ...]) -> Flat | None:
    if policy.extends is None:
        return None
    if policy.extends.text in chain:
        round_ = chain[chain.index(policy.extends.text) :]
        if chain[0] != min(round_):
            return None  # only the first of them is reported
        way = " extends ".join((*round_, policy.extends.text))
        help = "let one of them extend another policy, or none"
        message = f"a policy cannot extend itself: {way}"
        report.add(Diagnostic("LNG035", message, policy.extends.span, help=help))
        return None
    parent = family.find(policy.extends, report)
    if parent is None:
        return None
    return _flatten(parent, family, report, (*chain, parent.name.text))
