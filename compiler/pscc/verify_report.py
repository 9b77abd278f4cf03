"""What ``pscc verify`` prints: the table of agreement and the first differing pod of each engine, or one JSON object.

Pure: rows in, text out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from pscc.access import Request
from pscc.engines._base import Answer
from pscc.frozen import frozen
from pscc.verify import Difference, Kind, Tally

_HEADS = ("target", "engine", "pods tried", "agreed", "stricter as announced", "wrong")
_MOST_NAMED = 5
_SAYS: dict[Kind, str] = {
    "lets in": "lets in a pod that the policy refuses",
    "shuts out": "refuses a pod that the policy admits",
    "says otherwise": "comes to the same verdict for other reasons",
    "changes otherwise": "makes another pod of it",
}


@frozen
class Row:
    """One engine: what it came to; or why it was not asked (``missing``), or gave no answers (``failed``)."""

    target: str
    engine: str
    version: str = ""
    tally: Tally | None = None
    missing: str = ""
    failed: str = ""


@frozen
class Summary:
    """All of a verification.

    ``notes`` are said below the table; ``drift`` are files of a folder that differ and that no engine ran.
    """

    source: str
    seed: int
    drawn: int
    updates: int
    own: int
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    drift: tuple[str, ...] = ()

    @property
    def verified(self) -> bool:
        """Whether an engine was asked, and none failed or differed."""
        tallies = [row.tally for row in self.rows if row.tally is not None]
        failed = any(row.failed for row in self.rows)
        return bool(tallies) and not failed and not self.drift and not any(tally.differences for tally in tallies)


def as_text(summary: Summary) -> str:
    """The table, the notes, and each engine's first difference in full."""
    lines = [_tried(summary), "", *_table(summary.rows)]
    for row in summary.rows:
        if row.failed:
            lines += ["", f"{row.engine} failed: {row.failed}"]
    for note in summary.notes:
        lines += ["", note]
    for row in summary.rows:
        if row.tally is not None and row.tally.stricter_own:
            lines += ["", *_own(row, row.tally.stricter_own)]
        if row.tally is not None and row.tally.first is not None:
            lines += ["", *_difference(row, row.tally.first, len(row.tally.differences))]
    if summary.drift:
        lines += ["", "These files differ from what pscc writes, and no engine ran them:"]
        lines += [f"  {path}" for path in summary.drift]
    return "\n".join([*lines, "", _verdict(summary), ""])


def _tried(summary: Summary) -> str:
    tried = f"{summary.source}: {summary.drawn} pods drawn around its boundaries (--seed {summary.seed})"
    if summary.updates:
        tried += f", {summary.updates} of them updates"
    return tried + (f"; {summary.own} of your own" if summary.own else "")


def _table(rows: Sequence[Row]) -> list[str]:
    cells: list[tuple[str, ...]] = [_HEADS]
    for row in rows:
        engine = f"{row.engine} {row.version}".strip()
        match row.tally:
            case None:
                cells.append((row.target, engine, "failed" if row.failed else f"not run: {row.missing}"))
            case tally:
                numbers = (tally.tried, tally.agreed, tally.stricter, len(tally.differences))
                cells.append((row.target, engine, *map(str, numbers)))
    whole = [row for row in cells if len(row) == len(_HEADS)]
    widths = [max(len(row[column]) for row in (whole if column > 1 else cells)) for column in range(len(_HEADS))]
    return [
        "  ".join(
            cell.ljust(widths[column]) if column < 2 or len(row) < len(_HEADS) else cell.rjust(widths[column])
            for column, cell in enumerate(row)
        ).rstrip()
        for row in cells
    ]


def _own(row: Row, names: Sequence[str]) -> list[str]:
    more = len(names) - _MOST_NAMED
    return [
        f"{row.target} refuses these of yours until they set themselves what the policy's defaults set (announced):",
        *(f"  {name}" for name in names[:_MOST_NAMED]),
        *([f"  and {more} more"] if more > 0 else []),
    ]


