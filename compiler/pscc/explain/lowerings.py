"""Shows what each target makes of one line of a source.

For a scope, an exemption or a grant, the program is compiled with the line and without it. The lines that only the first
output has are shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from textwrap import dedent

from pscc import ir
from pscc.base.frozen import frozen
from pscc.diagnostics import Diagnostic, SourceError
from pscc.driver import packaged
from pscc.ir.once_defaulted import observing
from pscc.lowering.choice_forms import lowered
from pscc.lowering.shortfall_text import diagnostic_of
from pscc.lowering.shortfalls import Shortfall, about
from pscc.output.contents import Output
from pscc.output.options import DEFAULTS
from pscc.targets.registry import TARGETS, target_named

MOST_LINES = 16
"""Lines to show of one target's output, for one line of the source."""


@frozen
class Compiled:
    """The ``outputs`` of a program by target, and the diagnostics of the targets that ``refused`` it."""

    outputs: dict[str, Output]
    refused: dict[str, tuple[Diagnostic, ...]]

    @property
    def targets(self) -> tuple[str, ...]:
        """The targets that it was compiled for."""
        return tuple(target for target in TARGETS if target in self.outputs or target in self.refused)

    def shortfalls(self, target: str) -> tuple[Shortfall, ...]:
        """The shortfalls of ``target``; none where it refuses the program."""
        return self.outputs[target].shortfalls if target in self.outputs else ()


def compiled(program: ir.Program, targets: tuple[str, ...]) -> Compiled:
    """The outputs of ``program`` for ``targets``, without suites."""
    plain = observing(lowered(program)[0])
    outputs: dict[str, Output] = {}
    refused: dict[str, tuple[Diagnostic, ...]] = {}
    for target in targets:
        try:
            outputs[target] = packaged(target_named(target), plain, DEFAULTS)
        except SourceError as error:
            refused[target] = error.diagnostics
    return Compiled(outputs, refused)


def on_each_target(
    whole: Compiled, with_it: ir.Program, without_it: ir.Program, shown: tuple[str, ...]
) -> Iterator[str]:
    """For each target, what it cannot express of a line of the source. For those ``shown``, also the lines of its output.

    ``with_it`` and ``without_it`` are the program with the line and without it. ``whole`` is the source's program: a target
    may refuse it because of another line.
    """
    after, before = compiled(with_it, whole.targets), compiled(without_it, whole.targets)
    for target in whole.targets:
        if target in whole.refused:
            messages = "; ".join(dict.fromkeys(diagnostic.message for diagnostic in whole.refused[target]))
            yield f"  {target}: refused, never left out: {messages}"
            continue
        if target not in after.outputs:
            continue
        before_keys = {about(shortfall) for shortfall in before.shortfalls(target)}
        new = (shortfall for shortfall in after.shortfalls(target) if about(shortfall) not in before_keys)
        notes = dict.fromkeys(diagnostic_of(shortfall).message for shortfall in new)
        if notes or target in shown:
            yield f"  {target}: {'; '.join(notes) or 'exact'}"
        if target not in shown:
            continue
        lines = list(dict.fromkeys(_added(after.outputs[target], before.outputs.get(target))))
        yield from (f"      {line}".rstrip() for line in lines[:MOST_LINES])
        if len(lines) > MOST_LINES:
            yield f"      … and {len(lines) - MOST_LINES} lines more"


def _added(after: Output, before: Output | None) -> Iterator[str]:
    old = {file.path: file.text for file in before.files} if before else {}
    for file in sorted(after.files, key=lambda output_file: output_file.path.startswith("templates/")):
        shown = file.path in after.resources or (file.path.endswith(".rego") and not file.path.endswith("_test.rego"))
        if not shown or file.text == old.get(file.path, ""):
            continue
        lines, earlier = file.text.splitlines(), old.get(file.path, "").splitlines()
        matcher = SequenceMatcher(None, earlier, lines, autojunk=False)
        for tag, _, _, start, end in matcher.get_opcodes():
            if tag in ("insert", "replace"):
                part = [line for line in lines[start:end] if any(c.isalnum() for c in line)]
                yield from dedent("\n".join(part)).splitlines()
