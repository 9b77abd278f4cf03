"""``pscc diff`` as text, and as Markdown for the comment on a pull request: the summary first, then a pod for each change."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from pscc.cli._diff_words import OBJECTS, headline, kinds, lines, manifest, of_witness, update, value, where, where_of
from pscc.cli._markdown import cell
from pscc.diagnostics.render import clean

if TYPE_CHECKING:
    from pscc.cli._diff_workloads import WorkloadChange
    from pscc.reasoning.difference.changed import Change
    from pscc.reasoning.difference.difference import Difference
    from pscc.reasoning.difference.witness import Witness
    from pscc.reference.interpreter import Reason


def text(difference: Difference, workloads: tuple[WorkloadChange, ...] | None) -> Iterator[str]:
    """The lines of the report; ``workloads`` are those that are treated differently, None where none were given."""
    yield headline(difference)
    yield from (f"  {line}" for line in lines(difference))
    yield from _apart(difference)
    yield from _solved(difference)
    if workloads is not None:
        yield ""
        yield _count(workloads)
        yield from (f"  {change}" for change in workloads)
    for title, pod, rest in _details(difference):
        yield ""
        yield title
        yield from (f"    {line}" for line in pod.splitlines())
        yield from rest


def markdown(difference: Difference, workloads: tuple[WorkloadChange, ...] | None) -> Iterator[str]:
    """The lines of the report as GitHub's and GitLab's Markdown."""
    yield f"**{headline(difference)}**"
    table = list(lines(difference))
    if table:
        yield from ("", "| | what | for whom, and where |", "|---|---|---|")
    for line in table:
        yield f"| {line.kind} | {cell(line.what)} | {cell(line.where)} |"
    for sentence in _solved(difference):
        yield from ("", sentence)
    if workloads is not None:
        yield ""
        yield _count(workloads)
        yield from (f"- {cell(str(change))}" for change in workloads)
    for title, pod, rest in _details(difference):
        yield from (
            "",
            f"<details><summary>{escape(title, quote=False)}</summary>",
            "",
            "```yaml",
            *pod.splitlines(),
            "```",
            "",
        )
        yield from (cell(line.strip()) + "  " for line in rest if line)
        yield "</details>"


def _details(difference: Difference) -> Iterator[tuple[str, str, list[str]]]:
    """(title, pod, lines) for each difference that a pod shows."""
    for kind, witnesses, who, other in kinds(difference):
        for witness in witnesses:
            place = where_of(witness, (witness.request,))
            title = f"{kind}: {of_witness(witness, who)}{f', {place}' if place else ''}"
            yield title, manifest(witness.pod), list(_of_witness(witness, who, other))
    for change in difference.changed:
        place = where((change.request,))
        yield f"changed: {change.control}{f', {place}' if place else ''}", manifest(change.pod), list(_of(change))


def _of_witness(witness: Witness, who: str, other: str) -> Iterator[str]:
    what = "it" if witness.old_pod is None else "the update"
    if witness.control == "choose":
        yield f"  {who} {OBJECTS[witness.mode]} {what}: no policy may be used."
    else:
        yield f"  {who} {OBJECTS[witness.mode]} {what}:"
        yield from _reasons(witness.reasons)
    if witness.lesser_mode:
        yield f"  {other} admits {what}, and only {OBJECTS[witness.lesser_mode]} it:"
        yield from _reasons(witness.lesser)
    else:
        yield f"  {other} {'admits' if witness.mode == 'enforce' else 'says nothing of'} {what}."
    if witness.behind:
        yield f"  No pod was found that is refused for {witness.control} without {', '.join(witness.behind)}."
    if witness.old_pod is not None and update(witness) == "when the image of a running pod is changed":
        yield "  The pod may be older than the policies: an update sets no defaults."


def _of(change: Change) -> Iterator[str]:
    yield f"  Both admit it, with {change.field}:"
    yield f"    OLD: {value(change.old)}"
    yield f"    NEW: {value(change.new)}"


def _reasons(reasons: tuple[Reason, ...]) -> Iterator[str]:
    for reason in reasons:
        yield f"    {clean(reason.full_message)}  [{clean(str(reason.span))}]"


def _apart(difference: Difference) -> Iterator[str]:
    """The line that says where no pod passes both programs, so that nothing more can be compared."""
    if difference and difference.apart:
        place = where(difference.apart)
        yield (
            f"no pod passes both{f', {place}' if place else ''}: what they warn of and what their defaults set cannot be compared"
        )


def _solved(difference: Difference) -> Iterator[str]:
    """The line that says what the solver has decided."""
    if difference.solved:
        yield f"decided by the solver: {', '.join(difference.solved)}"


def _count(workloads: tuple[WorkloadChange, ...]) -> str:
    number = len(workloads)
    if not number:
        return "None of your workloads is treated differently."
    return "1 workload is treated differently:" if number == 1 else f"{number} workloads are treated differently:"
