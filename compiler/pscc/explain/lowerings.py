"""What each target makes of one line of a source.

Of a scope, an exemption or a grant: what its output has with the line and lacks without it, both of them compiled.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import SequenceMatcher
from textwrap import dedent

from pscc import ir
from pscc.base.frozen import frozen
from pscc.diagnostics import Diagnostic, SourceError
from pscc.ir.once_defaulted import observing
from pscc.lowering.choice_forms import lowered
from pscc.output.contents import Output
from pscc.output.options import TARGETS
from pscc.printers.cel.layout import laid_out
from pscc.printers.cel.patches import patches
from pscc.targets.gatekeeper import mutators as gatekeeper_mutators
from pscc.targets.kyverno import mutate as kyverno_mutate
from pscc.targets.registry import target_named
from pscc.targets.shared.names import Names

MOST_LINES = 16
"""Of one target, for one line of the source."""


@frozen
class Compiled:
    """What every target makes of a program; the diagnostics alone where it refuses it."""

    outputs: dict[str, Output]
    refused: dict[str, tuple[Diagnostic, ...]]

    def told(self, target: str) -> tuple[Diagnostic, ...]:
        """What is not exact on ``target``, or why it refuses the program."""
        output = self.outputs.get(target)
        return self.refused.get(target, ()) if output is None else output.diagnostics


def compiled(program: ir.Program) -> Compiled:
    """``program`` on every target, without suites."""
    plain = observing(lowered(program)[0])
    outputs: dict[str, Output] = {}
    refused: dict[str, tuple[Diagnostic, ...]] = {}
    for target in TARGETS:
        try:
            outputs[target] = target_named(target).package(plain, {})
        except SourceError as error:
            refused[target] = error.diagnostics
    return Compiled(outputs, refused)


def made_of_it(whole: Compiled, with_it: ir.Program, without_it: ir.Program) -> Iterator[str]:
    """For each target whether it is exact, and the lines that its output has for it; of equal lines the first alone.

    ``whole`` is the source's program, which a target may refuse for other lines, too.
    """
    after, before = compiled(with_it), compiled(without_it)
    for target in TARGETS:
        if target in whole.refused:
            messages = "; ".join(dict.fromkeys(one.message for one in whole.refused[target]))
            yield f"  {target}: refused, never left out: {messages}"
            continue
        if target not in after.outputs:
            continue
        known = {one.message for one in before.told(target)}
        notes = dict.fromkeys(one.message for one in after.told(target) if one.message not in known)
        yield f"  {target}: {'; '.join(notes) or 'exact'}"
        lines = list(dict.fromkeys(_added(after.outputs[target], before.outputs.get(target))))
        yield from (f"      {line}".rstrip() for line in lines[:MOST_LINES])
        if len(lines) > MOST_LINES:
            yield f"      … and {len(lines) - MOST_LINES} lines more"


def default_text(policy: ir.Policy, default: ir.Default, target: str) -> list[str]:
    """What ``target`` makes of a default that it can set, as lines; none where it cannot."""
    alone = replace(policy, defaults=(default,))
    match target:
        case "gatekeeper":
            if any(one.default is default for one in gatekeeper_mutators.unsettable(policy)):
                return []
            found = gatekeeper_mutators.mutators(alone, Names())[0]
            return [f"{one.kind} at {json.dumps(one.location)}: {json.dumps(one.value)}" for one in found]
        case "kyverno":
            if any(one.default is default for one in kyverno_mutate.unsettable(policy)):
                return []
            return [line for rule in kyverno_mutate.rules(alone) for line in _rule(rule)]
        case "kyverno-cel" | "vap":
            return [line for text in patches(default) for line in laid_out(text).splitlines()]
        case _:
            return []


def _rule(rule: Mapping[str, object]) -> Iterator[str]:
    conditions = rule["conditions"]
    assert isinstance(conditions, list)
    yield f"rule {rule['name']}, of each of {rule['kind'] or 'the pod'}" + (", where" if conditions else "")
    yield from (f"  {condition}" for condition in conditions)
    yield from (f"  {line}" for line in dedent(str(rule["patch"])).splitlines())


def _added(after: Output, before: Output | None) -> Iterator[str]:
    old = {file.path: file.text for file in before.files} if before else {}
    for file in sorted(after.files, key=lambda one: one.path.startswith("templates/")):
        shown = file.path in after.resources or (file.path.endswith(".rego") and not file.path.endswith("_test.rego"))
        if not shown or file.text == old.get(file.path, ""):
            continue
        lines, earlier = file.text.splitlines(), old.get(file.path, "").splitlines()
        matcher = SequenceMatcher(None, earlier, lines, autojunk=False)
        for tag, _, _, start, end in matcher.get_opcodes():
            if tag in ("insert", "replace"):
                part = [line for line in lines[start:end] if any(c.isalnum() for c in line)]
                yield from dedent("\n".join(part)).splitlines()
