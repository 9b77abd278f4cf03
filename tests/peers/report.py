"""A comparison as a table for people and as JSON for pipelines. Nothing of the peers' files is in either but names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from peers.case import Json
from peers.comparison import Comparison, Result
from peers.judge import Judge

OUTCOMES = ("agreed", "overridden", "wrong", "not expressible")


@dataclass(frozen=True, slots=True)
class Checkout:
    """What was read: a peer's repository at a commit (empty where it is no clone), and what of it was left alone."""

    peer: str
    repository: str
    commit: str
    left_out: str


@dataclass(frozen=True, slots=True)
class Run:
    """A comparison with what it compared."""

    checkouts: tuple[Checkout, ...]
    judges: tuple[Judge, ...]
    comparison: Comparison


def text(run: Run) -> str:
    """The tables, what is wrong in full, and each stale override."""
    parts = [_read(run), suites(run), judges(run)]
    parts += [_wrong(result) for result in run.comparison.results if result.outcome == "wrong"]
    parts += [f"not needed: the override of {entry}" for entry in run.comparison.stale]
    return "\n\n".join(part for part in parts if part) + "\n"


def _read(run: Run) -> str:
    return "\n".join(f"{one.peer}: {one.repository} at {one.commit or 'no commit'}" for one in run.checkouts)


def suites(run: Run) -> str:
    """A row for each part of a suite: its cases by outcome."""
    rows: dict[tuple[str, str], Counter[str]] = {}
    for result in run.comparison.results:
        rows.setdefault((result.case.peer, result.case.row), Counter())[result.outcome] += 1
    total: Counter[str] = Counter()
    for counts in rows.values():
        total += counts
    lines = [(peer, row, *_counts(counts)) for (peer, row), counts in rows.items()]
    return table(("peer", "suite", "cases", *OUTCOMES), [*lines, ("all", "", *_counts(total))])


def _counts(counts: Counter[str]) -> list[str]:
    return [f"{count:,}" for count in (counts.total(), *(counts[outcome] for outcome in OUTCOMES))]


def judges(run: Run) -> str:
    """A row for each judge: what it was asked, and how often it was right."""
    expressible = [result for result in run.comparison.results if not result.case.why_not]
    lines = []
    for judge in run.judges:
        asked = [result for result in expressible if judge.name in result.judges]
        wrong = sum(any(one.judge == judge.name for one in result.wrong) for result in asked)
        counts = (len(asked), len(asked) - wrong, wrong, len(expressible) - len(asked))
        lines.append((judge.name, judge.version, *(f"{count:,}" for count in counts)))
    return table(("judge", "version", "asked", "right", "wrong", "default not set, as announced"), lines)


def not_expressible(run: Run) -> list[tuple[str, str, int]]:
    """Peer, reason and number of cases of what the policy language cannot say."""
    found = Counter((r.case.peer, r.case.why_not) for r in run.comparison.results if r.case.why_not)
    return [(peer, reason, count) for (peer, reason), count in found.items()]


def _wrong(result: Result) -> str:
    lines = [f"{result.case.peer}: {result.case.key}: must be {result.right}"]
    lines += [f"  {one.judge}: {one.said}" for one in result.wrong]
    return "\n".join([*lines, *(f"  | {line}" for line in result.case.source.splitlines())])


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows as text, Markdown as it is."""
    every = [tuple(head), tuple("-" * len(cell) for cell in head), *map(tuple, rows)]
    widths = [max(len(row[column]) for row in every) for column in range(len(head))]
    return "\n".join("| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |" for row in every)


def as_json(run: Run) -> Json:
    """The same as one object, with the object that a wrong case is about."""
    results = run.comparison.results
    return {
        "checkouts": [
            {"peer": c.peer, "repository": c.repository, "commit": c.commit, "leftOut": c.left_out}
            for c in run.checkouts
        ],
        "judges": [{"name": judge.name, "version": judge.version} for judge in run.judges],
        "cases": [
            {
                "peer": result.case.peer,
                "suite": result.case.suite,
                "name": result.case.name,
                "expected": result.case.expected,
                "right": result.right,
                "outcome": result.outcome,
                "judges": result.judges,
                **({"reason": result.case.why_not} if result.case.why_not else {}),
                **({"why": result.override.why, "source": result.override.source} if result.override else {}),
                **(_wrong_json(result) if result.wrong else {}),
            }
            for result in results
        ],
        "stale": list(run.comparison.stale),
        "failed": run.comparison.failed,
    }


def _wrong_json(result: Result) -> Json:
    return {
        "wrong": [{"judge": one.judge, "right": one.right, "said": one.said} for one in result.wrong],
        "policy": result.case.source,
        "object": result.case.asked.object,
        "oldObject": result.case.asked.old,
    }
