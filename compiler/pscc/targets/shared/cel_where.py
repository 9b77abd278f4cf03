"""Where a policy in CEL holds and who is exempt from it: match conditions, and a selector of namespaces by labels.

Names are conditions and not exclusions, so that Kyverno goes on making rules for workloads.
"""

from __future__ import annotations

from collections.abc import Callable

from pscc.base.frozen import frozen
from pscc.ir.access import Exemption, Names, Scope, Subjects
from pscc.output.templating import Code, yaml_block, yaml_lines
from pscc.printers.cel.layout import laid_out
from pscc.printers.cel.logic import negated
from pscc.printers.cel.text import Quote, quoted
from pscc.printers.cel.tree import TRUE, Expression
from pscc.printers.cel.workloads import at_template
from pscc.targets.shared.cel_fields import Fields
from pscc.targets.shared.cel_who import in_namespaces, is_one_of
from pscc.targets.shared.exemptions import as_comments, of_requests
from pscc.targets.shared.label_selector import label_selector


@frozen
class Where:
    """``conditions``: match conditions with what is to be said of each; ``selector``: lines below ``namespaceSelector``."""

    conditions: list[Fields]
    selector: Code


def where(
    scope: Scope,
    exemptions: tuple[Exemption, ...] = (),
    template: str = "",
    autogen: bool = False,
    quote: Quote = quoted,
) -> Where:
    """The match conditions and the selector for a policy that holds in ``scope``, without requests of exempt requesters.

    With ``template`` the policy is about workloads, whose pods are there. With ``autogen`` Kyverno may make such a policy of
    it. ``quote`` writes the strings.
    """
    conditions = []
    names = in_namespaces(scope)
    if names != TRUE:
        conditions.append(_condition("namespaces", names, quote))
    if exemptions:
        exempt = is_one_of(_all(exemptions), "templates" if template else "both" if autogen else "pods")
        judged = negated(at_template(exempt, template) if template else exempt)
        conditions.append(_condition("not-exempt", judged, quote, *of_requests(exemptions)))
    return Where(conditions, _selector(scope))


def _all(exemptions: tuple[Exemption, ...]) -> Subjects:
    """Those who are named by any of ``exemptions``."""

    def all_names(kind: Callable[[Subjects], Names]) -> Names:
        named = [kind(exemption.subjects) for exemption in exemptions]
        exact = dict.fromkeys(name for names in named for name in names.exact)
        return Names(tuple(exact), tuple(dict.fromkeys(prefix for names in named for prefix in names.prefixes)))

    everyone = any(exemption.subjects.everyone for exemption in exemptions)
    users, groups = all_names(lambda who: who.users), all_names(lambda who: who.groups)
    return Subjects(everyone, users, groups, all_names(lambda who: who.service_accounts))


def _condition(name: str, expression: Expression, quote: Quote, *notes: str) -> Fields:
    return {"name": Code(name), "notes": as_comments(notes), "expression": yaml_block(laid_out(expression, quote), 8)}


def _selector(scope: Scope) -> Code:
    fields = label_selector(scope)
    return yaml_block("\n".join(yaml_lines(fields)), 6) if fields else Code("")
