"""The diff, the sentences and the JSON of ``pscc fix``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from pscc.cli._report_words import changed, counted, objected
from pscc.diagnostics.render import clean
from pscc.mending.records import Outcome

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
_ONE: Mapping[Outcome, str] = MappingProxyType({**_WORDS, "passes": "passes as it is"})


def headline(mendings: Sequence[Mending], unwritten: Iterable[Key]) -> str:
    """The result in one sentence."""
    counts = {outcome: sum(mending.outcome == outcome for mending in mendings) for outcome in _WORDS}
    parts = [f"{number:,} {(_ONE if number == 1 else _WORDS)[each]}" for each, number in counts.items() if number]
    lost = len(tuple(unwritten))
    parts += [f"{lost:,} not written"] if lost else []
    return f"{counted(len(mendings))}: {', '.join(parts)}"


def diff(source: SourceFile, edits: tuple[Edit, ...]) -> str:
    """A unified diff of ``source`` and the same with ``edits``, as ``patch`` and ``git apply`` take it."""
    import difflib

    from pscc.mending.edits import applied

    before = source.text.splitlines(keepends=True)
    after = applied(source.text, edits).splitlines(keepends=True)
    name = source.name.lstrip("/")
    lines = difflib.unified_diff(before, after, f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def sections(mendings: Iterable[Mending], unwritten: Mapping[Key, str], required: bool) -> Iterator[str]:
    """A paragraph for each workload that needs more than its diff, without a line end behind it.

    ``required`` says that what checks ask for was set, too.
    """
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
            lines += _exempting(mending.exempting)
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


def _exempting(found: Exempting | None) -> Iterator[str]:
    """What the exemption is, and what to know about it."""
    if found is None:
        yield "no exemption was found that admits this and nothing else: change the workload, or decide about the policy"
        return
    yield from (f"then also: {objected(each)}" for each in found.also)
    where = f"`choose {found.choice}`" if found.choice else f"`policy {found.parent}`"
    yield f"this exemption admits it, and nothing else. Write into {where}:"
    yield f"    {found.lines}"
    yield "and beside it:"
    yield from (f"    {line}".rstrip() for line in found.policy.split("\n"))
    if found.undated:
        yield f"a grant has no end date of its own: take it out after {found.until}"
    if found.shared:
        namespace = found.account.partition("/")[0]
        yield f"every pod in {namespace} that names no service account may use it: give the workload an account of its own"


def as_json(mending: Mending, unwritten: str) -> str:
    """The workload as one JSON object. ``unwritten`` says why its text cannot be changed; empty where it can."""
    manifest, found = mending.manifest, mending.exempting
    exemption = found and {
        "policy": found.parent,
        "choice": found.choice,
        "line": found.lines,
        "beside": found.policy,
        "account": found.account,
        "shared": found.shared,
        "until": found.until,
        "dated": not found.undated,
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
