"""The page of the controls: what each is for, its statements, and what every target makes of it."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from pscc import ir
from pscc.base.source import SourceFile
from pscc.cases.suite import cases_for
from pscc.controls import CONTROLS
from pscc.controls._base import Control
from pscc.diagnostics import SourceError
from pscc.driver import analyse
from pscc.explain.lowerings import Compiled, compiled
from pscc.lowering.capabilities import LeavesUnset, Sets, SetsWidely
from pscc.output.options import DEFAULTS
from pscc.targets.registry import TARGETS, target_named
from website.markdown import anchor, fence, table, text_of

PATH = "reference/controls.md"
TAKEN = {"nothing": "", "values": " VALUE, …", "all of": " all of VALUE, …"}
SET = {"nothing": "", "value": " VALUE", "add": " add VALUE, …"}
DEFAULT = {"nothing": "", "value": " {}", "add": " add {}"}
MOST_CASES = 60


def page() -> str:
    """The page: a list of all controls, and a section for each."""
    return text_of(_lines())


def _lines() -> Iterator[str]:
    yield from ("# Controls", "")
    yield "A control is what a statement of the policy language is about. `pscc explain CONTROL` shows one on a terminal."
    yield ""
    yield "`pscc explain FILE --target TARGET` shows what a target makes of each line of your own source."
    yield ""
    yield from table(
        ["control", "what it is", "field of a PodSecurityPolicy"],
        ((f"[`{each.id}`](#{anchor(each.id)})", each.title, _psp(each)) for each in CONTROLS),
    )
    for control in CONTROLS:
        yield from _section(control)


def _psp(control: Control) -> str:
    return ", ".join(f"`{field}`" for field in control.psp_fields) or "none"


def _section(control: Control) -> Iterator[str]:
    yield from (f"## {control.id} {{ #{anchor(control.id)} }}", "", f"{control.title}. {control.intent}", "")
    yield from table(["statement", "means"], _statements(control))
    if any(shape.takes != "nothing" for shape in control.shapes):
        yield from (f"A VALUE is {control.values.noun}.", "")
    if control.unset:
        yield from (f"Where a pod does not set it, {control.unset.happens}.", "")
    yield from (f"In a PodSecurityPolicy: {_psp(control)}.", "")
    policy = _policy(control.example)
    assert policy is not None, control.id
    yield from fence("psp", f"policy example {{\n    {control.example}\n}}")
    yield from _refused(policy)
    yield from _on_targets(control, policy)


def _statements(control: Control) -> Iterator[tuple[str, str]]:
    for shape in control.shapes:
        on = f" on {shape.on}" if shape.on else ""
        yield f"`{shape.verb} {control.id}{TAKEN[shape.takes]}{on}`", shape.description
    if control.default:
        yield f"`default {control.id}{SET[control.default.takes]}`", control.default.description


def _policy(statements: str) -> ir.Policy | None:
    """The policy of ``statements``; None where they are no correct source."""
    try:
        _, program, _ = analyse(SourceFile("example.psp", f"policy example {{\n    {statements}\n}}\n"))
    except SourceError:
        return None
    return program.policies[0]


def _refused(policy: ir.Policy) -> Iterator[str]:
    """The first pod of the policy's suite that is refused, with the message."""
    case = next(case for case in cases_for(policy, MOST_CASES) if not case.allowed)
    shown = yaml.safe_dump({"spec": case.pod["spec"]}, sort_keys=False)
    yield from ("It refuses this pod:", "", *fence("yaml", shown), *fence("text", case.message))


def _with_default(control: Control) -> ir.Policy | None:
    """The example of ``control`` with a default that keeps to it: the first of the example's values that can be one."""
    if control.default is None:
        return None
    values = control.example.partition(control.id)[2].strip()
    words = values.replace(",", " ").split()
    for word in [values, *words, *(end for each in words for end in each.split("-"))]:
        statement = f"default {control.id}{DEFAULT[control.default.takes].format(word)}"
        policy = _policy(f"{control.example}\n    {statement}")
        if policy is not None and policy.defaults:
            return policy
    return None


def _on_targets(control: Control, policy: ir.Policy) -> Iterator[str]:
    with_default = _with_default(control)
    outputs = compiled(ir.Program((with_default or policy,)), tuple(TARGETS))
    head = ["target", "checks", *(["default"] if with_default else [])]
    yield from table(head, (_row(target, outputs, with_default) for target in TARGETS))


def _row(target: str, outputs: Compiled, with_default: ir.Policy | None) -> list[str]:
    row = [f"`{target}`", "refused by the compile" if target in outputs.refused else "exact"]
    return [*row, _setting(target, with_default)] if with_default else row


def _setting(target: str, policy: ir.Policy) -> str:
    match target_named(target).capabilities(DEFAULTS).defaults(policy.defaults[0], policy.checks):
        case Sets():
            return "set"
        case SetsWidely():
            return "set wherever the field itself is unset (`TGT002`)"
        case LeavesUnset(cause):
            return f"not set: {cause} (`TGT001`)"
        case None:
            return "not declared"
