"""Names the values that a check reads more than once: variables of a policy in CEL, so that the check reads well.

There is a name for what a container inherits from its pod, and for an object of which several fields are read. For the pod it
is a variable, and for a container a field of a row. It holds the value, or null if that is not set.
"""

from __future__ import annotations

from dataclasses import replace

from pscc import ir
from pscc.base.frozen import frozen
from pscc.printers.cel.finding import CONTAINER, Finding, finding_of
from pscc.printers.cel.hoisting import Variables, hoisted
from pscc.printers.cel.naming import called, cell_name, in_place, inherited, of_the_pod, pod_name, renamed
from pscc.printers.cel.pending import NONE_PENDING, Pending, pod_value, rows
from pscc.printers.cel.reads import Known, access, has_value
from pscc.printers.cel.repeated import cells, mentions, only_walked, repeated
from pscc.printers.cel.tree import Conditional, Listing
from pscc.printers.cel.variables import Variable

_ROWS = "containersWith"


@frozen
class Bound:
    """The findings of a check, and the ``variables`` that they read, in order. ``known`` ones are never null."""

    findings: tuple[Finding, ...]
    variables: tuple[Variable, ...]
    known: Known


def bound(check: ir.Check, name: str, pending: Pending = NONE_PENDING) -> Bound:
    """The findings of ``check``, in which values are read by name. They are the values once the ``pending`` defaults are set.

    A variable whose value depends on the policy has a name that begins with ``name``.
    """
    findings = [finding_of(requirement) for requirement in check.requirements]
    every_cell = called(repeated(findings, CONTAINER, pending.defaults), cell_name, name)
    read = [cells(finding, every_cell) for finding in findings]
    own = {value: cell for value, cell in every_cell.items() if any(value in row for row in read)}
    from_pod = [above for above in map(inherited, own) if above is not None]
    fields = {value: of_the_pod(value) for value in (*repeated(findings, ir.POD, pending.defaults), *from_pod)}
    names = called(fields.values(), pod_name, name)
    of_pod = {value: names[path] for value, path in fields.items()}
    findings = [renamed(finding, own if row else {}, of_pod) for finding, row in zip(findings, read, strict=True)]
    variables = Variables()
    for value, variable_name in of_pod.items():
        if value in from_pod or any(mentions(finding, f"variables.{variable_name}") for finding in findings):
            variables.add(variable_name, pod_value(value, pending))
    if own:
        title = _ROWS + "And".join(cell[:1].upper() + cell[1:] for cell in own.values())
        step = ir.Each(CONTAINER, variables.add_list(title, rows(own, of_pod, pending)))
        findings = [
            replace(finding, each=(step, *finding.each[1:])) if row else finding
            for finding, row in zip(findings, read, strict=True)
        ]
    for path in only_walked(findings):
        listed = Conditional(has_value(path), access(path), Listing())
        new = variables.add_list(pod_name(path), listed)
        findings = [in_place(finding, path, new) for finding in findings]
    findings = [hoisted(finding, name, variables) for finding in findings]
    return Bound(tuple(findings), tuple(variables.named.items()), variables.known)
