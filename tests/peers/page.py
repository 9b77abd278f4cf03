"""The parts of ``docs/peers.md`` that are written by the command: the last whole run, and the overrides."""

from __future__ import annotations

from peers import report
from peers.overrides import Override
from peers.registry import OVERRIDES
from peers.report import Run
from support.paths import ROOT

PAGE = ROOT / "docs" / "peers.md"
RUN, ENTRIES = "run", "overrides"


def write(run: Run) -> None:
    """Puts the outcome of ``run``, and the overrides, between their marks."""
    page = _replaced(PAGE.read_text(encoding="utf-8"), RUN, run_part(run))
    PAGE.write_text(_replaced(page, ENTRIES, overrides_part()), encoding="utf-8")


def part(page: str, name: str) -> str:
    """What stands between the marks of this name. Raises `ValueError` where they are missing."""
    begin, end = _marks(name)
    return page[page.index(begin) + len(begin) : page.index(end)].strip("\n")


def _replaced(page: str, name: str, text: str) -> str:
    begin, end = _marks(name)
    return page[: page.index(begin) + len(begin)] + "\n\n" + text + "\n\n" + page[page.index(end) :]


def _marks(name: str) -> tuple[str, str]:
    return f"<!-- {name}: written by `make peers` with --write -->", f"<!-- end of {name} -->"


def run_part(run: Run) -> str:
    """The checkouts and the tables of ``run``, and what could not be expressed."""
    read = [(c.peer, f"{c.repository} {c.commit[:12]}", c.left_out) for c in run.checkouts]
    missing = [(peer, reason, f"{count:,}") for peer, reason, count in report.not_expressible(run)]
    return "\n\n".join(
        (
            report.table(("peer", "read at", "left alone"), read),
            report.suites(run),
            report.judges(run),
            "Not expressible:",
            report.table(("peer", "reason", "cases"), missing),
        )
    )


def overrides_part() -> str:
    """Each override with its reason, its source and its cases."""
    return "\n\n".join(_entry(override) for override in OVERRIDES)


def _entry(override: Override) -> str:
    cases = "\n".join(f"- `{case}`" for case in override.cases)
    return f"**{override.peer}, held to {override.right}.** {override.why}\nSource: {override.source}.\n\n{cases}"
