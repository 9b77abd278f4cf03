"""The diff, the sentences and the JSON of ``pscc fix``."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from io import StringIO
from itertools import accumulate
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from pscc.cli._report_words import changed, counted, objected
from pscc.diagnostics.render import clean
from pscc.mending.records import Outcome, rivals

if TYPE_CHECKING:
    from pscc.base.source import SourceFile
    from pscc.mending.edits import Edit
    from pscc.mending.records import Exempting, Key, Mending, Setting

_WORDS: Mapping[Outcome, str] = MappingProxyType(
    {
        "mended": "mended",
        "passes": "pass as they are",
        "owned": "made by a controller, whose manifest counts",
        "unjudged": "not judged",
        "refused": "refused, and no default mends it",
    }
)
_SINGULAR: Mapping[Outcome, str] = MappingProxyType({**_WORDS, "passes": "passes as it is"})


def headline(mendings: Sequence[Mending], unwritten: Iterable[Key]) -> str:
    """The result in one sentence."""
    counts = {outcome: sum(mending.outcome == outcome for mending in mendings) for outcome in _WORDS}
    parts = [f"{number:,} {(_SINGULAR if number == 1 else _WORDS)[each]}" for each, number in counts.items() if number]
    lost = len(tuple(unwritten))
    parts += [f"{lost:,} not written"] if lost else []
    return f"{counted(len(mendings))}: {', '.join(parts)}"


_Opcode = tuple[Literal["replace", "delete", "insert", "equal"], int, int, int, int]


class _Known(SequenceMatcher[str]):
    """Two texts of which it is known how they differ: to search a dump of a cluster for that takes minutes."""

    def __init__(self, before: list[str], after: list[str], opcodes: list[_Opcode]) -> None:
        super().__init__(None, before, after)
        self._opcodes = opcodes

    def get_opcodes(self) -> list[_Opcode]:
        """The opcodes that are known."""
        return self._opcodes


def diff(source: SourceFile, edits: tuple[Edit, ...]) -> str:
    """A unified diff of ``source`` and the same with ``edits``, as ``patch`` and ``git apply`` take it."""
    from pscc.mending.edits import applied

    if not edits:
        return ""
    before, after = list(StringIO(source.text)), list(StringIO(applied(source.text, edits)))
    matcher = _Known(before, after, list(_opcodes(source.text, edits, before, after)))
    name = source.name.lstrip("/")
    lines = [f"--- a/{name}\n", f"+++ b/{name}\n"]
    for group in matcher.get_grouped_opcodes(3):
        first, last = group[0], group[-1]
        lines.append(f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n")
        for tag, old, old_end, new, new_end in group:
            if tag == "equal":
                lines += [f" {line}" for line in before[old:old_end]]
            else:
                lines += [f"-{line}" for line in before[old:old_end]] + [f"+{line}" for line in after[new:new_end]]
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _opcodes(text: str, edits: tuple[Edit, ...], before: list[str], after: list[str]) -> Iterator[_Opcode]:
    """How ``after`` comes of the lines ``before``, those of ``text``, by ``edits``: as `SequenceMatcher.get_opcodes` says it."""
    starts = list(accumulate((len(line) for line in before), initial=0))
    at = shift = 0
    segments: list[list[int]] = []
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        first, last = (min(bisect_right(starts, offset) - 1, len(before)) for offset in (edit.start, edit.end))
        more = edit.text.count("\n") - text.count("\n", edit.start, edit.end)
        if segments and first < segments[-1][1]:
            segments[-1] = [segments[-1][0], max(segments[-1][1], last + 1), segments[-1][2] + more]
        else:
            segments.append([first, last + 1, more])
    for first, end, more in segments:
        end = min(end, len(before))
        if at < first:
            yield "equal", at, first, at + shift, first + shift
        inside = SequenceMatcher(None, before[first:end], after[first + shift : end + shift + more], autojunk=False)
        for tag, old, old_end, new, new_end in inside.get_opcodes():
            yield tag, first + old, first + old_end, first + shift + new, first + shift + new_end
        at, shift = end, shift + more
    if at < len(before):
        yield "equal", at, len(before), at + shift, len(after)


def _range(start: int, end: int) -> str:
    """The lines from ``start`` up to and excluding ``end``, 0-based, as the head of a hunk has them."""
    length = end - start
    return f"{start + (1 if length else 0)}" if length == 1 else f"{start + (1 if length else 0)},{length}"


def sections(mendings: Sequence[Mending], unwritten: Mapping[Key, str], required: bool) -> Iterator[str]:
    """A paragraph for each workload that needs more than its diff, without a line end behind it.

    ``required`` says that what checks ask for was set, too.
    """
    cancelling = {mending.key for group in rivals(mendings) for mending in group}
    shown: dict[tuple[str, ...], str] = {}
    for mending in mendings:
        lines = []
        if mending.key in unwritten:
            lines.append(
                f"its text cannot be changed, since {unwritten[mending.key]}. Write this into it yourself, or use -o:"
            )
            lines += [f"  {_set(setting)}" for setting in mending.written]
        lines += [f"{objected(objection)}" for objection in mending.objections]
        if not required and any(objection.value is None for objection in mending.objections if objection.control):
            lines.append("no default sets what these checks ask for; --required does, where that is enough")
        if mending.outcome == "refused":
            lines += _exempting(mending.exempting, shown)
        if mending.exempting is not None and mending.exempting.together:
            shown.setdefault(mending.exempting.together, _named(mending).removesuffix(":"))
        if mending.key in cancelling:
            lines.append(
                f"{mending.namespace} has further exemptions here, which cancel this one. Write only one of them, "
                "or change the policy"
            )
        new = [setting for setting in mending.written if not setting.today]
        if new:
            lines.append("no default sets this today, so it changes what runs. Try it before you roll it out:")
            lines += [f"  {_set(setting)}" for setting in new]
        if mending.left_out:
            lines.append("a default sets this today, and no check asks for it, so it is left out:")
            lines += [f"  {changed(change)}" for change in mending.left_out]
        if lines:
            yield "\n".join((f"\n{_named(mending)}", *(f"  {line}".rstrip() for line in lines)))


def _named(mending: Mending) -> str:
    manifest = mending.manifest
    template = f" ({manifest.template})" if manifest.template else ""
    place = f"{manifest.span.file}:{manifest.span.line}"
    return clean(f"{manifest.kind} {mending.namespace}/{manifest.name}{template}, {place}:")


def _set(setting: Setting) -> str:
    return clean(f"{setting.path} {'+' if setting.adds else ''}= {json.dumps(setting.value)}")


def _exempting(exempting: Exempting | None, shown: Mapping[tuple[str, ...], str]) -> Iterator[str]:
    """What the exemption is, and what to know about it. ``shown`` has those of several accounts that a workload before it shows."""
    if exempting is None:
        yield "no narrow exemption was found: change the workload, or decide about the policy"
        return
    yield from (f"then also: {objected(each)}" for each in exempting.also)
    if exempting.together in shown:
        yield f"the exemption of {shown[exempting.together]} admits it, too"
    else:
        where = f"`choose {exempting.choice}`" if exempting.choice else f"`policy {exempting.parent}`"
        yield f"this exemption admits it. Write into {where}:"
        yield f"    {exempting.lines}"
        yield "and beside it:"
        yield from (f"    {line}".rstrip() for line in exempting.policy.split("\n"))
    if len(exempting.together) > 1:
        yield f"it is one exemption for pods of {', '.join(exempting.together)}, with a policy for each"
        yield f"the policy for pods of {exempting.account} is for no others. {_extent(exempting)}"
    else:
        yield f"it is for pods of {exempting.account} alone. {_extent(exempting)}"
    if exempting.undated:
        yield f"a grant has no end date of its own: take it out after {exempting.until}"
    if exempting.shared:
        namespace = exempting.account.partition("/")[0]
        yield f"every pod in {namespace} that names no service account may use it: give the workload an account of its own"


def _extent(exempting: Exempting) -> str:
    """What the account's pods may be once they have the exemption, as one sentence without a full stop."""
    if not exempting.taken_out:
        return "It admits the values and images that are written there, and nothing else"
    controls = ", ".join(exempting.taken_out)
    return f"It is wider than this workload: they may be anything that these checks refuse: {controls}"