def _difference(row: Row, difference: Difference, of: int) -> list[str]:
    question, answer = difference.question, difference.answer
    number = f", the first of {of}" if of > 1 else ""
    lines = [f"{row.target} on {row.engine} {_SAYS[difference.kind]} ({question.trial.origin}{number})"]
    should = question.policy if difference.kind == "lets in" else question.expected
    lines += _said("the policy", should) + _said(row.engine, answer)
    if question.review.request is not None:
        lines.append(f"  asked for by {_asking(question.review.request)}")
    if difference.kind == "changes otherwise":
        lines += ["", "the pod as the policy leaves it:", *_yaml(question.expected.pod)]
        lines += ["", f"the pod as {row.engine} leaves it:", *_yaml(answer.pod)]
    if question.review.old_pod is not None:
        lines += ["", "the pod before the update:", *_yaml(question.review.old_pod)]
    return [*lines, "", "the pod that was tried:", *_yaml(question.review.pod)]


def _asking(request: Request) -> str:
    """Who asks for a pod, of which service account, and where."""
    user = f"user {request.user} ({', '.join(request.groups)})" if request.user else "nobody, as in an audit"
    return f"{user} for service account {request.service_account} in namespace {request.namespace}"


def _said(who: str, answer: Answer) -> list[str]:
    return [f"  {who}: {'denied' if answer.denied else 'admitted'}", *(f"    {message}" for message in answer.messages)]


def _yaml(pod: object) -> list[str]:
    import yaml

    text: str = yaml.safe_dump(pod, sort_keys=False, allow_unicode=True)
    return [f"  {line}" for line in text.splitlines()]


def _verdict(summary: Summary) -> str:
    tallies = [row.tally for row in summary.rows if row.tally is not None]
    wrong = sum(len(tally.differences) for tally in tallies)
    failed = sum(1 for row in summary.rows if row.failed)
    if summary.verified:
        return "verified: every engine that was asked does as the policy says"
    counted = (
        (wrong, "answer differs", "answers differ"),
        (failed, "engine gave no answers", "engines gave no answers"),
        (len(summary.drift), "file differs unseen", "files differ unseen"),
    )
    reasons = [f"{count} {one if count == 1 else many}" for count, one, many in counted if count]
    return f"not verified: {', '.join(reasons) or 'there is no engine to ask'}"


def as_json(summary: Summary) -> str:
    """The same as one JSON object, on one line."""
    head: dict[str, object] = {
        "source": summary.source,
        "verified": summary.verified,
        "seed": summary.seed,
        "drawn": summary.drawn,
        "updates": summary.updates,
        "own": summary.own,
    }
    rows = [_row(row) for row in summary.rows]
    return json.dumps({**head, "engines": rows, "notes": summary.notes, "drift": summary.drift})


def _row(row: Row) -> dict[str, object]:
    found: dict[str, object] = {"target": row.target, "engine": row.engine, "version": row.version}
    if row.tally is None:
        return {**found, "missing": row.missing or None, "failed": row.failed or None}
    tally, first = row.tally, row.tally.first
    numbers = {
        "tried": tally.tried,
        "agreed": tally.agreed,
        "stricter": tally.stricter,
        "wrong": len(tally.differences),
    }
    return {**found, **numbers, "stricterOwn": tally.stricter_own, "first": first and _first(first)}


def _first(difference: Difference) -> dict[str, object]:
    question = difference.question
    return {
        "kind": difference.kind,
        "origin": question.trial.origin,
        "policy": _answer(question.policy),
        "expected": _answer(question.expected),
        "engine": _answer(difference.answer),
        "pod": question.review.pod,
        "oldPod": question.review.old_pod,
        "request": question.review.request and _request(question.review.request),
    }


def _request(request: Request) -> dict[str, object]:
    return {
        "user": request.user,
        "groups": request.groups,
        "namespace": request.namespace,
        "namespaceLabels": dict(request.namespace_labels),
        "serviceAccount": request.service_account,
    }


def _answer(answer: Answer) -> dict[str, object]:
    return {"denied": answer.denied, "messages": answer.messages, "pod": answer.pod}
