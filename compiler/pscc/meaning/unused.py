"""Warnings about what is written and decides nothing: a `use`, the `choose` of a used file, a policy of a choice."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.base.source import Span
from pscc.diagnostics import Diagnostic
from pscc.ir.passes import everywhere
from pscc.language import ast
from pscc.meaning.linking import Family
from pscc.meaning.traps import shown, warn


def unused(document: ast.Document, family: Family) -> Iterator[Diagnostic]:
    """A warning for each `use` of ``document`` that brings nothing, or that leaves a `choose` behind.

    ``family`` is what `linking.link` returned for it.
    """
    files = {policy.name.text: policy.span.file for policy in (*family.used, *family.own)}
    named: dict[str, set[str]] = {}
    for policy in document.policies:
        if policy.extends is not None:
            named.setdefault(policy.span.file, set()).add(files.get(policy.extends.text, ""))
    for choice in document.choices:
        for grant in choice.grants:
            named.setdefault(choice.span.file, set()).add(files.get(grant.policy.text, ""))
    for brought in family.brought:
        use = brought.use
        if not brought.files & named.get(use.span.file, set()):
            message, help = f"nothing here names a policy of `{use.path}`", "take the line out"
            if not brought.in_force:
                message += ", and a used file is not in force by itself"
                help += f"; to have {use.path} in force, give it to the command as a source, too"
            yield warn("LNG095", message, use.span, help)
        elif brought.choices:
            message = f"the `choose` of `{use.path}` is not in force here: a `use` brings policies alone"
            help = f"give {use.path} to the command as a source, too, or write the `choose` into this file"
            notes: tuple[tuple[Span | None, str], ...] = tuple((span, "not in force") for span in brought.choices)
            yield Diagnostic("LNG096", message, use.span, "warning", notes=notes, help=help)


def restricting_nobody(program: ir.Program) -> Iterator[Diagnostic]:
    """A warning for each policy of a choice whose users may all use a later policy that admits more, with a pod."""
    from pscc.reasoning.difference.compare import compare_admitted
    from pscc.reasoning.subsumption import overshadowed

    for choice in program.choices:
        for earlier, later in overshadowed(choice):
            before, after = (ir.Program((everywhere(policy),)) for policy in (earlier, later))
            witness = next(iter(compare_admitted(before, after).looser), None)
            if witness is None:
                continue
            span = next(grant.span for grant in choice.grants if grant.policy == later.name)
            message = f"{earlier.name} restricts nobody: all who may use it may use {later.name}, which admits more"
            notes: list[tuple[Span | None, str]] = [(earlier.span, f"the policy {earlier.name}")]
            notes.append((None, f"this pod is admitted: {shown(witness.pod)}"))
            if earlier.defaults:
                notes.append((None, f"{earlier.name} sets its defaults all the same, on the pods that it accepts"))
            help = f"grant {later.name} to those alone who need it, or take {earlier.name} out"
            yield Diagnostic("SET028", message, span, "warning", notes=tuple(notes), help=help)
