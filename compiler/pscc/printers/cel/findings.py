"""Prints the findings of a check as CEL: the text of all that is wrong with a pod, empty where nothing is."""

from __future__ import annotations

from typing import assert_never

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.passes import nodes
from pscc.printers.cel.bindings import NONE_PENDING, Finding, Pending, bound
from pscc.printers.cel.expressions import (
    CONTAINERS,
    Known,
    access,
    all_of,
    condition,
    facts,
    group,
    guards,
    has_value,
    literal,
    parameter,
    read,
    title,
    walked,
)

FINDINGS = "findings"
"""What the variables of a check are called where there is no other check beside it."""
BETWEEN = "; "
"""What stands between the findings of a message."""

_NAMED = ("container", "mount", "volume")
"""What has a DNS label for a name: the API server validates it before it asks a validating policy."""


@frozen
class Printed:
    """A check as CEL: ``variables`` in order, what ``holds`` where nothing is wrong, the ``message`` where something is."""

    variables: tuple[tuple[str, str], ...]
    holds: str
    message: str


def check_of(check: ir.Check, name: str = FINDINGS, pending: Pending = NONE_PENDING, between: str = BETWEEN) -> Printed:
    """The CEL of ``check``. ``name`` begins the names of those variables that other checks would have otherwise.

    It is about the pod as the ``pending`` defaults make it, and the message has ``between`` its findings. The parameters
    of a check that is not specialised are variables of their names; `cel_parameters` has them.
    """
    values = bound(check, "" if name == FINDINGS else name, pending)
    own = names_of(name, values.findings)
    variables: list[tuple[str, str]] = []
    if walks_containers(check.requirements):
        variables.append((CONTAINERS.removeprefix("variables."), containers_of("object")))
    variables += values.variables
    variables += zip(own, (text_of(finding, values.known, between) for finding in values.findings), strict=True)
    read = [f"variables.{one}" for one in own]
    text = read[0] if len(read) == 1 else f'[{", ".join(read)}].filter(finding, finding != "").join({literal(between)})'
    if check.because:
        text += f" + {literal(because_of(check))}"
    return Printed(tuple(variables), all_of(*(f'{one} == ""' for one in read)), text)


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


def containers_of(root: str) -> str:
    """All containers of the pod ``root``, whose spec it is that is read."""

    def listed(kind: str) -> str:
        path = ir.Path(ir.POD, ("spec", kind))
        # an old object comes from the API server alone, which drops nulls
        guard = guards(path, root=root) if root == "oldObject" else has_value(path, root=root)
        return f"({guard} ? dyn({access(path, root)}) : [])"

    return " + ".join(map(listed, ("initContainers", "containers", "ephemeralContainers")))


def text_of(finding: Finding, known: Known, between: str = BETWEEN) -> str:
    """What ``finding`` says of the pod, joined by ``between``; empty where nothing is wrong."""
    if not finding.each:
        text = _message(finding.message, known | facts(finding.fails))
        return f'{condition(finding.fails, known)} ? {group(text, " ? ")} : ""'
    return _walk(finding.each, finding.fails, finding.message, known, literal(between))


def _walk(
    steps: tuple[ir.Each, ...], failing: ir.Condition, message: tuple[ir.Part, ...], known: Known, between: str
) -> str:
    step, rest = steps[0], steps[1:]
    walk = walked(step, known)
    where = all_of(walk.counts, "" if rest else condition(failing, walk.known))
    chosen = walk.listed if where == "true" else f"{walk.listed}.filter({step.var}, {where})"
    if rest:
        inner = _walk(rest, failing, message, walk.known, between)
        return f'{chosen}.map({step.var}, {inner}).filter(finding, finding != "").join({between})'
    text = _message(message, walk.known | facts(failing))
    return f"{chosen}.map({step.var}, {text}).join({between})"


def _message(parts: tuple[ir.Part, ...], known: Known) -> str:
    texts: list[str] = []
    pending = ""
    for part in parts:
        match part:
            case str():
                pending += part
            case ir.Show(value=value, number=number):
                if pending:
                    texts.append(literal(pending))
                pending = ""
                texts.append(group(_shown(value, known, number), " ? "))
            case ir.ShowParams(params=params):
                if pending:
                    texts.append(literal(pending))
                pending = ""
                texts.append(shown_parameters(params))
            case _:
                assert_never(part)
    return " + ".join([*texts, *([literal(pending)] if pending else [])])


def shown_parameters(params: tuple[ir.Param, ...]) -> str:
    """The values of a statement in a message: the variable that has their text, or of a truth value that itself."""
    return f"string({parameter(params[0].name)})" if params[0].kind == "bool" else parameter(shown_as(params))


def shown_as(params: tuple[ir.Param, ...]) -> str:
    """The name of the variable that has the text of the parameters ``params``, all of one kind, together."""
    return f"shown{'And'.join(title(param.name) for param in params)}"


def _shown(value: ir.Value, known: Known, number: bool = False) -> str:
    if isinstance(value, ir.Path) and value.fields == ("name",) and value.var in _NAMED:
        return access(value)
    if number:
        # Kyverno's command line reads whole numbers as doubles, which would show as 1e+06
        return read(value, known, lambda text, _: f"string(int({text}))", '"not set"')
    return read(value, known, lambda text, _: line(text), '"not set"')


def line(text: str, string: bool = False) -> str:
    """The value of ``text`` as a string, its line breaks written out; ``string`` says that it is one already."""
    # in brackets it is a constant, which has no line break, and a string behind it
    joined = text.startswith('("')
    whole = text[1:-1] if joined else text if string else f"string({text})"
    return f'{whole}.replace("\\n", "\\\\n").replace("\\r", "\\\\r")'
