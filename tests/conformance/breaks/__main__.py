"""``python -m conformance.breaks``: breaks what is emitted, and the code that emits it, and says what nothing notices.

What is emitted: each answer of each engine to fixed requests, before and after. The code: a sample of the project's own
checks, engine against interpreter. A break that survives wants a request or a check, or is listed in `equivalent` with why.
"""

from __future__ import annotations

import sys
import time
from collections import Counter

import click

from conformance.breaks import hunt, printers
from conformance.breaks.equivalent import OUTPUTS, PRINTERS, Patterns, needless, too_wide, why
from conformance.breaks.outputs import groups
from conformance.breaks.words import WORDS
from support.emitted import settings


@click.command(help=__doc__)
@click.option("--whole", is_flag=True, help="Try all breaks, which takes hours.")
@click.option("--share", type=click.FloatRange(0, 1), default=1.0, help="Of a run's breaks, try this share.")
@click.option("--seed", type=int, default=0, help="Draw the share by this number.")
@click.option("--only", type=click.Choice(["outputs", "printers"]), help="Run one part alone.")
@click.option("--output", type=click.Choice(settings.OUTPUTS), help="Of the outputs, break this one alone.")
@click.option("--all", "show_all", is_flag=True, help="List those that are noticed too.")
def main(whole: bool, share: float, seed: int, only: str | None, output: str | None, show_all: bool) -> None:
    """See the module."""
    unnoticed = 0
    tried = None if whole else share
    if only != "printers":
        unnoticed += _outputs(tried, seed, output or "", show_all)
    if only != "outputs":
        unnoticed += _printers(tried, seed, show_all)
    sys.exit(1 if unnoticed else 0)


def _outputs(share: float | None, seed: int, output: str, show_all: bool) -> int:
    begun = time.monotonic()
    tried = hunt.hunted(output, share, seed)
    rows: Counter[tuple[str, str]] = Counter()
    for try_ in tried:
        rows[try_.group.output, _verdict(try_.group.label, try_.outcome, OUTPUTS, show_all)] += 1
    noticed = [try_.group.label for try_ in tried if try_.outcome != "unnoticed"]
    labels = [group.label for group in groups()] if share is None and not output else []
    wrong = _wrong(noticed, labels, OUTPUTS)
    for name in settings.OUTPUTS:
        counts = {verdict: rows[name, verdict] for verdict in ("noticed", "refused", "equivalent", "unnoticed")}
        if sum(counts.values()):
            click.echo(
                f"{name}: {sum(counts.values())} breaks: {', '.join(f'{n} {verdict}' for verdict, n in counts.items())}"
            )
    unnoticed = sum(number for (_, verdict), number in rows.items() if verdict == "unnoticed")
    click.echo(
        f"{len(tried)} breaks of outputs, {len(OUTPUTS)} patterns of equivalent ones, "
        f"{unnoticed} unnoticed, {time.monotonic() - begun:.0f} s"
    )
    return unnoticed + wrong


def _printers(share: float | None, seed: int, show_all: bool) -> int:
    begun = time.monotonic()
    tried = printers.hunted(share, seed)
    by_verdict = Counter(
        _verdict(try_.label, "noticed" if try_.noticed else "unnoticed", PRINTERS, show_all, try_.noticed)
        for try_ in tried
    )
    labels = [break_.label for break_ in printers.everything()]
    wrong = _wrong([try_.label for try_ in tried if try_.noticed], labels, PRINTERS)
    lost = [label for label in WORDS if label not in labels]
    for label in lost:
        click.echo(f"needless  {label}: there is no such line")
    click.echo(
        f"{len(tried)} breaks of printers, {by_verdict['equivalent']} equivalent, {len(WORDS)} lines that are for people, "
        f"{by_verdict['unnoticed']} unnoticed, {time.monotonic() - begun:.0f} s"
    )
    return by_verdict["unnoticed"] + wrong + len(lost)


def _verdict(label: str, outcome: str, patterns: Patterns, show_all: bool, by: str = "") -> str:
    """What is said of the break ``label``, which is listed where it is not noticed."""
    reason = why(label, patterns) if outcome == "unnoticed" else by[:120]
    verdict = "equivalent" if outcome == "unnoticed" and reason else outcome
    if show_all or outcome == "unnoticed":
        click.echo(f"{verdict}  {label}{f'  ({reason})' if reason else ''}")
    return verdict


def _wrong(noticed: list[str], labels: list[str], patterns: Patterns) -> int:
    """How many breaks are noticed though ``patterns`` have them, and how many of ``patterns`` have none of ``labels``."""
    excess = too_wide(noticed, patterns)
    lost = needless(labels, patterns) if labels else []
    for label in excess:
        click.echo(f"too wide  {label}: it is noticed, and listed as equivalent")
    for pattern in lost:
        click.echo(f"needless  {pattern}: it is no break's")
    return len(excess) + len(lost)


if __name__ == "__main__":
    main()
