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
from conformance.breaks.equivalent import EQUIVALENT, needless, too_wide, why
from conformance.breaks.outputs import groups
from conformance.breaks.words import WORDS
from emitted.settings import OUTPUTS


@click.command(help=__doc__)
@click.option("--whole", is_flag=True, help="Try all breaks, which takes hours.")
@click.option("--share", type=click.FloatRange(0, 1), default=1.0, help="Of a run's breaks, try this share.")
@click.option("--only", type=click.Choice(["outputs", "printers"]), help="Run one part alone.")
@click.option("--output", type=click.Choice(OUTPUTS), help="Of the outputs, break this one alone.")
@click.option("--all", "show_all", is_flag=True, help="List those that are noticed too.")
def main(whole: bool, share: float, only: str | None, output: str | None, show_all: bool) -> None:
    """See the module."""
    unnoticed = 0
    tried = None if whole else share
    if only != "printers":
        unnoticed += _outputs(tried, output or "", show_all)
    if only != "outputs":
        unnoticed += _printers(tried, show_all)
    sys.exit(1 if unnoticed else 0)


def _outputs(share: float | None, output: str, show_all: bool) -> int:
    begun = time.monotonic()
    tried = hunt.hunted(output, share)
    rows: Counter[tuple[str, str]] = Counter()
    wrong = []
    for one in tried:
        label = one.group.label
        told = one.outcome if one.outcome != "unnoticed" or not why(label) else "equivalent"
        rows[one.group.output, told] += 1
        if show_all or told in ("unnoticed", "equivalent"):
            click.echo(f"{told}  {label}{f'  ({why(label)})' if told == 'equivalent' else ''}")
        if told == "unnoticed":
            wrong.append(label)
    labels = [one.label for one in groups()] if not output else []
    excess = too_wide(one.group.label for one in tried if one.outcome != "unnoticed")
    lost = needless(labels) if labels else []
    for label in excess:
        click.echo(f"too wide  {label}: it is noticed, and listed as equivalent")
    for pattern in lost:
        click.echo(f"needless  {pattern}: it is no break's")
    for name in OUTPUTS:
        counts = {told: rows[name, told] for told in ("noticed", "refused", "equivalent", "unnoticed")}
        if sum(counts.values()):
            click.echo(
                f"{name}: {sum(counts.values())} breaks: {', '.join(f'{n} {told}' for told, n in counts.items())}"
            )
    click.echo(
        f"{len(tried)} breaks of outputs, {len(EQUIVALENT)} patterns of equivalent ones, "
        f"{len(wrong)} unnoticed, {time.monotonic() - begun:.0f} s"
    )
    return len(wrong) + len(excess) + len(lost)


def _printers(share: float | None, show_all: bool) -> int:
    begun = time.monotonic()
    tried = printers.hunted(share)
    wrong = [one.label for one in tried if not one.noticed]
    for one in tried:
        if show_all or not one.noticed:
            click.echo(
                f"{'noticed' if one.noticed else 'unnoticed'}  {one.label}{f'  ({one.noticed[:120]})' if one.noticed else ''}"
            )
    lost = [label for label in WORDS if label not in {one.label for one in printers.everything()}]
    for label in lost:
        click.echo(f"needless  {label}: there is no such line")
    click.echo(
        f"{len(tried)} breaks of printers, {len(WORDS)} lines that are for people, {len(wrong)} unnoticed, "
        f"{time.monotonic() - begun:.0f} s"
    )
    return len(wrong) + len(lost)


if __name__ == "__main__":
    main()
