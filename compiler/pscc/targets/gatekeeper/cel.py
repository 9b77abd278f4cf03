"""Gatekeeper's templates in CEL, its engine ``K8sNativeValidation``: the same kinds and parameters as in Rego.

A template has one engine: where it has both, Gatekeeper runs the CEL alone. A choice has its policies and grants in its
template, as in Rego.
"""

from __future__ import annotations

import json
import re

from pscc import ir
from pscc.base.frozen import frozen
from pscc.output.templating import Code, yaml_block, yaml_quote
from pscc.printers.cel.exempt import asking_variables
from pscc.printers.cel.fragments import cel
from pscc.printers.cel.layout import laid_out
from pscc.printers.cel.parameters import UPDATED, of_policy, template_of, unless_left_out
from pscc.printers.cel.text import text_of
from pscc.printers.cel.tree import Expression, variable
from pscc.printers.cel.workloads import holding_pods, of_held_pods
from pscc.targets.shared.cel_fields import Fields, fields_of, notes_of
from pscc.targets.shared.choice_cel import REFUSED, decision_of
from pscc.targets.shared.choice_who import WITHOUT_USER_SHOWN, Review, names_shown
from pscc.targets.shared.layouts import Checks

_ON_ONE_LINE = 90
_INDENT = 18
_PLAIN = re.compile(r"[A-Za-z(][\w.() |&=+-]*")
"""What YAML takes as it is: without quotes and colons, and without the `#` of a comment."""
_USER, _NAMESPACE, _ACCOUNT = (variable(f"asking{name}") for name in ("User", "Namespace", "Account"))
_REVIEW = Review(
    _NAMESPACE,
    tuple(asking_variables()),
    names_shown(
        (cel('variables.askingUser != ""'), _USER), (cel('variables.askingAccount != ""'), _NAMESPACE, _ACCOUNT)
    ),
    UPDATED,
    aside=cel('variables.askingUser == "" && variables.askingAccount != "" ? $alone : ""', alone=WITHOUT_USER_SHOWN),
    of_workloads=True,
)
"""What Gatekeeper knows: an audit and a workload have no user, and labels of the namespace are not always there."""


@frozen
class Source:
    """The parts of a template's source: ``variables`` in order, and the ``validations``, expressions with their messages."""

    variables: list[Fields]
    validations: list[Fields]


def source_of(check: ir.Check, exempt: bool) -> Source:
    """The source of the template of ``check``, which with ``exempt`` lets off the requests of its Constraint."""
    printed = template_of(check, exempt)
    return Source(
        fields_of([*printed.variables], {}, _INDENT),
        [_validation(printed.expression, printed.message, _refused(check))],
    )


def policy_source(checks: Checks, exempt: bool) -> Source:
    """The source of the template of a policy's ``checks``, with ``exempt`` of one that exempts requests."""
    both = [(check, of_policy(check, reads, exempt)) for check, reads in checks]
    variables = [variable for _, printed in both for variable in printed.variables]
    return Source(
        fields_of(variables, notes_of(both), _INDENT),
        [_validation(printed.expression, printed.message, _refused(check)) for check, printed in both],
    )


def _validation(expression: Expression, message: Expression, otherwise: Code) -> Fields:
    """A validation; ``otherwise`` is the text where the message cannot be made."""
    return {"expression": _inline(expression), "text": _inline(message), "message": otherwise}


def _refused(check: ir.Check) -> Code:
    return Code(json.dumps(f"{check.title}: the pod does not meet this policy."))


def choice_source(choice: ir.Choice) -> Source:
    """The source of the template of ``choice``."""
    decision = decision_of(choice, _REVIEW)
    of_pods = [(name, of_held_pods(value)) for name, value in decision.variables]
    return Source(
        fields_of([*holding_pods(), *of_pods], decision.notes, _INDENT),
        [
            _validation(
                unless_left_out(of_held_pods(decision.holds)), of_held_pods(decision.message), yaml_quote(REFUSED)
            )
        ],
    )


def _inline(expression: Expression) -> Code:
    text = text_of(expression)
    if len(text) < _ON_ONE_LINE and _PLAIN.fullmatch(text):
        return Code(text)
    return Code(f"|-\n{yaml_block(laid_out(expression), _INDENT)}")
