"""Warnings about a child policy that reads stricter than its parent, and admits more. Each shows such a pod.

A child's statement replaces its parent's. People expect that of ``allow``, unless it allows everything. They do not expect it
of ``deny`` and ``require``: these read as if they were added.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pscc import ir
from pscc.base.source import Span
from pscc.diagnostics import Diagnostic, Report
from pscc.ir.passes import everywhere
from pscc.language import ast
from pscc.language.printer import print_statement
from pscc.meaning.inheritance import Replaced, flatten, single
from pscc.meaning.linking import Family
from pscc.meaning.resolve import resolve
from pscc.meaning.traps import shown, warn
from pscc.meaning.widening import widens

_OBSERVING = ("warn", "audit")


Replacements = tuple[tuple[ast.Policy, tuple[Replaced, ...]], ...]
"""Each policy that extends another, with the statements of its parents that it replaces."""


def replacements(document: ast.Document, family: Family) -> Replacements:
    """What the policies of ``document`` replace of their parents. ``family`` is what `linking.link` returned for it."""
    children = (policy for policy in document.policies if policy.extends is not None)
    return tuple((policy, flatten(policy, family, Report()).replaced) for policy in children)


def replacing(replaced_of: Replacements) -> frozenset[Span]:
    """The places of the statements that replace a statement of a parent."""
    statements = (replaced.by for _, replaced_statements in replaced_of for replaced in replaced_statements)
    return frozenset(by.span for by in statements if isinstance(by, ast.Statement))


def loosened(replaced_of: Replacements, program: ir.Program) -> Iterator[Diagnostic]:
    """A warning for each statement by which a policy admits a pod that its parent refuses.

    ``replaced_of`` are the `replacements` of a document whose meaning is ``program``. Whoever writes ``without`` for the control,
    too, has said that the parent's statement shall go.
    """
    for policy, replaced_statements in replaced_of:
        if policy.extends is None:
            continue
        without = {name.text for line in policy.without for name in line.controls}
        own = {statement.span for statement in single(policy)}
        for replaced in replaced_statements:
            by = replaced.by
            if isinstance(by, ast.Statement) and by.span in own and by.controls[0].text not in without:
                yield from _loosens(policy, policy.extends.text, replaced, by, program)


def _loosens(
    policy: ast.Policy, parent: str, replaced: Replaced, by: ast.Statement, program: ir.Program
) -> Iterator[Diagnostic]:
    from pscc.reasoning.difference.compare import compare_admitted

    observes = (by.mode or policy.mode) in _OBSERVING
    if by.verb == "default" or widens(by) or observes:
        return
    if by.verb == "allow" and compare_admitted(ir.Program(), _alone(policy, by), any_pod=True):
        return
    before = _alone(policy, replaced.old)
    witness = next(iter(compare_admitted(before, _enforced(policy, program)).looser), None)
    if witness is None:
        return
    control = by.controls[0].text
    statement = f"`{print_statement(by)}`"
    yield warn(
        "LNG087",
        f"{policy.name.text} admits more than {parent}: {statement} replaces what {parent} says about {control}",
        by.span,
        f"put {statement} into a policy of its own, so that both hold; or, if this is meant, write `without {control}`, too",
        f"`{print_statement(replaced.old)}` of {replaced.policy} does not hold any more",
        f"this pod is admitted: {shown(witness.pod)}",
    )


def _alone(policy: ast.Policy, statement: ast.Statement) -> ir.Program:
    """What ``statement`` alone means, for every pod."""
    alone = ast.Policy(policy.name, "", (replace(statement, mode=None),), policy.span)
    return resolve(ast.Document(policy.span.file, (alone,), ()), Report(), Family((alone,)))


def _enforced(policy: ast.Policy, program: ir.Program) -> ir.Program:
    """What ``policy`` refuses of pods as they come: without its exemptions, and without its defaults, which mend pods."""
    resolved = (*program.policies, *(chosen for choice in program.choices for chosen in choice.policies))
    parts = (part for part in resolved if part.span == policy.span and part.mode == "enforce")
    return ir.Program(tuple(replace(everywhere(part), defaults=()) for part in parts))
