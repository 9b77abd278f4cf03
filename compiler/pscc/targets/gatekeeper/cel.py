"""Gatekeeper's templates in CEL, its engine ``K8sNativeValidation``: the same kinds and parameters as in Rego.

A template has one engine: where it has both, Gatekeeper runs the CEL alone. A choice has its policies and grants in its
template, as in Rego.
"""

from __future__ import annotations

import json

from pscc import ir
from pscc.base.frozen import frozen
from pscc.output.templating import Code, yaml_block, yaml_quote
from pscc.printers.cel.exempt import asking_variables
from pscc.printers.cel.layout import laid_out
from pscc.printers.cel.parameters import DELETED, UPDATED, template_of
from pscc.targets.shared.cel_where import Fields
from pscc.targets.shared.choice_cel import REFUSED, choice_in_cel, fields_of
from pscc.targets.shared.choice_who import Review, names_shown

_ON_ONE_LINE = 90
_INDENT = 18
_USER, _NAMESPACE, _ACCOUNT = (f"variables.asking{name}" for name in ("User", "Namespace", "Account"))
_REVIEW = Review(
    _NAMESPACE,
    tuple(asking_variables()),
    names_shown((f'{_USER} != ""', _USER), (f'{_ACCOUNT} != ""', _NAMESPACE, _ACCOUNT)),
    UPDATED,
    aside=f'{_USER} == "" && {_ACCOUNT} != "" '
    '? " (no user in this review: judged by " + variables.asking[0] + " alone)" : ""',
)
"""The fields of a request in Gatekeeper: an audit has no user, and labels of the namespace may be missing."""


@frozen
class Source:
    """The parts of a template's source: ``variables`` in order, the ``expression`` that has to be true, its messages."""

    variables: list[Fields]
    expression: Code
    text: Code
    message: Code


def source_of(check: ir.Check, exempt: bool) -> Source:
    """The source of the template of ``check``. ``exempt``: it exempts the requests that its Constraint lists."""
    printed = template_of(check, exempt)
    return Source(
        fields_of([*printed.variables], {}, _INDENT),
        _inline(printed.expression),
        _inline(printed.message),
        Code(json.dumps(f"{check.title}: the pod does not meet this policy.")),
    )


def choice_source(choice: ir.Choice) -> Source:
    """The source of the template of ``choice``."""
    printed = choice_in_cel(choice, _REVIEW)
    return Source(
        fields_of(printed.variables, printed.notes, _INDENT),
        _inline(f"{DELETED} || {printed.holds}"),
        _inline(printed.message),
        yaml_quote(REFUSED),
    )


def _inline(text: str) -> Code:
    return Code(text) if len(text) < _ON_ONE_LINE and text[0] != "[" else Code(f"|-\n{yaml_block(laid_out(text), 18)}")
