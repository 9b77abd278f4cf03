"""Where a policy holds and who is exempt, in Kyverno's words: ``match``, ``exclude``, CEL preconditions."""

from __future__ import annotations

from dataclasses import replace

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.access import ALL, NONE, Names, Scope
from pscc.output.templating import Code, yaml_block, yaml_lines
from pscc.printers.cel.fragments import cel
from pscc.printers.cel.layout import laid_out
from pscc.printers.cel.logic import negated
from pscc.printers.cel.text import quoted_for_kyverno
from pscc.targets.shared.cel_who import is_one_of
from pscc.targets.shared.label_selector import label_selector

UPDATED = cel("oldObject != null")
"""That the request changes a pod: Kyverno's command line knows no operation in CEL."""


@frozen
class Where:
    """Lines below ``resources`` of a match, and the entries of ``exclude``; empty where a policy holds everywhere."""

    match: Code
    exclude: Code


def match_of(scope: Scope, kinds: tuple[str, ...] = ("Pod",)) -> Where:
    """``scope`` of objects of ``kinds`` as Kyverno says it; its names take a ``*`` at the end."""
    inside: dict[str, object] = {}
    if scope.namespaces != ALL:
        inside["namespaces"] = _names(scope.namespaces)
    if scope.labels:
        inside["namespaceSelector"] = label_selector(replace(scope, except_labels=()))
    outside: list[dict[str, object]] = []
    if scope.except_namespaces != NONE:
        outside.append({"namespaces": _names(scope.except_namespaces)})
    outside += [{"namespaceSelector": {"matchLabels": {key: value}}} for key, value in scope.except_labels]
    entries = [{"resources": {"kinds": list(kinds), **match}} for match in outside]
    return Where(_lines(inside, 14), _lines(entries, 10))


def _lines(value: object, indent: int) -> Code:
    return yaml_block("\n".join(yaml_lines(value)), indent) if value else Code("")


def _names(names: Names) -> list[str]:
    return [*names.exact, *(f"{prefix}*" for prefix in names.prefixes)]


def exempt_conditions(policy: ir.Policy) -> list[dict[str, object]]:
    """A CEL precondition for each exemption of ``policy``: the user, or the pod's service account, is not exempt.

    A background scan knows no user; a pod without a service account is a static pod's mirror.
    """
    conditions: list[dict[str, object]] = []
    for number, exemption in enumerate(policy.exemptions, 1):
        expression = negated(is_one_of(exemption.subjects, "both"))
        text = laid_out(expression, quoted_for_kyverno)
        conditions.append({"name": Code(f"not-exempt-{number}"), "expression": yaml_block(text, 12)})
    return conditions
