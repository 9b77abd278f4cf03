"""Prints the result of ``pscc verify``: a table and the first differing pod of each engine, or one JSON object."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from pscc import __version__
from pscc.base.frozen import frozen
from pscc.ir.access import Request
from pscc.verify.comparing import Difference, Kind, Tally
from pscc.verify.engines._base import Answer

_HEADS = ("target", "engine", "pods tried", "agreed", "stricter as announced", "wrong")
_MOST_NAMED = 5
_WHAT_DIFFERS: dict[Kind, str] = {
    "lets in": "lets in a pod that the policy refuses",
    "shuts out": "refuses a pod that the policy admits",
    "says otherwise": "comes to the same verdict in other words",
    "changes otherwise": "makes another pod of it",
}


@frozen
class Row:
    """The result of one engine: its ``tally``, why it was not asked (``missing``), or why it gave no answers (``failed``).

    ``runs`` is the language of an output that can have several, as ``CEL``. ``is_own``: the output is made for this engine,
    and not for another implementation of its language. ``required``: the user wants to hear of it.
    """

    target: str
    engine: str
    version: str = ""
    tally: Tally | None = None
    missing: str = ""
    failed: str = ""
    runs: str = ""
    is_own: bool = True
    required: bool = False

    @property
    def wrong(self) -> bool:
        """Whether the engine gave no answers, or others than it should."""
        return bool(self.failed or (self.tally and self.tally.differences))

    @property
    def named(self) -> str:
        """The engine, its version, and what it runs."""
        return " ".join(filter(None, (self.engine, self.version, f"({self.runs})" if self.runs else "")))


@frozen
class Summary:
    """The result of a verification.

    - ``drawn`` is the number of drawn pods, and ``updates`` the number of updates among them.
    - ``workloads`` is the number of pods that are tried again in a workload.
    - ``compiled`` are the options of the compile, as the command line spells them.
    - ``notes`` are printed below the table. ``drift`` are files of a folder that differ from what pscc writes.
    """

    source: str
    seed: int
    drawn: int
    updates: int
    own: int
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    drift: tuple[str, ...] = ()
    workloads: int = 0
    compiled: tuple[str, ...] = ()

    @property
    def verified(self) -> bool:
        """Whether an engine was asked, none failed or differed, and no file of the folder was changed.

        An engine that differs does not count if it is `overruled`.
        """
        asked = any(row.tally is not None for row in self.rows)
        return asked and not self.drift and all(not row.wrong or self.overruled(row) for row in self.rows)

    def overruled(self, row: Row) -> bool:
        """Whether the engine of ``row`` stands in for another engine that was asked and agrees with the policy."""
        if row.is_own or row.required:
            return False
        own = (other for other in self.rows if other.target == row.target and other.is_own and other.tally is not None)
        return any(other.tally is not None and other.tally.tried > 0 and not other.wrong for other in own)


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
            lines += ["", *_difference(row, row.tally.first, len(row.tally.differences), summary.rows)]
    if summary.drift:
        lines += [
            "",
            f"These files are not as pscc {__version__} writes them. Compile again, or look at what was changed:",
        ]
        lines += [f"  {path}" for path in summary.drift]
    return "\n".join([*lines, "", _verdict(summary), ""])


def _tried(summary: Summary) -> str:
    tried = f"{summary.source}: {summary.drawn} pods drawn around its boundaries (--seed {summary.seed})"
    if summary.updates:
        tried += f", {summary.updates} of them updates"
    tried += f"; {summary.own} of your own" if summary.own else ""
    if summary.workloads:
        tried += f"; {summary.workloads} tried again in a Deployment or CronJob"
    return tried + (f"\ncompiled with {' '.join(summary.compiled)}" if summary.compiled else "")


def _table(rows: Sequence[Row]) -> list[str]:
    cells: list[tuple[str, ...]] = [_HEADS]
    for row in rows:
        match row.tally:
            case None:
                cells.append((row.target, row.named, "failed" if row.failed else f"not run: {row.missing}"))
            case tally:
                numbers = (tally.tried, tally.agreed, tally.stricter, len(tally.differences))
                cells.append((row.target, row.named, *map(str, numbers)))
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
        f"{row.target} refuses these of yours, and the policy does not. The compile says why:",
        *(f"  {name}" for name in names[:_MOST_NAMED]),
        *([f"  and {more} more"] if more > 0 else []),
    ]


def _difference(row: Row, difference: Difference, count: int, rows: Sequence[Row]) -> list[str]:
    question, answer = difference.question, difference.answer
    number = f", the first of {count}" if count > 1 else ""
    lines = [f"{row.target} on {row.engine} {_WHAT_DIFFERS[difference.kind]} ({question.trial.origin}{number})"]
    lines += [f"  {line}" for line in _at_fault(row, difference, rows)]
    should = question.policy if difference.kind == "lets in" else question.expected
    lines += _answer_lines("the policy", should) + _answer_lines(row.engine, answer)
    if question.review.request is not None:
        lines.append(f"  asked for by {_asking(question.review.request)}")
    if difference.kind == "changes otherwise":
        lines += ["", "the pod as the policy leaves it:", *_yaml(question.expected.pod)]
        lines += ["", f"the pod as {row.engine} leaves it:", *_yaml(answer.pod)]
    if question.review.old_pod is not None:
        lines += ["", "the pod before the update:", *_yaml(question.review.old_pod)]
    return [*lines, "", f"the {question.review.kind.lower()} that was tried:", *_yaml(question.review.applied)]


def _at_fault(row: Row, difference: Difference, rows: Sequence[Row]) -> Iterator[str]:
    """For each other engine of the target, whether it agrees with the policy; a note if the target's own engine was not asked."""
    others = [other for other in rows if other.target == row.target and other != row and other.tally is not None]
    for other in others:
        verb = "agrees with the policy on this pod" if agrees(other, difference) else "differs on this pod, too"
        yield f"{other.named}{', for which the output is made,' if other.is_own else ''} {verb}"
    if not row.is_own and not any(other.is_own for other in others):
        yield f"{row.engine} is another implementation than the one that the output is made for, which was not asked"


