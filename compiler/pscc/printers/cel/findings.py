"""Prints the findings of a check as CEL: the text of all that is wrong with a pod, empty where nothing is."""

from __future__ import annotations

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.refusals import BETWEEN
from pscc.ir.walking import nodes
from pscc.printers.cel.bindings import bound
from pscc.printers.cel.conditions import condition, facts
from pscc.printers.cel.finding import Finding
from pscc.printers.cel.fragments import cel
from pscc.printers.cel.literals import literal
from pscc.printers.cel.logic import all_of, branch, dyn, equal
from pscc.printers.cel.matching import title
from pscc.printers.cel.messages import message_of
from pscc.printers.cel.pending import NONE_PENDING, Pending
from pscc.printers.cel.reads import Known, access, guards, has_value
from pscc.printers.cel.tree import EMPTY, TRUE, Call, Expression, Listing, Name, infix, variable
from pscc.printers.cel.variables import Variable
from pscc.printers.cel.walks import CONTAINERS, or_empty, walked

FINDINGS = "findings"
"""What the variables of a check are called where there is no other check beside it."""


@frozen
class PrintedCheck:
    """A check as CEL: ``variables`` in order, what ``holds`` where nothing is wrong, the ``message`` where something is."""

    variables: tuple[Variable, ...]
    holds: Expression
    message: Expression


def check_of(
    check: ir.Check, name: str = FINDINGS, pending: Pending = NONE_PENDING, between: str = BETWEEN
) -> PrintedCheck:
    """The CEL of ``check`` about the pod once the ``pending`` defaults are set. The message has ``between`` between its findings.

    The names of its own variables begin with ``name``, so that no other check has them. A check that is not specialised reads
    its parameters from variables of their names (`pscc.printers.cel.parameters`).
    """
    values = bound(check, "" if name == FINDINGS else name, pending)
    own = names_of(name, values.findings)
    variables: list[Variable] = []
    if walks_containers(check.requirements):
        variables.append((CONTAINERS, containers_of("object")))
    variables += values.variables
    variables += zip(own, (report_of(finding, values.known, between) for finding in values.findings), strict=True)
    reports = tuple(map(variable, own))
    message: Expression = reports[0]
    if len(reports) > 1:
        several = '$reports.filter(finding, finding != "").join($between)'
        message = cel(several, reports=Listing(reports), between=literal(between))
    if check.because:
        message = infix("+", message, literal(because_of(check)))
    return PrintedCheck(tuple(variables), all_of(*(equal(report, EMPTY) for report in reports)), message)


def because_of(check: ir.Check) -> str:
    """What stands behind the findings of ``check``, on one line: its reason, empty where it has none."""
    because = check.because.replace("\n", "\\n").replace("\r", "\\r")
    return f" ({because})" if because else ""


def names_of(name: str, findings: tuple[Finding, ...]) -> list[str]:
    """What the variables of a check's ``findings`` are called, where the check is called ``name``."""
    if len(findings) == 1:
        return [name]
    words = [title(finding.name) for finding in findings]
    return [name + (word if word and words.count(word) == 1 else str(n)) for n, word in enumerate(words, 1)]


def walks_containers(node: object) -> bool:
    """Whether a walk over containers is in ``node``."""
    return any(True for _ in nodes(node, ir.Containers))


def containers_of(root: str) -> Expression:
    """All containers of the pod ``root``, whose spec it is that is read."""

    def listed(kind: str) -> Expression:
        path, pod = ir.Path(ir.POD, ("spec", kind)), Name(root)
        # an old object comes from the API server alone, which drops nulls
        guard = guards(path, root=pod) if root == "oldObject" else has_value(path, root=pod)
        return or_empty(guard, dyn(access(path, pod)))

    return infix("+", *map(listed, ("initContainers", "containers", "ephemeralContainers")))


def report_of(finding: Finding, known: Known, between: str = BETWEEN) -> Expression:
    """The messages of ``finding`` about the pod, joined by ``between``; empty where nothing is wrong."""
    if not finding.each:
        message = message_of(finding.message, known | facts(finding.fails))
        return branch(condition(finding.fails, known), message, EMPTY)
    return _walk(finding.each, finding.fails, finding.message, known, literal(between))


def _walk(
    steps: tuple[ir.Each, ...], fails: ir.Condition, message: tuple[ir.Part, ...], known: Known, between: Expression
) -> Expression:
    step, rest = steps[0], steps[1:]
    walk = walked(step, known)
    element = Name(step.var)
    where = all_of(walk.counts, TRUE if rest else condition(fails, walk.known))
    failing = walk.listed if where == TRUE else Call("filter", (element, where), walk.listed)
    if rest:
        reports = Call("map", (element, _walk(rest, fails, message, walk.known, between)), failing)
        return cel('$reports.filter(finding, finding != "").join($between)', reports=reports, between=between)
    messages = Call("map", (element, message_of(message, walk.known | facts(fails))), failing)
    return Call("join", (between,), messages)