def as_json(mending: Mending, unwritten: str) -> str:
    """The workload as one JSON object. ``unwritten`` says why its text cannot be changed; empty where it can."""
    manifest, exempting = mending.manifest, mending.exempting
    exemption = exempting and {
        "policy": exempting.parent,
        "choice": exempting.choice,
        "line": exempting.lines,
        "beside": exempting.policy,
        "account": exempting.account,
        "shared": exempting.shared,
        "until": exempting.until,
        "dated": not exempting.undated,
        "taken_out": exempting.taken_out,
        "together": exempting.together,
    }
    return json.dumps(
        {
            "file": manifest.span.file,
            "line": manifest.span.line,
            "kind": manifest.kind,
            "namespace": mending.namespace,
            "name": manifest.name,
            "template": manifest.template,
            "outcome": mending.outcome,
            "settings": [_setting(setting) for setting in mending.written],
            "left_out": [
                {"path": each.path, "value": each.after, "policy": each.policy, "statement": each.statement}
                for each in mending.left_out
            ],
            "objections": [
                {"policy": each.policy, "control": each.control, "path": each.path, "message": each.message}
                for each in mending.objections
            ],
            "exemption": exemption,
            "unwritten": unwritten,
        }
    )


def _setting(setting: Setting) -> dict[str, object]:
    return {
        "path": setting.path,
        "value": setting.value,
        "adds": setting.adds,
        "today": setting.today,
        "policy": setting.change.policy,
        "statement": setting.change.statement,
    }
