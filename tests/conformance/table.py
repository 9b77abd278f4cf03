"""The table that a run prints: target × pods tried, agreed, stricter as announced, wrong."""

from __future__ import annotations

from conformance.result import Tally


def table(tallies: dict[str, Tally], versions: dict[str, str]) -> str:
    """The table as text, one row a target, Markdown as it is."""
    head = ("target", "engine", "policies or sets", "pods tried", "agreed", "stricter as announced", "wrong")
    rows = [head, tuple("-" * len(cell) for cell in head)]
    for who, tally in tallies.items():
        counts = (tally.policies, tally.pairs, tally.agreed, tally.stricter, tally.wrong)
        rows.append((who, versions[who], *(f"{count:,}" for count in counts)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return "\n".join("| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |" for row in rows)
