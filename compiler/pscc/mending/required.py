"""Defaults that a source does not have, and that its `require` statements suggest: the value that a check asks for.

Nothing sets these values today, so they change what runs. The language says which of them can be set at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import PurePath

from pscc import ir
from pscc.base.source import SourceFile
from pscc.diagnostics import SourceError
from pscc.driver import analyse
from pscc.files import Loader
from pscc.language import ast
from pscc.language.printer import print_document
from pscc.meaning.inheritance import Slot, single, slot_of
from pscc.meaning.library import library_policy

Implied = Mapping[str, tuple[ast.Statement, ...]]
"""The defaults that are suggested, by the name of the policy that gets them."""


def program_of(document: ast.Document, load: Loader, today: date) -> ir.Program | None:
    """The program that the text of ``document`` means; None where the language does not take it."""
    name = str(PurePath(document.file).with_suffix(".psp"))
    try:
        return analyse(SourceFile(name, print_document(document)), load=load, today=today)[1]
    except SourceError:
        return None


def implied(document: ast.Document, load: Loader, today: date) -> Implied:
    """The defaults that the policies of ``document`` suggest, and do not have."""
    defaults: dict[str, tuple[ast.Statement, ...]] = {}
    for policy in document.policies:
        rules = tuple(rules_of(document, policy))
        defaulted = {statement.controls[0].text for statement in rules if statement.verb == "default"}
        for rule in rules:
            control = rule.controls[0].text
            if rule.verb != "require" or control in defaulted:
                continue
            for default in _defaults(rule):
                if program_of(with_implied(document, {policy.name.text: (default,)}), load, today) is not None:
                    defaults[policy.name.text] = (*defaults.get(policy.name.text, ()), default)
                    break
    return defaults


def with_implied(document: ast.Document, defaults: Implied) -> ast.Document:
    """``document`` with ``defaults``."""
    policies = tuple(
        replace(policy, statements=(*policy.statements, *defaults.get(policy.name.text, ())))
        for policy in document.policies
    )
    return replace(document, policies=policies)


def rules_of(document: ast.Document, policy: ast.Policy) -> Iterator[ast.Statement]:
    """The statements of ``policy``, each about one control, and those that it inherits and does not replace or leave out.

    Those of files that the document uses are not among them.
    """
    by_name = {each.name.text: each for each in document.policies}
    taken: set[Slot] = set()
    left_out: set[str] = set()
    above: ast.Policy | None = policy
    while above is not None:
        mine = [each for each in single(above) if each.controls[0].text not in left_out]
        slots = [slot_of(each) for each in mine]
        yield from (each for each, slot in zip(mine, slots, strict=True) if slot not in taken)
        taken |= set(slots)
        left_out |= {name.text for without in above.without for name in without.controls}
        parent = "" if above.extends is None else above.extends.text
        above = by_name.get(parent) or library_policy(parent)


def _defaults(rule: ast.Statement) -> Iterator[ast.Statement]:
    """Statements that may be a default for ``rule``. Of a range it is the lower end, as PSP's own strategies have it.

    Source: ``Generate`` in Kubernetes 1.24 ``pkg/security/podsecuritypolicy/user/mustrunas.go``.
    """
    bare = ast.Statement("default", rule.controls, rule.span)
    if rule.manner == "all of":
        yield replace(bare, manner="add", values=rule.values)
        return
    if not rule.values:
        yield bare
    for value in rule.values:
        low, dash, high = value.text.partition("-")
        ranged = dash and low.isdecimal() and high.isdecimal() and not value.quoted
        yield replace(bare, values=(replace(value, text=low) if ranged else value,))