def agrees(row: Row, difference: Difference) -> bool:
    """Whether the engine of ``row`` gives the expected answer to the question of ``difference``."""
    differences = row.tally.differences if row.tally is not None else ()
    return not any(other.question.review == difference.question.review for other in differences)


def _asking(request: Request) -> str:
    """The user, the service account and the namespace of ``request``, in words."""
    user = f"user {request.user} ({', '.join(request.groups)})" if request.user else "nobody, as in an audit"
    return f"{user} for service account {request.service_account} in namespace {request.namespace}"


def _answer_lines(who: str, answer: Answer) -> list[str]:
    verdict = "denied" if answer.denied else "warned of" if answer.warnings else "admitted"
    warnings = [f"    warning: {message}" for message in answer.warnings]
    return [f"  {who}: {verdict}", *(f"    {message}" for message in answer.denials), *warnings]


def _yaml(pod: object) -> list[str]:
    import yaml

    text: str = yaml.safe_dump(pod, sort_keys=False, allow_unicode=True)
    return [f"  {line}" for line in text.splitlines()]


def _verdict(summary: Summary) -> str:
    by_row = [
        (row, len(row.tally.differences)) for row in summary.rows if row.tally is not None and row.tally.differences
    ]
    wrong = sum(count for _, count in by_row)
    failed = sum(1 for row in summary.rows if row.failed)
    if summary.verified:
        overruled = [row.engine for row in summary.rows if row.wrong]
        if overruled:
            names = ", ".join(overruled)
            return f"verified: the engines for which the outputs are made do as the policy says; not so {names}, by its own fault"
        return "verified: every engine that was asked does as the policy says"
    counted = (
        (wrong, "answer differs", "answers differ"),
        (failed, "engine gave no answers", "engines gave no answers"),
        (len(summary.drift), "file was changed", "files were changed"),
    )
    reasons = [f"{count} {singular if count == 1 else plural}" for count, singular, plural in counted if count]
    if by_row:
        reasons[0] += f" ({', '.join(f'{count} on {row.engine}' for row, count in by_row)})"
    return f"not verified: {', '.join(reasons) or 'there is no engine to ask'}"


def as_json(summary: Summary) -> str:
    """``summary`` as one JSON object on one line."""
    head: dict[str, object] = {
        "source": summary.source,
        "verified": summary.verified,
        "seed": summary.seed,
        "drawn": summary.drawn,
        "updates": summary.updates,
        "workloads": summary.workloads,
        "own": summary.own,
        "compiled": summary.compiled,
    }
    rows = [_row(row, summary.rows) for row in summary.rows]
    return json.dumps({**head, "engines": rows, "notes": summary.notes, "drift": summary.drift})


def _row(row: Row, rows: Sequence[Row]) -> dict[str, object]:
    head: dict[str, object] = {"target": row.target, "engine": row.engine, "version": row.version, "isOwn": row.is_own}
    head["runs"] = row.runs or None
    if row.tally is None:
        return {**head, "missing": row.missing or None, "failed": row.failed or None}
    tally, first = row.tally, row.tally.first
    numbers = {
        "tried": tally.tried,
        "agreed": tally.agreed,
        "stricter": tally.stricter,
        "wrong": len(tally.differences),
    }
    return {**head, **numbers, "stricterOwn": tally.stricter_own, "first": first and _first(first, row, rows)}


def _first(difference: Difference, row: Row, rows: Sequence[Row]) -> dict[str, object]:
    question = difference.question
    others = [other for other in rows if other.target == row.target and other != row and other.tally is not None]
    return {
        "kind": difference.kind,
        "origin": question.trial.origin,
        "policy": _answer(question.policy),
        "expected": _answer(question.expected),
        "engine": _answer(difference.answer),
        "agreeing": [other.engine for other in others if agrees(other, difference)],
        "pod": question.review.applied,
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
    messages = (*answer.denials, *answer.warnings)
    return {"denied": answer.denied, "messages": messages, "warnings": answer.warnings, "pod": answer.pod}
