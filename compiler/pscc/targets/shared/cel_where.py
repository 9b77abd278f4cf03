"""The scope and the exemptions of a policy in CEL: match conditions, and a selector of namespaces by labels.

Names are conditions and not exclusions, so that Kyverno goes on making rules for workloads.
"""

from __future__ import annotations

from collections.abc import Callable

from pscc.base.frozen import frozen
from pscc.ir.access import Exemption, Names, Scope, Subjects
from pscc.output.templating import Code, yaml_block, yaml_lines
from pscc.printers.cel.expressions import at_template, negated
from pscc.printers.cel.layout import laid_out
from pscc.printers.rego.rules import comment
from pscc.targets.shared.cel_who import in_namespaces, is_one_of
from pscc.targets.shared.label_selector import label_selector

Fields = dict[str, object]


@frozen
class Where:
    """``conditions`` are match conditions with their comments, and ``selector`` has the lines below ``namespaceSelector``."""

    conditions: list[Fields]
    selector: Code


def where(scope: Scope, exemptions: tuple[Exemption, ...] = (), template: str = "", autogen: bool = False) -> Where:
    """The match and the conditions of a policy that holds in ``scope``, for requests that are not exempt.

    ``template``: the path to the pods of workloads, for a policy about these. ``autogen``: Kyverno may make one about these.
    """
    conditions = []
    names = in_namespaces(scope)
    if names != "true":
        conditions.append(_condition("namespaces", names))
    if exemptions:
        exempt = is_one_of(_all(exemptions), "templates" if template else "both" if autogen else "pods")
        text = negated(at_template(exempt, template) if template else exempt)
        conditions.append(_condition("not-exempt", text, *map(_reason, exemptions)))
    return Where(conditions, _selector(scope))


def _all(exemptions: tuple[Exemption, ...]) -> Subjects:
    """All subjects of ``exemptions``."""

    def names(kind: Callable[[Subjects], Names]) -> Names:
        each = [kind(exemption.subjects) for exemption in exemptions]
        exact = dict.fromkeys(name for group in each for name in group.exact)
        return Names(tuple(exact), tuple(dict.fromkeys(prefix for group in each for prefix in group.prefixes)))

    everyone = any(exemption.subjects.everyone for exemption in exemptions)
    return Subjects(everyone, names(lambda s: s.users), names(lambda s: s.groups), names(lambda s: s.service_accounts))


def _condition(name: str, expression: str, *notes: str) -> Fields:
    notes_ = [Code(comment(note)) for note in notes]
    return {"name": Code(name), "notes": notes_, "expression": yaml_block(laid_out(expression), 8)}


def _reason(exemption: Exemption) -> str:
    until = f" (until {exemption.until})" if exemption.until else ""
    return f"{exemption.reason}{until}"


def _selector(scope: Scope) -> Code:
    fields = label_selector(scope)
    return yaml_block("\n".join(yaml_lines(fields)), 6) if fields else Code("")
