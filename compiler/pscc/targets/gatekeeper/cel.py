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
from pscc.printers.cel.fragments import cel
from pscc.printers.cel.layout import laid_out
from pscc.printers.cel.parameters import UPDATED, template_of, unless_left_out
from pscc.printers.cel.text import text_of
from pscc.printers.cel.tree import Expression, variable
from pscc.printers.cel.workloads import holding_pods, of_held_pods
from pscc.targets.shared.cel_where import Fields
from pscc.targets.shared.choice_cel import REFUSED, decision_of, fields_of
from pscc.targets.shared.choice_who import Review, names_shown

_ON_ONE_LINE = 90
_INDENT = 18
_USER, _NAMESPACE, _ACCOUNT = (variable(f"asking{name}") for name in ("User", "Namespace", "Account"))
_REVIEW = Review(
    _NAMESPACE,
    tuple(asking_variables()),
    names_shown(
        (cel('variables.askingUser != ""'), _USER), (cel('variables.askingAccount != ""'), _NAMESPACE, _ACCOUNT)
    ),
    UPDATED,
    aside=cel(
        'variables.askingUser == "" && variables.askingAccount != "" '
        '? " (no user in this review: judged by " + variables.asking[0] + " alone)" : ""'
    ),
    of_workloads=True,
)
"""What Gatekeeper knows: an audit and a workload have no user, and labels of the namespace are not always there."""


@frozen
class Source:
    """The parts of a template's source: ``variables`` in order, the ``expression`` that has to be true, its messages."""

    variables: list[Fields]
    expression: Code
    text: Code
    message: Code


def source_of(check: ir.Check, exempt: bool) -> Source:
    """The source of the template of ``check``, which with ``exempt`` lets off the requests of its Constraint."""
    printed = template_of(check, exempt)
    return Source(
        fields_of([*printed.variables], {}, _INDENT),
        _inline(printed.expression),
        _inline(printed.message),
        Code(json.dumps(f"{check.title}: the pod does not meet this policy.")),
    )


def choice_source(choice: ir.Choice) -> Source:
    """The source of the template of ``choice``."""
    decision = decision_of(choice, _REVIEW)
    of_pods = [(name, of_held_pods(value)) for name, value in decision.variables]
    return Source(
        fields_of([*holding_pods(), *of_pods], decision.notes, _INDENT),
        _inline(unless_left_out(of_held_pods(decision.holds))),
        _inline(of_held_pods(decision.message)),
        yaml_quote(REFUSED),
    )


def _inline(expression: Expression) -> Code:
    text = text_of(expression)
    if len(text) < _ON_ONE_LINE and text[0] != "[":
        return Code(text)
    return Code(f"|-\n{yaml_block(laid_out(expression), _INDENT)}")
